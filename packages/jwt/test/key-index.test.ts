import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../src/algorithms.js';
import { KeyIndex } from '../src/key-index.js';
import type { VerificationKey } from '../src/verification-key.js';

const key = (kid: string | undefined, ...algorithms: Algorithm[]): VerificationKey =>
  ({ kid, algorithms, material: {} }) as unknown as VerificationKey;

describe('KeyIndex', () => {
  const [a, b, twin, nameless] = [
    key('a', 'RS256', 'PS256'),
    key('b', 'ES256'),
    key('a', 'RS256'),
    key(undefined, 'RS256'),
  ];
  const index = new KeyIndex([a, b, twin, nameless]);

  it('finds the keys of a kid that serve the algorithm, all of them, in order', () => {
    expect(index.find({ algorithm: 'RS256', kid: 'a' })).toEqual([a, twin]);
    expect(index.find({ algorithm: 'PS256', kid: 'a' })).toEqual([a]);
    expect(index.find({ algorithm: 'ES256', kid: 'a' })).toEqual([]);
    expect(index.find({ algorithm: 'HS256', kid: 'a' })).toEqual([]);
    expect(index.find({ algorithm: 'RS256', kid: 'nobody' })).toEqual([]);
  });

  it('without a kid finds every key that serves the algorithm; with one, never a key without', () => {
    expect(index.find({ algorithm: 'RS256' })).toEqual([a, twin, nameless]);
    expect(index.find({ algorithm: 'RS256', kid: 'undefined' })).toEqual([]);
  });

  it('gives at most 8 keys, the first ones, with and without a kid', () => {
    const many = Array.from({ length: 9 }, () => key('same', 'ES256'));
    const crowded = new KeyIndex(many);
    expect(crowded.find({ algorithm: 'ES256' })).toEqual(many.slice(0, 8));
    expect(crowded.find({ algorithm: 'ES256', kid: 'same' })).toEqual(many.slice(0, 8));
  });

  it('names each kid once, whatever name it is', () => {
    expect(index.kids).toEqual(['a', 'b']);
    const odd = new KeyIndex([key('__proto__', 'ES256')]);
    expect(odd.find({ algorithm: 'ES256', kid: '__proto__' })).toHaveLength(1);
    expect(odd.find({ algorithm: 'ES256', kid: 'constructor' })).toEqual([]);
  });
});
