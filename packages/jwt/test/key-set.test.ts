import { describe, expect, it } from 'vitest';
import { KeySet } from '../src/key-set.js';
import { keyFor } from './signing-keys.js';

const jwkOf = async (which: string): Promise<Record<string, unknown>> => ({
  ...(await keyFor('ES256', which)).jwk,
  kid: which,
});
const [one, two, three] = [await jwkOf('one'), await jwkOf('two'), await jwkOf('three')];
const setOf = async (jwks: readonly unknown[], previous?: KeySet): Promise<KeySet> =>
  (await KeySet.of(jwks, ['ES256'], previous)).keySet;
const reversed = (jwk: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(jwk).reverse());

describe('two sets', () => {
  it.each<[string, readonly unknown[], boolean]>([
    ['the same keys', [one, two], true],
    ['the same keys in another order', [two, one], true],
    ['the same keys with their members in another order', [reversed(one), reversed(two)], true],
    ['the same keys, one of them twice', [one, two, one], true],
    ['the same keys and one that is of no use', [one, two, { kty: 'oct', k: 'AA' }], true],
    ['one key less', [one], false],
    ['one key more', [one, two, three], false],
    ['another key', [one, three], false],
    ['the same key under another name', [one, { ...two, kid: 'three' }], false],
  ])('with %s are the same: %#', async (_what, jwks, same) => {
    const [a, b] = [await setOf([one, two]), await setOf(jwks)];
    expect(a.equals(b)).toBe(same);
    expect(b.equals(a)).toBe(same);
  });
});

it('a key that the set before has already is taken over, and not imported again', async () => {
  const before = await setOf([one, two]);
  const after = await setOf([reversed(two), three], before);
  const find = (set: KeySet, kid: string): unknown => set.find({ algorithm: 'ES256', kid })[0];
  expect(find(after, 'two')).toBe(find(before, 'two'));
  expect(find(after, 'three')).not.toBe(find(before, 'two'));
  expect(find(after, 'one')).toBeUndefined();
  expect(find(await setOf([two]), 'two')).not.toBe(find(before, 'two'));
});

it('what is left out is named, as far as it has a name that can be shown', async () => {
  const inherited = Object.create({ kid: 'inherited' }) as object;
  const jwks = [{ kty: 'x', kid: 'k'.repeat(300) }, { kty: 'x', kid: 7 }, { kty: 'x' }, 'kid', null, inherited];
  const { keySet, ignored } = await KeySet.of([...jwks, one], ['ES256']);
  expect([keySet.size, keySet.kids]).toEqual([1, ['one']]);
  expect(ignored).toStrictEqual([
    { kid: 'k'.repeat(256), why: 'unknown key type' },
    { kid: undefined, why: 'key id that is not a text' },
    { kid: undefined, why: 'unknown key type' },
    { kid: undefined, why: 'not a JSON object' },
    { kid: undefined, why: 'not a JSON object' },
    { kid: undefined, why: 'no key type' },
  ]);
  expect(Object.isFrozen(ignored)).toBe(true);
});
