import { describe, expect, it, vi } from 'vitest';
import type { PlatformKey } from '../src/platform-crypto.js';
import { importJwk, importSharedSecret, importVerificationKey } from '../src/verification-key.js';
import { keyFor } from './signing-keys.js';

const { jwk } = await keyFor('ES256');
const { kid: _kid, ...unnamed } = jwk;
const NO_KEY = { ignored: 'no key to the platform, for example a point that is not on its curve' };
/** Of full length, and on no curve. */
const offCurve = { ...jwk, x: Buffer.alloc(32, 1).toString('base64url'), y: Buffer.alloc(32, 1).toString('base64url') };

describe('a verification key', () => {
  it('has a kid only where the JWK has one', async () => {
    const [named, other] = [
      await importVerificationKey({ ...jwk, kid: 'a' }, ['ES256']),
      await importJwk(unnamed, ['ES256']),
    ];
    expect(named).toMatchObject({ key: { kid: 'a', algorithms: ['ES256'] } });
    expect('key' in other && Object.hasOwn(other.key, 'kid')).toBe(false);
  });

  it('is none where the platform finds no point on the curve', async () => {
    expect(await importVerificationKey(offCurve, ['ES256'])).toEqual(NO_KEY);
  });
});

describe('on a platform that imports keys later', () => {
  /** The module on such a platform, which supports these algorithms only. */
  async function later(supported: readonly string[], imports: () => Promise<PlatformKey>) {
    vi.resetModules();
    vi.doMock('#crypto', async (original) => ({
      ...(await original<object>()),
      importPublicKey: imports,
      importSecret: imports,
      supports: (_rule: object, algorithm: string) => supported.includes(algorithm),
    }));
    const module = await import('../src/verification-key.js');
    vi.doUnmock('#crypto');
    return module;
  }
  const material: PlatformKey = { platform: 'web' };

  it('the key is a promise, and comes to the same', async () => {
    const platform = await later(['ES256', 'HS256'], async () => material);
    const imported = platform.importJwk({ ...jwk, kid: 'a' }, ['ES256']);
    expect(imported).toBeInstanceOf(Promise);
    expect(await imported).toEqual({ key: { kid: 'a', algorithms: ['ES256'], material } });
    const secret = platform.importSharedSecret(new Uint8Array(32), ['HS256']);
    expect(secret).toBeInstanceOf(Promise);
    expect(await secret).toEqual({ algorithms: ['HS256'], material });
  });

  it('what the platform refuses later is ignored like any other', async () => {
    const platform = await later(['ES256'], () => Promise.reject(new Error('secret words of the platform')));
    expect(await platform.importJwk(jwk, ['ES256'])).toEqual(NO_KEY);
  });

  it('an algorithm that it does not support serves no key', async () => {
    const platform = await later([], async () => material);
    expect(platform.isSupported('ES256')).toBe(false);
    expect(await platform.importJwk(jwk, ['ES256'])).toHaveProperty('ignored');
  });
});

it('the key of a secret is ready at once on Node', () => {
  expect(importSharedSecret(new Uint8Array(32), ['HS256'])).toMatchObject({ algorithms: ['HS256'] });
});
