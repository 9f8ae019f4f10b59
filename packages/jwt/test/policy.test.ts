import { type AccessToken, type AuthError, isAuthError } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import type { JWTVerifierOptions } from '../src/options.js';
import { goodClaims, ISSUER, keyFor, NOW, signed, TRUST } from './signing-keys.js';

const key = await keyFor('ES256');
const build = (options: Partial<JWTVerifierOptions> = {}): JWTVerifier =>
  new JWTVerifier({ ...TRUST, publicKey: key.publicKey, ...options } as JWTVerifierOptions);
const token = (extra: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string =>
  signed(key, { alg: 'ES256', ...header }, goodClaims(extra));
const outcome = async (verifier: JWTVerifier, text: string): Promise<string> => {
  const error: unknown = await verifier.verifyToken(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return 'accepted';
  if (!isAuthError(error)) throw error;
  return error.reason ?? error.code;
};

describe('the order of the checks', () => {
  it('each fault is reported before those that come later, from the header to the scopes', async () => {
    const verifier = build({ requiredScopes: ['admin'], validate: () => false });
    const faults: [string, Record<string, unknown>, Record<string, unknown>][] = [
      ['algorithm_not_allowed', { alg: 'none' }, {}],
      ['unsupported_type', { typ: 'dpop+jwt' }, {}],
      ['critical_header', { crit: ['x'] }, {}],
      ['malformed', { kid: 5 }, {}],
      ['expired', {}, { exp: 5 }],
      ['not_yet_valid', {}, { nbf: NOW + 99 }],
      ['issued_in_future', {}, { iat: NOW + 99 }],
      ['issuer_mismatch', {}, { iss: 'x' }],
      ['audience_mismatch', {}, { aud: 'x' }],
      ['sender_constrained', {}, { cnf: {} }],
      ['claim_rejected', {}, {}],
    ];
    for (let first = 0; first < faults.length; first++) {
      const rest = faults.slice(first);
      const [reason] = rest[0] ?? [];
      const header = Object.assign({}, ...rest.map(([, part]) => part));
      const claims = Object.assign({}, ...rest.map(([, , part]) => part));
      expect(await outcome(verifier, token(claims, header))).toBe(reason);
    }
    // Scopes come last: expired and under-scoped is 401.
    expect(await outcome(build({ requiredScopes: ['admin'] }), token())).toBe('insufficient_scope');
    expect(await outcome(build({ requiredScopes: ['admin'] }), token({ exp: 5 }))).toBe('expired');
  });
});

describe('times', () => {
  it.each<[string, Partial<JWTVerifierOptions>, Record<string, unknown>, string]>([
    ['exp a moment before the end of the tolerance', {}, { exp: NOW - 4.99 }, 'accepted'],
    ['exp at the end of the tolerance', {}, { exp: NOW - 5 }, 'expired'],
    ['a fractional exp without tolerance', { clockToleranceSeconds: 0 }, { exp: NOW + 0.5 }, 'accepted'],
    ['exp now without tolerance', { clockToleranceSeconds: 0 }, { exp: NOW }, 'expired'],
    ['nbf at the end of the tolerance', {}, { nbf: NOW + 5 }, 'accepted'],
    ['no exp where it is not required', { requireExpiration: false }, { exp: undefined }, 'accepted'],
    ['exp null where it is not required', { requireExpiration: false }, { exp: null }, 'malformed'],
    ['an old token without a limit', {}, { iat: 1 }, 'accepted'],
    ['a token as old as allowed', { maxTokenAgeSeconds: 60 }, { iat: NOW - 64.9 }, 'accepted'],
    ['a token that is too old', { maxTokenAgeSeconds: 60 }, { iat: NOW - 65 }, 'too_old'],
    ['no iat where there is a limit', { maxTokenAgeSeconds: 60 }, { iat: undefined }, 'missing_claim'],
  ])('%s', async (_name, options, claims, expected) => {
    expect(await outcome(build(options), token(claims))).toBe(expected);
  });

  it('a fractional exp is rounded down in expiresAt and never up', async () => {
    const accessToken = await build().verifyToken(token({ exp: NOW + 10.9 }));
    expect(accessToken.expiresAt).toBe(NOW + 10);
  });
});

describe('profile rfc9068', () => {
  const strict = build({ profile: 'rfc9068' });
  const AT = { typ: 'at+jwt' };

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])('checklist 24: accepts typ %s', async (typ) => {
    expect(await outcome(strict, token({}, { typ }))).toBe('accepted');
  });

  it.each(['JWT', undefined, 'application/jwt', '', 'xat+jwt'])('checklist 24: refuses typ %s', async (typ) => {
    expect(await outcome(strict, token({}, { typ }))).toBe('unsupported_type');
  });

  it.each(['sub', 'client_id', 'iat', 'jti', 'exp'])('checklist 30: %s has to be there', async (name) => {
    expect(await outcome(strict, token({ [name]: undefined }, AT))).toBe('missing_claim');
  });

  it.each(['sub', 'client_id', 'jti'])('checklist 30: %s has to be a text that is not empty', async (name) => {
    for (const value of ['', 7, null, ['x']]) {
      expect(await outcome(strict, token({ [name]: value }, AT))).toBe('missing_claim');
    }
  });

  it('demands iss, aud and exp also where they are compared with nothing', async () => {
    const loose = build({ profile: 'rfc9068', issuer: null, audience: null, requireExpiration: false });
    expect(await outcome(loose, token({}, AT))).toBe('accepted');
    for (const name of ['iss', 'aud', 'exp']) {
      expect(await outcome(loose, token({ [name]: undefined }, AT))).toBe('missing_claim');
    }
    expect(await outcome(loose, token({ aud: [] }, AT))).toBe('missing_claim');
  });

  it('checklist 31: RS256 is supported', async () => {
    const rsa = await keyFor('RS256');
    const verifier = build({ publicKey: rsa.publicKey, profile: 'rfc9068' });
    expect(await outcome(verifier, signed(rsa, { alg: 'RS256', typ: 'at+jwt' }, goodClaims()))).toBe('accepted');
  });
});

describe('validate', () => {
  it.each<[string, unknown]>([
    ['false', false],
    ['undefined', undefined],
    ['a truthy text', 'yes'],
    ['1', 1],
    ['a promise of false', Promise.resolve(false)],
  ])('an answer of %s is claim_rejected', async (_name, answer) => {
    expect(await outcome(build({ validate: () => answer as boolean }), token())).toBe('claim_rejected');
  });

  it('true and a promise of true pass', async () => {
    expect(await outcome(build({ validate: () => true }), token())).toBe('accepted');
    expect(await outcome(build({ validate: async () => true }), token())).toBe('accepted');
  });

  it('a throw and a rejection are claim_rejected, with the cause for logs', async () => {
    const boom = new Error('boom');
    const thrower = (): never => {
      throw boom;
    };
    for (const validate of [thrower, () => Promise.reject(boom), () => Promise.reject(undefined)]) {
      expect(await outcome(build({ validate }), token())).toBe('claim_rejected');
    }
    const error = await build({ validate: thrower })
      .verifyToken(token())
      .catch((thrown: AuthError) => thrown);
    expect((error as AuthError).cause).toBe(boom);
  });

  it('CVE-2026-22748: it only adds, and cannot change what the other checks and the mapping see', async () => {
    const verifier = build({
      validate: (claims, header) => {
        expect(Object.isFrozen(claims) && Object.isFrozen(header) && Object.isFrozen(claims.nested)).toBe(true);
        return header.alg === 'ES256' && claims.iss === ISSUER;
      },
    });
    expect(await outcome(verifier, token({ nested: { a: 1 } }))).toBe('accepted');
    expect(await outcome(verifier, token({ aud: 'x' }))).toBe('audience_mismatch');
  });
});

describe('mapping', () => {
  it('the usual claims say who it is (checklist 12: client and subject are kept apart)', async () => {
    const accessToken = await build().verifyToken(token({ aud: [TRUST.audience, 'other'] }));
    expect(accessToken).toMatchObject({
      clientId: 'notes-cli',
      subject: 'alice',
      issuer: ISSUER,
      expiresAt: NOW + 3600,
    });
    expect(accessToken.scopes).toEqual(['notes:read', 'notes:write']);
    expect(accessToken.audience).toEqual([TRUST.audience, 'other']);
  });

  it('mapClaims replaces what it names and leaves the rest', async () => {
    const verifier = build({
      mapClaims: (claims) => ({
        scopes: claims.permissions as string[],
        clientId: `tenant:${String(claims.tid)}`,
      }),
      requiredScopes: ['notes:admin'],
    });
    const accessToken = await verifier.verifyToken(token({ permissions: ['notes:admin', 'not a scope'], tid: 't1' }));
    expect(accessToken).toMatchObject({ clientId: 'tenant:t1', subject: 'alice', scopes: ['notes:admin'] });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'x'],
    ['an unknown member', { roles: [] }],
    ['an empty client id', { clientId: '' }],
    ['a client id that is a number', { clientId: 5 }],
    ['scopes that are a text', { scopes: 'a b' }],
  ])('a mapping that returns %s is claim_rejected, never a shared principal', async (_name, mapped) => {
    expect(await outcome(build({ mapClaims: () => mapped as object }), token())).toBe('claim_rejected');
  });

  it('a mapping that fails on a claim is claim_rejected, not an outage', async () => {
    const verifier = build({ mapClaims: (claims) => ({ scopes: (claims.permissions as string[]).slice() }) });
    expect(await outcome(verifier, token())).toBe('claim_rejected');
  });

  it('a scope hierarchy counts', async () => {
    const options = { requiredScopes: ['notes:read'], scopeHierarchy: { 'notes:admin': ['notes:read'] } };
    expect(await outcome(build(options), token({ scope: 'notes:admin' }))).toBe('accepted');
    expect(await outcome(build(options), token({ scope: 'other' }))).toBe('insufficient_scope');
  });
});

describe('isRevoked', () => {
  it('runs last, on every use, and sees the whole access token', async () => {
    const asked: AccessToken[] = [];
    const verifier = build({
      isRevoked: (accessToken) => {
        asked.push(accessToken);
        return false;
      },
      requiredScopes: ['notes:read'],
    });
    const text = token();
    for (let use = 0; use < 3; use++) expect(await outcome(verifier, text)).toBe('accepted');
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatchObject({ subject: 'alice', scopes: ['notes:read', 'notes:write'] });
    expect(asked[0]?.token).toBe(text);
    expect(await outcome(verifier, token({ exp: 5 }))).toBe('expired');
    expect(await outcome(verifier, token({ scope: 'x' }))).toBe('insufficient_scope');
    expect(asked).toHaveLength(3);
  });

  it('true is revoked, also for a token that was accepted before', async () => {
    let revoked = false;
    const verifier = build({ isRevoked: async () => revoked });
    const text = token();
    expect(await outcome(verifier, text)).toBe('accepted');
    revoked = true;
    expect(await outcome(verifier, text)).toBe('revoked');
    revoked = false;
    expect(await outcome(verifier, text)).toBe('accepted');
  });

  it.each<[string, () => unknown]>([
    [
      'a throw',
      () => {
        throw new Error('the list is away');
      },
    ],
    ['a rejection', () => Promise.reject(new Error('the list is away'))],
    ['undefined', () => undefined],
    ['a text', () => 'no'],
  ])('%s is temporarily_unavailable, never a pass', async (_name, isRevoked) => {
    expect(await outcome(build({ isRevoked: isRevoked as () => boolean }), token())).toBe('temporarily_unavailable');
  });
});
