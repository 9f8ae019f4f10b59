import { EnvironmentError } from '@auth/core';
import { KeyPair } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { fromEnv } from '../src/env.js';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { importVerificationKey } from '../src/verification-key.js';
import { verifySignature } from '../src/verify-signature.js';
import { goodClaims, keyFor, signed, TRUST } from './signing-keys.js';

// Whoever lets an empty or short HMAC key through lets everybody sign. Each line is a way for one to come in.
const HASHES = [
  ['HS256', 32],
  ['HS384', 48],
  ['HS512', 64],
] as const;
const LENGTHS = [0, 1, 16, 31];
const ENVIRONMENT = { MCP_SERVER_AUTH_JWT_ISSUER: TRUST.issuer, MCP_SERVER_AUTH_JWT_AUDIENCE: TRUST.audience };

describe('an empty or short HMAC key', () => {
  it.each(LENGTHS)(
    'CVE-2026-44351, CVE-2026-44699: of %d bytes is refused as option, as text and as bytes',
    (length) => {
      for (const [algorithms] of HASHES) {
        for (const secret of ['k'.repeat(length), new Uint8Array(length).fill(7), Buffer.alloc(length, 7)]) {
          expect(() => new JWTVerifier({ ...TRUST, secret, algorithms })).toThrow(RangeError);
        }
      }
    },
  );

  it.each(['\0'.repeat(64), '\t'.repeat(64), ' \n'.repeat(64), new Uint8Array(64)])(
    'CVE-2026-107720: of nothing but blanks or zeros is refused, however long: %j',
    (secret) => {
      expect(() => new JWTVerifier({ ...TRUST, secret, algorithms: 'HS512' })).toThrow(/'secret'/);
    },
  );

  it.each(HASHES)('CVE-2025-65945: one byte less than the hash of %s is refused', (algorithms, length) => {
    expect(() => new JWTVerifier({ ...TRUST, secret: 'k'.repeat(length - 1), algorithms })).toThrow(RangeError);
    expect(() => new JWTVerifier({ ...TRUST, secret: 'k'.repeat(length), algorithms })).not.toThrow();
  });

  it.each(['', ' ', 'short', 'k'.repeat(31)])('CVE-2026-120459: as a variable is refused: %j', (secret) => {
    const env = { ...ENVIRONMENT, MCP_SERVER_AUTH_JWT_SECRET: secret };
    expect(() => fromEnv(env)).toThrow(EnvironmentError);
  });

  it.each(['', '\n', 'short\n', `${'k'.repeat(31)}\n`])('CVE-2026-114616: as a file is refused: %j', (content) => {
    const env = { ...ENVIRONMENT, MCP_SERVER_AUTH_JWT_SECRET_FILE: '/run/secrets/jwt' };
    expect(() => fromEnv(env, { readTextFile: () => content })).toThrow(EnvironmentError);
    expect(() => fromEnv(env, { readTextFile: () => 'k'.repeat(32) })).not.toThrow();
  });

  it.each(LENGTHS)('CVE-2026-49852: of %d bytes as a JWK verifies nothing and gets into no set', async (length) => {
    const jwk = { kty: 'oct', kid: 'k', k: Buffer.alloc(length, 7).toString('base64url') };
    const { jwk: good } = await keyFor('ES256');
    for (const [algorithm] of HASHES) {
      const token = signed(KeyPair.fromSecret(algorithm, '\x07'.repeat(length)), { alg: algorithm, kid: 'k' }, {});
      expect(await verifySignature({ token, jwk, algorithm })).toBe(false);
      expect('key' in (await importVerificationKey(jwk, [algorithm]))).toBe(false);
    }
    const verifier = new JWTVerifier({ ...TRUST, jwks: { keys: [jwk, good] } });
    const forged = signed(KeyPair.fromSecret('HS256', '\x07'.repeat(length)), { alg: 'HS256', kid: 'k' }, goodClaims());
    await expect(verifier.verifyToken(forged)).rejects.toMatchObject({ reason: 'algorithm_not_allowed' });
  });

  it('CVE-2026-107720: a token that an empty key has signed is refused by a good one', async () => {
    const verifier = new JWTVerifier({ ...TRUST, secret: 'k'.repeat(32) });
    for (const length of LENGTHS) {
      const forged = signed(KeyPair.fromSecret('HS256', 'k'.repeat(length)), { alg: 'HS256' }, goodClaims());
      await expect(verifier.verifyToken(forged)).rejects.toMatchObject({ reason: 'signature_invalid' });
    }
  });
});
