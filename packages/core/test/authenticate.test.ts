import { describe, expect, it } from 'vitest';
import { invalidToken } from '../src/auth-error.js';
import { type AuthenticateOptions, authenticate } from '../src/authenticate.js';
import { toChallenge } from '../src/challenge.js';
import { alice, authErrorOf, foreignVerifier, tableVerifier } from './fakes.js';

const verifier = tableVerifier({ 'alice-token': { clientId: 'app', subject: 'alice', scopes: ['read', 'all'] } });

describe('authenticate', () => {
  it('resolves to the caller', async () => {
    const accessToken = await authenticate({ authorization: 'Bearer alice-token', verifier, requiredScopes: ['read'] });
    expect(accessToken).toMatchObject({ subject: 'alice', token: 'alice-token' });
  });

  it.each<[string, Partial<AuthenticateOptions>, number, string]>([
    ['no credentials [checklist 41]', { authorization: undefined }, 401, 'missing_token'],
    ['another scheme', { authorization: 'Basic x' }, 401, 'missing_token'],
    [
      'two fields [checklist 39]',
      { authorization: ['Bearer alice-token', 'Bearer alice-token'] },
      400,
      'invalid_request',
    ],
    ['a malformed field', { authorization: 'Bearer a b' }, 400, 'invalid_request'],
    ['an unknown token [checklist 58]', { authorization: 'Bearer other' }, 401, 'invalid_token'],
    ['a token with a scope too few [checklist 59]', { requiredScopes: ['read', 'write'] }, 403, 'insufficient_scope'],
    [
      'a verifier that is broken',
      {
        verifier: foreignVerifier(() => {
          throw new Error('boom');
        }),
      },
      503,
      'temporarily_unavailable',
    ],
    [
      'a verifier that rejects with something foreign',
      {
        verifier: foreignVerifier(async () => {
          throw new Error('boom');
        }),
      },
      503,
      'temporarily_unavailable',
    ],
    [
      'a verifier that resolves to nothing',
      { verifier: foreignVerifier(async () => null) },
      503,
      'temporarily_unavailable',
    ],
    [
      'a verifier that refuses',
      {
        verifier: foreignVerifier(async () => {
          throw invalidToken('revoked');
        }),
      },
      401,
      'invalid_token',
    ],
  ])('answers %s', async (_what, options, status, code) => {
    const given = { authorization: 'Bearer alice-token', verifier, ...options };
    const error = await authErrorOf(() => authenticate(given));
    expect(error).toMatchObject({ status, code });
    expect(toChallenge(error).status).toBe(status);
  });

  it('honours the hierarchy for the scopes of the request [checklist 60]', async () => {
    const options = { authorization: 'Bearer alice-token', verifier, requiredScopes: ['write'] };
    await authenticate({ ...options, scopeHierarchy: { all: ['write'] } });
    expect(await authErrorOf(() => authenticate(options))).toMatchObject({
      requiredScopes: ['write'],
      missingScopes: ['write'],
    });
  });

  it('asks the verifier exactly once, with the signal, and never before the header is accepted', async () => {
    const seen: unknown[] = [];
    const spy = foreignVerifier(async (...args) => {
      seen.push(args);
      return alice;
    });
    const { signal } = new AbortController();
    await authErrorOf(() => authenticate({ authorization: 'Bearer a, Bearer b', verifier: spy, signal }));
    expect(seen).toEqual([]);
    expect(await authenticate({ authorization: 'Bearer alice-token', verifier: spy, signal })).toBe(alice);
    expect(seen).toEqual([['alice-token', { signal }]]);
  });
});
