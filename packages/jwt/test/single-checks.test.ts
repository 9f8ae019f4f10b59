import type { InvalidTokenReason } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { encoded, goodClaims, keyFor, NOW, signed, TRUST } from './signing-keys.js';

const key = await keyFor('ES256');
const stranger = await keyFor('ES256', 'stranger');

/** Every check that there is, at once. */
const verifier = new JWTVerifier({
  ...TRUST,
  jwks: { keys: [{ ...key.jwk, kid: 'one' }] },
  algorithms: ['ES256'],
  profile: 'rfc9068',
  requiredScopes: ['notes:read'],
  maxTokenAgeSeconds: 600,
  validate: (claims) => claims.tenant === 'ours',
  mapClaims: (claims) => ({ clientId: claims.mapped as string }),
  isRevoked: ({ claims }) => claims.jti === 'revoked',
});

interface Change {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly signer?: typeof key;
}

function token({ header = {}, claims = {}, signer = key }: Change = {}): string {
  const payload = goodClaims({ tenant: 'ours', mapped: 'client', ...claims });
  return signed(signer, { alg: 'ES256', typ: 'at+jwt', kid: 'one', ...header }, payload);
}

/** A token whose payload is this text, with a good signature. */
const withPayload = (text: string): string => signed(key, { alg: 'ES256', typ: 'at+jwt', kid: 'one' }, text);

type Refusal = InvalidTokenReason | 'insufficient_scope';

/** For each check, in order: a token that it alone refuses. */
const CASES: readonly (readonly [check: string, refused: string, refusal: Refusal])[] = [
  ['size', token({ claims: { filler: 'x'.repeat(16_384) } }), 'too_large'],
  ['form', `${token()}=`, 'malformed'],
  ['header', `${encoded('{"alg":"ES256","alg":"ES256"}')}.${encoded(goodClaims())}.AAAA`, 'malformed'],
  ['algorithm', token({ header: { alg: 'ES384' } }), 'algorithm_not_allowed'],
  ['type', token({ header: { typ: 'JWT' } }), 'unsupported_type'],
  ['critical header', token({ header: { crit: ['exp'] } }), 'critical_header'],
  ['key id', token({ header: { kid: '' } }), 'malformed'],
  ['key', token({ header: { kid: 'two' } }), 'unknown_key'],
  ['signature', token({ signer: stranger }), 'signature_invalid'],
  ['payload', withPayload(`${JSON.stringify(goodClaims()).slice(0, -1)},"sub":"alice"}`), 'malformed'],
  ['expiration', token({ claims: { exp: NOW - 60 } }), 'expired'],
  ['not before', token({ claims: { nbf: NOW + 60 } }), 'not_yet_valid'],
  ['issued at', token({ claims: { iat: NOW + 60 } }), 'issued_in_future'],
  ['issued at', token({ claims: { iat: NOW - 900 } }), 'too_old'],
  ['issuer', token({ claims: { iss: 'https://issuer.example.com/' } }), 'issuer_mismatch'],
  ['audience', token({ claims: { aud: 'https://api.example.com/' } }), 'audience_mismatch'],
  ['required claims', token({ claims: { jti: undefined } }), 'missing_claim'],
  ['sender constraint', token({ claims: { cnf: { jkt: 'x' } } }), 'sender_constrained'],
  ['validate', token({ claims: { tenant: 'theirs' } }), 'claim_rejected'],
  ['claim mapping', token({ claims: { mapped: 7 } }), 'claim_rejected'],
  ['scopes', token({ claims: { scope: 'notes:write' } }), 'insufficient_scope'],
  ['revocation', token({ claims: { jti: 'revoked' } }), 'revoked'],
];

describe('each check refuses a token that all others let pass, so that none can be left out', () => {
  it('and there is no other check', async () => {
    const { accepted, checks } = await verifier.explain(token());
    expect(accepted).toBe(true);
    expect(new Set(CASES.map(([check]) => check))).toEqual(new Set(checks.map(({ name }) => name)));
  });

  it.each(CASES)('%s: %#', async (check, refused, refusal) => {
    const { checks } = await verifier.explain(refused);
    expect(checks.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)).toEqual([check]);
    const error = await verifier.verifyToken(refused).catch((thrown: unknown) => thrown);
    const expected = refusal === 'insufficient_scope' ? { code: refusal } : { code: 'invalid_token', reason: refusal };
    expect(error).toMatchObject(expected);
  });
});
