import { describe, expect, it } from 'vitest';
import { ALGORITHM_RULES, type Algorithm } from '../src/algorithms.js';
import { importPublicKey, importSecret, supports, verifyWith } from '../src/crypto-node.js';
import type { PlatformKey } from '../src/platform-crypto.js';
import { ALGORITHMS, ASYMMETRIC, keyFor, keyOption } from './signing-keys.js';

const TEXT = 'what is signed';

const publicKeyOf = (jwk: object, algorithm: Algorithm): ReturnType<typeof importPublicKey> =>
  importPublicKey(jwk as Parameters<typeof importPublicKey>[0], [algorithm]);

async function material(
  algorithm: Algorithm,
): Promise<{ key: PlatformKey; good: Uint8Array<ArrayBuffer>; bad: Uint8Array<ArrayBuffer> }> {
  const pair = await keyFor(algorithm);
  const option = keyOption(pair);
  const key =
    'secret' in option ? importSecret(new Uint8Array(option.secret), [algorithm]) : publicKeyOf(pair.jwk, algorithm);
  return { key, good: Uint8Array.from(pair.sign(TEXT)), bad: Uint8Array.from(pair.sign('something else')) };
}

/** The next turn of the event loop: what was done at once is over. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('many signatures at the same time', () => {
  it.each(ALGORITHMS)(
    'of %s come out as one by one: exactly true or false, wherever they are checked',
    async (algorithm) => {
      const { key, good, bad } = await material(algorithm);
      const signatures = Array.from({ length: 12 }, (_, index) => (index % 3 === 0 ? bad : good));
      const expected = signatures.map((signature) => signature === good);
      await turn();
      expect(await Promise.all(signatures.map((each) => verifyWith(algorithm, key, TEXT, each)))).toEqual(expected);
      for (const [index, each] of signatures.entries()) {
        expect(await verifyWith(algorithm, key, TEXT, each)).toBe(expected[index]);
      }
    },
  );

  it.each(['RS256', 'PS256', 'PS384', 'ES256', 'EdDSA'] as const)(
    'of %s: the first is checked at once, those beside it on the thread pool, and the next at once again',
    async (algorithm) => {
      const { key, good } = await material(algorithm);
      await turn();
      const first = verifyWith(algorithm, key, TEXT, good);
      const second = verifyWith(algorithm, key, TEXT, good);
      expect(first).toBe(true);
      expect(second).toBeInstanceOf(Promise);
      await Promise.resolve();
      await Promise.resolve();
      // The pool is still at work, so this one goes there as well.
      const third = verifyWith(algorithm, key, TEXT, good);
      expect(third).toBeInstanceOf(Promise);
      expect([await second, await third]).toEqual([true, true]);
      await turn();
      expect(verifyWith(algorithm, key, TEXT, good)).toBe(true);
    },
  );
});

it.each(ASYMMETRIC.filter((algorithm) => ALGORITHM_RULES[algorithm].scheme !== 'ml-dsa'))(
  '%s is always there',
  (algorithm) => {
    expect(supports(ALGORITHM_RULES[algorithm], algorithm)).toBe(true);
  },
);

it.each(['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const)(
  '%s is there exactly when Node can import a key of it',
  (algorithm) => {
    const rule = ALGORITHM_RULES[algorithm];
    const pub = Buffer.alloc(rule.publicKeyBytes ?? 0).toString('base64url');
    let importable = true;
    try {
      importPublicKey({ kty: 'AKP', alg: algorithm, pub }, [algorithm]);
    } catch {
      importable = false;
    }
    expect(supports(rule, algorithm)).toBe(importable);
    // Asked again, the answer is remembered.
    expect(supports(rule, algorithm)).toBe(importable);
    expect(supports({ ...rule, publicKeyBytes: 1 }, `${algorithm}-of-another-length`)).toBe(false);
  },
);

it('a key verifies nothing for an algorithm that it was not imported for', async () => {
  const secret = await material('HS256');
  expect(await verifyWith('HS384', secret.key, TEXT, secret.good)).toBe(false);
  const { key, good } = await material('RS256');
  expect(await verifyWith('RS256', key, TEXT, good)).toBe(true);
  expect(await verifyWith('RS384', key, TEXT, good)).toBe(false);
});

it('a key at which the platform throws on its way to the pool has verified nothing, and holds up nobody', async () => {
  const { key, good } = await material('ES256');
  const broken = { platform: 'node', keys: new Map([['ES256', {}]]) } as unknown as PlatformKey;
  await turn();
  const [first, second] = [verifyWith('ES256', key, TEXT, good), verifyWith('ES256', broken, TEXT, good)];
  expect([first, await second]).toEqual([true, false]);
  await turn();
  expect(verifyWith('ES256', key, TEXT, good)).toBe(true);
});

it('keys say whose they are', async () => {
  expect(publicKeyOf((await keyFor('ES256')).jwk, 'ES256').platform).toBe('node');
  expect(importSecret(new Uint8Array(32), ['HS256']).platform).toBe('node');
});
