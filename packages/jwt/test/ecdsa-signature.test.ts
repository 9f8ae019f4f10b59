import { describe, expect, it } from 'vitest';
import { ecdsaDerSignature } from '../src/ecdsa-signature.js';

const number = (length: number, ...last: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(length);
  bytes.set(last, length - last.length);
  return bytes;
};
const der = (r: Uint8Array, s: Uint8Array): string =>
  Buffer.from(ecdsaDerSignature(Buffer.concat([r, s]))).toString('hex');
const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

/** RFC 3279 §2.2.3: a sequence of two integers; X.690 §8.3: as short as can be, with a zero before a first bit that is set. */
describe('the DER form of a signature', () => {
  it.each<[string, Uint8Array, Uint8Array, string]>([
    ['small numbers', number(32, 1), number(32, 2), '3006020101020102'],
    ['zero', number(32), number(32), '3006020100020100'],
    ['the largest first byte without its first bit', number(32, 0x7f), number(32, 0x7f, 0), '300702017f02027f00'],
    ['a first bit that is set', number(32, 0x80), number(32, 0xff), '300802020080020200ff'],
    ['zeros inside and at the end', number(32, 1, 0, 0), number(32, 1, 0), '3009020301000002020100'],
  ])('of %s', (_what, r, s, hex) => {
    expect(der(r, s)).toBe(hex);
  });

  it.each([
    [61, 62, '307f'],
    [62, 62, '308180'],
    [66, 66, '308188'],
  ])('has one byte of length up to 127, then two: %d and %d bytes', (r, s, start) => {
    const hex = der(filled(66, 1).fill(0, 0, 66 - r), filled(66, 1).fill(0, 0, 66 - s));
    expect(hex.startsWith(`${start}02`)).toBe(true);
    expect(hex).toHaveLength(start.length + 2 * (r + s + 4));
  });
});
