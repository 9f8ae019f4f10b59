import { constants, createPublicKey, type KeyObject } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { keyFor } from './signing-keys.js';

/** The module as it is when nothing was asked of the runtime yet, on one whose `verify` is this. */
async function pssKeyOn(verify?: (...given: readonly unknown[]) => unknown): Promise<(key: KeyObject) => object> {
  vi.resetModules();
  vi.doMock('node:crypto', async (original) => ({
    ...(await original<typeof import('node:crypto')>()),
    ...(verify === undefined ? {} : { verify }),
  }));
  const { pssKey } = await import('../src/node-pss-key.js');
  vi.doUnmock('node:crypto');
  return (key) => pssKey(key, 32);
}

const fresh = async (): Promise<KeyObject> => createPublicKey((await keyFor('PS256')).publicKey);
const OPTIONS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

describe('the options of a PSS key', () => {
  it('are on the key itself where the runtime reads them there, and nothing else is', async () => {
    const key = await fresh();
    const made = (await pssKeyOn())(key);
    expect(made).toBe(key);
    expect({ ...made }).toEqual({ ...(await fresh()), ...OPTIONS });
  });

  it.each<[string, (...given: readonly unknown[]) => unknown]>([
    ['ignores them there', () => false],
    [
      'reads only the padding there',
      (_hash, _data, key) => {
        if ((key as { padding?: unknown }).padding === 'none') throw new TypeError('padding');
      },
    ],
    [
      'reads only the salt length there',
      (_hash, _data, key) => {
        if ((key as { saltLength?: unknown }).saltLength === 'none') throw new TypeError('saltLength');
      },
    ],
    [
      'refuses every key object',
      () => {
        throw new TypeError('no key');
      },
    ],
  ])('are around the key, which stays as it was, on a runtime that %s', async (_what, verify) => {
    const key = await fresh();
    const made = (await pssKeyOn(verify))(key);
    expect(made).toEqual({ key, ...OPTIONS });
    expect('padding' in key || 'saltLength' in key).toBe(false);
  });

  it('are around a key that takes no properties', async () => {
    const key = Object.preventExtensions(await fresh());
    expect((await pssKeyOn())(key)).toEqual({ key, ...OPTIONS });
  });

  it('the runtime is asked once', async () => {
    let asked = 0;
    const pssKey = await pssKeyOn(() => {
      asked++;
      return false;
    });
    pssKey(await fresh());
    const first = asked;
    pssKey(await fresh());
    expect(first).toBeGreaterThan(0);
    expect(asked).toBe(first);
  });
});
