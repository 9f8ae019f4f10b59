import { safeVerify, type Verifier } from '@auth/core';
import { jsonReply, type KeyPair } from '@auth/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { Algorithm } from '../src/algorithms.js';
import { issuerRouter } from '../src/issuer-router.js';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { type Endpoint, jwksOf, startEndpoint } from './jwks-endpoint.js';
import { AUDIENCE, goodClaims, keyFor, NOW, signed } from './signing-keys.js';

const A = 'https://a.example';
const B = 'https://b.example';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

interface Provider {
  readonly key: KeyPair;
  readonly endpoint: Endpoint;
  readonly verifier: JWTVerifier;
}

/** An issuer with a key set of its own, in which its key is called `k` like everybody's. */
async function provider(issuer: string, algorithm: Algorithm, algorithms = [algorithm]): Promise<Provider> {
  const key = await keyFor(algorithm, issuer);
  const endpoint = await startEndpoint(jsonReply(jwksOf({ ...key.jwk, kid: 'k' })));
  const { jwksUri } = endpoint;
  const verifier = new JWTVerifier({ issuer, audience: AUDIENCE, jwksUri, algorithms, clock: () => NOW });
  ends.push(
    () => verifier.close(),
    () => endpoint.close(),
  );
  return { key, endpoint, verifier };
}

const tokenOf = ({ key }: Provider, iss: string, alg: Algorithm): string =>
  signed(key, { alg, kid: 'k' }, goodClaims({ iss }));

async function outcomeOf(verifier: Verifier, token: string): Promise<string> {
  const result = await safeVerify(verifier, token);
  return result.ok ? 'accepted' : (result.error.reason ?? result.error.code);
}

describe('keys belong to their issuer (8725bis 3.8: checklist 11, CVE-2025-59936)', () => {
  it('an issuer that is not listed causes no fetch, before and after others have', async () => {
    const [a, b] = [await provider(A, 'ES256'), await provider(B, 'ES256')];
    const router = issuerRouter({ [A]: a.verifier, [B]: b.verifier });
    const foreign = tokenOf(a, 'https://c.example', 'ES256');
    expect(await outcomeOf(router, foreign)).toBe('issuer_mismatch');
    expect(a.endpoint.requests.length + b.endpoint.requests.length).toBe(0);
    expect(await outcomeOf(router, tokenOf(a, A, 'ES256'))).toBe('accepted');
    expect(await outcomeOf(router, foreign)).toBe('issuer_mismatch');
    expect([a.endpoint.requests.length, b.endpoint.requests.length]).toEqual([1, 0]);
  });

  it('the key of one issuer signs nothing for another, whatever its kid, cold or remembered', async () => {
    const [a, b] = [await provider(A, 'ES256'), await provider(B, 'ES256')];
    const router = issuerRouter({ [A]: a.verifier, [B]: b.verifier });
    const stolen = tokenOf(a, B, 'ES256');
    expect(await outcomeOf(router, stolen)).toBe('signature_invalid');
    expect(await outcomeOf(router, tokenOf(a, A, 'ES256'))).toBe('accepted');
    expect(await outcomeOf(router, tokenOf(b, B, 'ES256'))).toBe('accepted');
    expect(await outcomeOf(router, stolen)).toBe('signature_invalid');
  });

  it('a token that its own issuer signed is refused where another issuer is expected', async () => {
    const a = await provider(A, 'ES256');
    expect(await outcomeOf(a.verifier, tokenOf(a, B, 'ES256'))).toBe('issuer_mismatch');
    expect(await outcomeOf(a.verifier, tokenOf(a, A, 'ES256'))).toBe('accepted');
    expect(await outcomeOf(a.verifier, tokenOf(a, B, 'ES256'))).toBe('issuer_mismatch');
  });
});

describe('each issuer has an allow-list of its own (8725bis 3.1: checklist 4)', () => {
  it('what one allows is not allowed for the other, and asks nobody', async () => {
    const [a, b] = [await provider(A, 'RS256'), await provider(B, 'ES256')];
    const router = issuerRouter({ [A]: a.verifier, [B]: b.verifier });
    expect(await outcomeOf(router, tokenOf(a, A, 'RS256'))).toBe('accepted');
    expect(await outcomeOf(router, tokenOf(b, B, 'ES256'))).toBe('accepted');
    expect(await outcomeOf(router, tokenOf(b, A, 'ES256'))).toBe('algorithm_not_allowed');
    expect(await outcomeOf(router, tokenOf(a, B, 'RS256'))).toBe('algorithm_not_allowed');
    expect([a.endpoint.requests.length, b.endpoint.requests.length]).toEqual([1, 1]);
  });
});
