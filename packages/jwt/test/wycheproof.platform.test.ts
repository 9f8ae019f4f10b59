import { isAuthError } from '@auth/core';
import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../src/algorithms.js';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { secretOfJwk } from '../src/shared-secret.js';
import { verifySignature } from '../src/verify-signature.js';
import vectors from './data/wycheproof-json-web-signature.json' with { type: 'json' };

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly jws: string;
  readonly result: string;
}

interface Group {
  readonly comment: string;
  readonly public?: Readonly<Record<string, unknown>>;
  readonly private: Readonly<Record<string, unknown>>;
  readonly tests: readonly Vector[];
}

/** Vectors whose verdict is not ours, and why. */
const DIFFERENT: Readonly<Record<number, string>> = {
  346: 'the JWK says PS256, the token PS384: one key, one algorithm',
  347: 'the JWK says ES521, which is no algorithm',
  350: 'the JWK says PS256, the token PS384: one key, one algorithm',
  351: 'the JWK says ES521, which is no algorithm',
  367: 'the token is letter for letter that of the valid vector 366: nothing in it is padded',
  370: 'the token is letter for letter that of the valid vector 366: nothing in it is padded',
  372: 'a character outside of the alphabet is refused, not skipped',
  373: 'a character outside of the alphabet is refused, not skipped',
};

const groups = vectors.testGroups as unknown as readonly Group[];
const all = groups.flatMap((group) => group.tests.map((vector) => ({ ...vector, jwk: group.public ?? group.private })));

function algorithmOf(jwk: Readonly<Record<string, unknown>>, jws: string): Algorithm {
  if (typeof jwk.alg === 'string') return jwk.alg as Algorithm;
  return JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()).alg;
}

/** A verifier with this one key; undefined for what is no usable key. */
function verifierOf(jwk: Readonly<Record<string, unknown>>, algorithm: Algorithm): JWTVerifier | undefined {
  const secret = jwk.kty === 'oct' ? secretOfJwk(jwk, algorithm) : undefined;
  const key = secret === undefined ? { publicKey: jwk } : { secret };
  try {
    return new JWTVerifier({ ...key, algorithms: algorithm, issuer: null, audience: null });
  } catch {
    return undefined;
  }
}

describe('Wycheproof json_web_signature (C2SP/wycheproof, Apache-2.0)', () => {
  it('every vector gets its verdict, but for the ones listed with a reason', async () => {
    const differing: number[] = [];
    for (const { tcId, jws, result, jwk } of all) {
      const good = await verifySignature({ token: jws, jwk, algorithm: algorithmOf(jwk, jws) });
      if (good !== (result === 'valid')) differing.push(tcId);
    }
    expect(all.length).toBeGreaterThan(390);
    expect(differing).toEqual(Object.keys(DIFFERENT).map(Number));
  });

  it('a verifier finds the same signatures good: with those it gets as far as the payload, and none is an access token', async () => {
    let payloads = 0;
    for (const { tcId, jws, jwk } of all) {
      const algorithm = algorithmOf(jwk, jws);
      const verifier = verifierOf(jwk, algorithm);
      const error: unknown = await verifier?.verifyToken(jws).catch((thrown: unknown) => thrown);
      if (verifier === undefined) continue;
      const good = await verifySignature({ token: jws, jwk, algorithm });
      const check = isAuthError(error) ? error.details?.check : 'accepted';
      expect([tcId, check === 'payload']).toEqual([tcId, good]);
      if (good) payloads++;
    }
    expect(payloads).toBeGreaterThan(30);
  });

  it('the two vectors called padded are the valid one again', () => {
    const text = (tcId: number): string | undefined => all.find((vector) => vector.tcId === tcId)?.jws;
    const valid = all.filter(({ result, jws }) => result === 'valid' && jws === text(367));
    expect(valid.length).toBeGreaterThan(0);
    expect(text(370)).toBe(text(367));
  });
});
