import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacCheck } from '../src/hmac.js';

const HASHES = ['sha256', 'sha384', 'sha512'] as const;
const ascii = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 9_000,
});

describe('our HMAC', () => {
  it.each(HASHES)('is the one of the platform, for keys and texts of every length (%s)', (hash) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300, size: 'max' }), ascii, (secret, text) => {
        const signature = createHmac(hash, secret).update(text, 'latin1').digest();
        expect(hmacCheck(hash, secret)(text, signature)).toBe(true);
      }),
    );
  });

  it('is that of RFC 4231 §4.3', () => {
    const check = hmacCheck('sha256', Buffer.from('Jefe'));
    const digest = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(check('what do ya want for nothing?', Buffer.from(digest, 'hex'))).toBe(true);
  });

  it.each(HASHES)('refuses every change of one bit, a shorter and a longer signature (%s)', (hash) => {
    const check = hmacCheck(hash, Buffer.alloc(64, 7));
    const good = createHmac(hash, Buffer.alloc(64, 7)).update('a.b', 'latin1').digest();
    expect(check('a.b', good)).toBe(true);
    for (let bit = 0; bit < good.length * 8; bit++) {
      const changed = Buffer.from(good);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(check('a.b', changed)).toBe(false);
    }
    for (const wrong of [
      Buffer.alloc(0),
      good.subarray(1),
      good.subarray(0, -1),
      Buffer.concat([good, Buffer.alloc(1)]),
    ]) {
      expect(check('a.b', wrong)).toBe(false);
    }
  });

  it('keeps nothing of one text or key for the next', () => {
    const [one, other] = [hmacCheck('sha256', Buffer.alloc(32, 1)), hmacCheck('sha256', Buffer.alloc(32, 2))];
    const signed = (fill: number, text: string): Buffer =>
      createHmac('sha256', Buffer.alloc(32, fill)).update(text).digest();
    expect(one('a'.repeat(8_000), signed(1, 'a'.repeat(8_000)))).toBe(true);
    expect(other('b', signed(2, 'b'))).toBe(true);
    expect(one('b', signed(2, 'b'))).toBe(false);
    expect(one('b', signed(1, 'b'))).toBe(true);
  });
});
