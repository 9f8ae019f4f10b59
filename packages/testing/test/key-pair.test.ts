import { createHmac, createPublicKey, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../src/algorithms.js';
import { KeyPair, RSAKeyPair } from '../src/key-pair.js';

const NOW = 1_800_000_000;
const ASYMMETRIC: readonly Algorithm[] = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
];

describe('KeyPair.generate', () => {
  it.each(ASYMMETRIC)('makes an %s key whose tokens verify with its PEM and with its key set', async (algorithm) => {
    const keyPair = await KeyPair.generate(algorithm);
    const token = await keyPair.createToken();
    const options = { algorithms: [algorithm], issuer: 'https://fastmcp.example.com' };
    await expect(jwtVerify(token, await importSPKI(keyPair.publicKey, algorithm), options)).resolves.toBeDefined();
    await expect(jwtVerify(token, createLocalJWKSet(keyPair.jwks), options)).resolves.toBeDefined();
    expect(keyPair.jwk).toMatchObject({ alg: algorithm, use: 'sig', kid: keyPair.kid });
    expect(keyPair.jwk).not.toHaveProperty('d');
    expect(keyPair.jwk).not.toHaveProperty('priv');
  });

  it.each(['HS256', 'HS384', 'HS512'] as const)(
    'makes an %s secret at least as long as the hash',
    async (algorithm) => {
      const keyPair = await KeyPair.generate(algorithm);
      expect(keyPair.secret.length).toBeGreaterThanOrEqual(Number(algorithm.slice(2)) / 8);
      const token = await keyPair.createToken();
      await expect(jwtVerify(token, new TextEncoder().encode(keyPair.secret))).resolves.toBeDefined();
      for (const read of [() => keyPair.publicKey, () => keyPair.jwk, () => keyPair.jwks, () => keyPair.privatePem()]) {
        expect(read).toThrow(TypeError);
      }
    },
  );

  it.each(['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const)(
    'makes an %s key where the runtime can, and says so where it cannot',
    async (algorithm) => {
      const made = await KeyPair.generate(algorithm).catch((error: unknown) => error);
      if (made instanceof KeyPair) {
        const [header = '', payload = '', signature = ''] = (await made.createToken()).split('.');
        const key = createPublicKey(made.publicKey);
        expect(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
        expect(made.jwk).toMatchObject({ kty: 'AKP', alg: algorithm });
      } else {
        expect(String(made)).toMatch(/cannot make a key for ML-DSA/);
      }
    },
  );

  it('refuses an unknown algorithm or option by name', async () => {
    await expect(KeyPair.generate('none' as Algorithm)).rejects.toThrow(/algorithm must be one of RS256/);
    await expect(KeyPair.generate('RS256', { modulusLength: 1024 } as object)).rejects.toThrow(/modulusLength/);
    await expect(KeyPair.generate('RS256', { kid: ' ' })).rejects.toThrow(/kid/);
    await expect(RSAKeyPair.generate('ES256')).rejects.toThrow(TypeError);
  });

  it('uses the thumbprint as key id, or the one that is given', async () => {
    const plain = await KeyPair.generate('ES256');
    expect(plain.jwk.kid).toMatch(/^[\w-]{43}$/);
    const named = await KeyPair.generate('ES256', { kid: 'k1' });
    expect(named.jwks.keys).toEqual([expect.objectContaining({ kid: 'k1' })]);
    expect(decodeProtectedHeader(await named.createToken()).kid).toBe('k1');
  });

  it('makes weak RSA keys for tests of a refusal', async () => {
    const weak = await RSAKeyPair.generate('RS256', { modulusLengthBits: 1024 });
    expect(createPublicKey(weak.publicKey).asymmetricKeyDetails?.modulusLength).toBe(1024);
    expect((await weak.createToken()).split('.')).toHaveLength(3);
  });
});

describe('a key that exists already', () => {
  it('is taken from PEM, JWK or secret text', async () => {
    const keyPair = await KeyPair.generate('EdDSA');
    const fromPem = await KeyPair.fromPrivateKey('EdDSA', keyPair.privateKey);
    const fromJwk = await KeyPair.fromPrivateKey('EdDSA', keyPair.privateJwk());
    expect([fromPem.publicKey, fromJwk.publicKey]).toEqual([keyPair.publicKey, keyPair.publicKey]);
    expect(fromPem.publicKeyObject.equals(createPublicKey(keyPair.privateKeyObject))).toBe(true);
    const short = KeyPair.fromSecret('HS256', 'short');
    expect(short.secret).toBe('short');
    expect(Buffer.from(short.sign('x')).toString('hex')).toBe(createHmac('sha256', 'short').update('x').digest('hex'));
  });

  it('may be a secret of bytes, which are text only where they are UTF-8', () => {
    const key = KeyPair.fromSecret('HS512', Uint8Array.of(0xff, 0, 1));
    expect(Buffer.from(key.sign('x'))).toEqual(
      createHmac('sha512', Buffer.of(0xff, 0, 1))
        .update('x')
        .digest(),
    );
    expect(() => key.secret).toThrow(/no text/);
    expect(key.privateJwk()).toEqual({ kty: 'oct', k: '_wAB', alg: 'HS512' });
    expect([...key.privateKeyObject.export()]).toEqual([0xff, 0, 1]);
    expect(KeyPair.fromSecret('HS256', new TextEncoder().encode('ключ')).secret).toBe('ключ');
    expect(() => key.publicKeyObject).toThrow(TypeError);
    expect(() => KeyPair.fromSecret('HS256', 7 as never)).toThrow(TypeError);
  });

  it('signs as another algorithm that it can do, and as no other', async () => {
    const rsa = await KeyPair.generate('RS256', { kid: 'k' });
    const pss = rsa.withAlgorithm('PS384');
    const token = await pss.createToken();
    await expect(jwtVerify(token, rsa.publicKeyObject, { algorithms: ['PS384'] })).resolves.toBeDefined();
    expect(pss.jwk).toEqual({ ...rsa.jwk, alg: 'PS384' });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'PS384', kid: 'k' });
    expect((await KeyPair.generate('EdDSA')).withAlgorithm('Ed25519').algorithm).toBe('Ed25519');
    expect(KeyPair.fromSecret('HS256', 's').withAlgorithm('HS384').algorithm).toBe('HS384');
    for (const algorithm of ['ES256', 'HS256', 'EdDSA', 'none'] as const) {
      expect(() => rsa.withAlgorithm(algorithm as Algorithm)).toThrow(TypeError);
    }
    const curve = await KeyPair.generate('ES256');
    expect(() => curve.withAlgorithm('ES384')).toThrow(/ES256 key cannot be used for ES384/);
  });

  it('is never repeated in an error', async () => {
    const error = await KeyPair.fromPrivateKey('RS256', 'hunter2 is no PEM').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(inspect(error)).not.toContain('hunter2');
    expect(() => KeyPair.fromSecret('RS256' as 'HS256', 'hunter2')).toThrow(TypeError);
  });
});

describe('a key pair that is printed', () => {
  it.each(['RS256', 'ES256', 'HS256'] as const)('shows nothing private of an %s key', async (algorithm) => {
    const keyPair = await KeyPair.generate(algorithm);
    const jwk = keyPair.privateJwk();
    const secret = algorithm === 'HS256' ? keyPair.secret : String(jwk.d);
    const shown = [
      JSON.stringify(keyPair),
      JSON.stringify({ ...keyPair }),
      inspect(keyPair, { showHidden: true, depth: 9, getters: true }),
      Object.values(keyPair).map(String).join(),
    ].join('\n');
    expect(secret.length).toBeGreaterThan(30);
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain('PRIVATE');
    expect(Object.keys(keyPair)).toEqual(['algorithm', 'kid']);
  });
});

describe('createToken', () => {
  const keyPair = KeyPair.generate('ES256');

  it("has FastMCP's defaults", async () => {
    const token = await (await keyPair).createToken({ now: NOW + 0.7 });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'JWT' });
    expect(decodeJwt(token)).toEqual({
      sub: 'fastmcp-user',
      iss: 'https://fastmcp.example.com',
      iat: NOW,
      exp: NOW + 3600,
    });
  });

  it.each([
    [{ audience: [] }, {}],
    [{ audience: '' }, {}],
    [{ scopes: [] }, {}],
    [{ audience: 'https://api' }, { aud: 'https://api' }],
    [{ audience: ['a', 'b'] }, { aud: ['a', 'b'] }],
    [{ scopes: ['read', 'write'] }, { scope: 'read write' }],
    [{ expiresInSeconds: 0 }, { exp: NOW }],
    [{ expiresInSeconds: -10 }, { exp: NOW - 10 }],
    [
      { subject: 'alice', issuer: 'https://i' },
      { sub: 'alice', iss: 'https://i' },
    ],
    [
      { subject: 'alice', additionalClaims: { sub: 'bob', tenant: 7 } },
      { sub: 'bob', tenant: 7 },
    ],
    [{ additionalClaims: { exp: undefined } }, { exp: undefined }],
  ])('makes of %j the claims %j', async (options, expected) => {
    const claims = decodeJwt(await (await keyPair).createToken({ ...options, clock: () => NOW }));
    const defaults = { sub: 'fastmcp-user', iss: 'https://fastmcp.example.com', iat: NOW, exp: NOW + 3600 };
    expect(claims).toEqual(JSON.parse(JSON.stringify({ ...defaults, ...expected })));
  });

  it('puts a given key id and header members in the header, the latter last', async () => {
    const made = await keyPair;
    expect(decodeProtectedHeader(await made.createToken({ kid: 'k' }))).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'k' });
    expect(decodeProtectedHeader(await made.createToken({ kid: '' }))).toEqual({ alg: 'ES256', typ: 'JWT' });
    const header = { alg: 'none', typ: undefined, x: 1 };
    expect(decodeProtectedHeader(await made.createToken({ header }))).toEqual({ alg: 'none', x: 1 });
  });

  it.each([
    [{ scope: 'read' }, /unknown option 'scope'/],
    [{ scopes: 'read' }, /'scopes'/],
    [{ audience: 1 }, /'audience'/],
    [{ subject: 1 }, /'subject'/],
    [{ kid: 1 }, /'kid'/],
    [{ header: [] }, /'header'/],
    [{ additionalClaims: 'x' }, /'additionalClaims'/],
    [{ expiresInSeconds: '1' }, /'expiresInSeconds'/],
    [{ expiresInSeconds: Number.NaN }, /'expiresInSeconds'/],
    [{ now: Number.POSITIVE_INFINITY }, /'now'/],
    [{ clock: 1 }, /'clock'/],
  ])('refuses the options %j', async (options, message) => {
    await expect((await keyPair).createToken(options as object)).rejects.toThrow(message);
  });
});
