import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as node from '../src/digest-node.js';
import * as web from '../src/digest-web.js';

describe('digests', () => {
  it('are the published ones: 64 hexadecimal digits', async () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect([await node.sha256('abc'), await web.sha256('abc')]).toEqual([abc, abc]);
    const hmac = 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8';
    const text = 'The quick brown fox jumps over the lazy dog';
    expect([await node.hmacSha256('key', text), await web.hmacSha256('key', text)]).toEqual([hmac, hmac]);
  });

  it('agree between Node and the web platform', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ minLength: 1 }), async (text, key) => {
        expect(await web.sha256(text)).toBe(await node.sha256(text));
        expect(await web.hmacSha256(key, text)).toBe(await node.hmacSha256(key, text));
      }),
      { numRuns: 50 },
    );
  });
});
