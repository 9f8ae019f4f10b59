import { describe, expect, it } from 'vitest';
import { isBearerToken, secretSource } from '../src/secret-source.js';

const credentials = expect.objectContaining({ failure: 'credentials' });

describe('secretSource', () => {
  it('gives a static secret at once', () => {
    expect(secretSource('V', 'clientSecret', 's3cret')()).toBe('s3cret');
  });

  it.each<[unknown, string]>([
    ['', 'empty'],
    ['  ', 'blank'],
    ['\ud800', 'not Unicode'],
    [undefined, 'missing'],
    [null, 'null'],
    [42, 'a number'],
    [{}, 'an object'],
  ])('refuses %j, which is %s, and does not repeat it', (value: unknown) => {
    expect(() => secretSource('V', 'clientSecret', value)).toThrow(/^V: option 'clientSecret' must/);
  });

  it('asks a function each time', async () => {
    let count = 0;
    const source = secretSource('V', 'clientSecret', async () => `secret-${++count}`);
    expect([await source(), await source()]).toEqual(['secret-1', 'secret-2']);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('vault said s3cret');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('vault said s3cret'))],
    ['gives nothing', () => undefined],
    ['gives a blank text', () => ' '],
    ['gives a number', () => 42],
  ])('turns a function that %s into a failure without its words', async (_name, provider) => {
    await expect(secretSource('V', 'clientSecret', provider)()).rejects.toEqual(credentials);
    await expect(secretSource('V', 'clientSecret', provider)()).rejects.not.toHaveProperty('cause');
  });

  it('accepts as a bearer token only what fits into the header', () => {
    expect(isBearerToken('abc.DEF-_~+/==')).toBe(true);
    for (const value of ['', 'a b', 'a\r\nX: y', 'ü', 'a=b', ' a']) expect(isBearerToken(value)).toBe(false);
  });
});
