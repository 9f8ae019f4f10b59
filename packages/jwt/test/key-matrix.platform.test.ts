import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Algorithm, sameAlgorithm } from '../src/algorithms.js';
import { importVerificationKey } from '../src/verification-key.js';
import { verifySignature } from '../src/verify-signature.js';
import { ALGORITHMS, ASYMMETRIC, encoded, keyFor, signed } from './signing-keys.js';

type Jwk = Record<string, unknown>;

const bare = ({ alg, use: _use, kid: _kid, ...jwk }: Jwk): Jwk => (jwk.kty === 'AKP' ? { ...jwk, alg } : jwk);

/** RSA keys fit six algorithms, all others one. */
const family = (algorithm: Algorithm): string => {
  if (/^[RP]S/.test(algorithm)) return 'RSA';
  return sameAlgorithm(algorithm, 'EdDSA') ? 'Ed25519' : algorithm;
};

describe('the matrix of algorithms and keys (8725bis 3.1: checklist 1, 2, 3; CVE-2022-23539, CVE-2022-23540, CVE-2022-23541)', () => {
  it.each(ASYMMETRIC)(
    '%s: only a key of its type and curve verifies, and only its own signature',
    async (algorithm) => {
      for (const other of ASYMMETRIC) {
        const key = await keyFor(other);
        const token = signed(key, { alg: algorithm }, 'any payload');
        const accepted = await verifySignature({ token, jwk: bare(key.jwk as Jwk), algorithm });
        // A key made for another RSA algorithm signs with that one: the signature is not what the header says.
        expect([other, accepted]).toEqual([
          other,
          family(other) === family(algorithm) && sameAlgorithm(other, algorithm),
        ]);
      }
    },
  );

  it.each(ASYMMETRIC)(
    "%s: the JWK's alg, use and key_ops must all agree (CVE-2026-22817, CVE-2026-22818)",
    async (algorithm) => {
      const key = await keyFor(algorithm);
      const jwk = bare(key.jwk as Jwk);
      const token = signed(key, { alg: algorithm }, 'any payload');
      const accepts = (extra: Jwk): Promise<boolean> =>
        verifySignature({ token, jwk: { ...jwk, ...extra }, algorithm });
      for (const alg of [...ALGORITHMS, 'none', 'RSA-OAEP', algorithm.toLowerCase(), '', 7, null]) {
        // An AKP key has no other alg than its own.
        expect([alg, await accepts({ alg })]).toEqual([alg, sameAlgorithm(alg, algorithm)]);
      }
      for (const use of ['sig', 'enc', 'SIG', '', 1, null])
        expect([use, await accepts({ use })]).toEqual([use, use === 'sig']);
      expect(await accepts({ key_ops: ['verify'], use: 'sig' })).toBe(true);
      for (const operations of [['encrypt'], ['sign'], [], 'verify', null, { 0: 'verify' }]) {
        expect([operations, await accepts({ key_ops: operations })]).toEqual([operations, false]);
      }
    },
  );

  it.each(ASYMMETRIC)('%s: a key with a private member is refused', async (algorithm) => {
    const key = await keyFor(algorithm);
    const jwk = bare(key.jwk as Jwk);
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']) {
      const imported = await importVerificationKey({ ...jwk, [member]: 'AQAB' }, [algorithm]);
      expect(imported).toEqual({ ignored: 'private key material' });
    }
  });

  it('a symmetric key never gets into a set of public keys (CVE-2023-48223)', async () => {
    const key = await keyFor('HS256');
    expect(await importVerificationKey(key.privateJwk(), ['HS256', 'RS256'])).toEqual({ ignored: 'symmetric key' });
  });

  it.each(['HS256', 'HS384', 'HS512'] as const)(
    '%s: only a secret of its own, at least as long as the hash',
    async (algorithm) => {
      const key = await keyFor(algorithm);
      const token = signed(key, { alg: algorithm }, 'any payload');
      const jwk = key.privateJwk() as Jwk;
      expect(await verifySignature({ token, jwk, algorithm })).toBe(true);
      for (const other of ALGORITHMS.filter((name) => name !== algorithm)) {
        expect(await verifySignature({ token, jwk, algorithm: other })).toBe(false);
      }
      const short = { kty: 'oct', k: Buffer.alloc(31, 7).toString('base64url') };
      const forged = signed(key, { alg: algorithm }, 'any payload');
      expect(await verifySignature({ token: forged, jwk: short, algorithm })).toBe(false);
      for (const wrong of [{ use: 'enc' }, { alg: 'RS256' }, { key_ops: ['sign'] }, { k: `${jwk.k}=` }, { k: 5 }]) {
        expect(await verifySignature({ token, jwk: { ...jwk, ...wrong }, algorithm })).toBe(false);
      }
    },
  );

  it('CVE-2026-22818: a JWK without alg serves the first algorithm of the list that fits it, and no other', async () => {
    const { jwk } = await keyFor('RS256');
    const imported = await importVerificationKey(bare(jwk as Jwk), ['ES256', 'PS384', 'RS256']);
    expect('key' in imported && imported.key.algorithms).toEqual(['PS384']);
  });

  it('EdDSA and Ed25519 name the same thing, in the key, in the list and in the token', async () => {
    const key = await keyFor('EdDSA');
    for (const alg of ['EdDSA', 'Ed25519']) {
      for (const algorithm of ['EdDSA', 'Ed25519'] as const) {
        for (const named of ['EdDSA', 'Ed25519', undefined]) {
          const jwk = { ...bare(key.jwk as Jwk), ...(named === undefined ? {} : { alg: named }) };
          expect(await verifySignature({ token: signed(key, { alg }, '{}'), jwk, algorithm })).toBe(true);
        }
      }
    }
  });

  it('keys of types and curves that are not offered are refused', async () => {
    const foreign = [
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
      generateKeyPairSync('ed448'),
      generateKeyPairSync('x25519'),
      generateKeyPairSync('x448'),
    ];
    for (const { publicKey } of foreign) {
      const imported = await importVerificationKey(publicKey.export({ format: 'jwk' }), ALGORITHMS);
      expect(imported).toEqual({ ignored: 'unknown curve' });
    }
  });

  it('signatures of another length are refused before any arithmetic (RFC 7518 3.4)', async () => {
    for (const algorithm of ALGORITHMS) {
      const key = await keyFor(algorithm);
      const jwk = algorithm.startsWith('HS') ? key.privateJwk() : key.jwk;
      const input = `${encoded({ alg: algorithm })}.${encoded('x')}`;
      const good = Buffer.from(key.sign(input));
      const variants = [
        good.subarray(1),
        good.subarray(0, -1),
        Buffer.concat([Buffer.from([0]), good]),
        Buffer.alloc(0),
      ];
      for (const signature of [...variants, Buffer.alloc(good.length)]) {
        const token = `${input}.${signature.toString('base64url')}`;
        expect(await verifySignature({ token, jwk, algorithm })).toBe(false);
      }
      expect(await verifySignature({ token: `${input}.${good.toString('base64url')}`, jwk, algorithm })).toBe(true);
    }
  });

  it('an ECDSA signature in DER form, and one of zeros and group orders, is refused (CVE-2022-21449)', async () => {
    const key = await keyFor('ES256');
    const input = `${encoded({ alg: 'ES256' })}.${encoded('x')}`;
    const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
    const one = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);
    const zero = Buffer.alloc(32);
    for (const [r, s] of [
      [zero, zero],
      [zero, one],
      [one, zero],
      [order, one],
      [one, order],
      [order, order],
      [one, one],
    ]) {
      const signature = Buffer.concat([r ?? zero, s ?? zero]).toString('base64url');
      expect(await verifySignature({ token: `${input}.${signature}`, jwk: key.jwk, algorithm: 'ES256' })).toBe(false);
    }
  });
});
