import { describe, expect, it, vi } from 'vitest';
import type { AlgorithmRule } from '../src/algorithms.js';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { verifySignature } from '../src/verify-signature.js';

// A runtime without ML-DSA, such as Node 22.
vi.mock('#crypto', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  supports: ({ scheme }: AlgorithmRule): boolean => scheme !== 'ml-dsa',
}));

describe('a runtime without ML-DSA', () => {
  it('says so at construction', () => {
    const options = { jwksUri: 'https://issuer.example/jwks', issuer: null, audience: null } as const;
    expect(() => new JWTVerifier({ ...options, algorithms: 'ML-DSA-65' })).toThrow(/cannot verify ML-DSA-65/);
    expect(() => new JWTVerifier({ ...options, algorithms: ['RS256', 'ML-DSA-44'] })).toThrow(/ML-DSA-44/);
    expect(() => new JWTVerifier(options)).not.toThrow();
  });

  it('does not take such a key, and verifies no such signature', async () => {
    const jwk = { kty: 'AKP', alg: 'ML-DSA-44', pub: Buffer.alloc(1312).toString('base64url') };
    expect(() => new JWTVerifier({ publicKey: jwk, issuer: null, audience: null })).toThrow(/no allowed algorithm/);
    expect(await verifySignature({ token: 'e30.e30.AAAA', jwk, algorithm: 'ML-DSA-44' })).toBe(false);
  });
});
