import { describe, expect, it } from 'vitest';
import { AuthError } from '../src/auth-error.js';
import { authenticate } from '../src/authenticate.js';
import { authorize, requireScopes } from '../src/authorization.js';
import { toChallenge } from '../src/challenge.js';
import { retryAfterSeconds } from '../src/http-transport.js';
import { missingScopes, scopeHierarchyOption } from '../src/scopes.js';
import { TokenVerifier } from '../src/token-verifier.js';

class AnyToken extends TokenVerifier {
  protected override async authenticate(): Promise<{ clientId: string }> {
    return { clientId: 'anybody' };
  }
}

const verifier = new AnyToken();
const authorization = 'Bearer token';

describe('toChallenge', () => {
  it.each([
    ['ends its quotes', 'a"b'],
    ['ends the header field', 'a"\r\nX-Injected: yes'],
    ['is not ASCII', 'ä'],
  ])('uses its own text where the description of a subclass %s', (_what, description) => {
    const error = Object.assign(Object.create(new AuthError('invalid_token', { reason: 'expired' })), { description });
    const challenge = toChallenge(error);
    expect(challenge.headers['WWW-Authenticate']).toBe(
      'Bearer error="invalid_token", error_description="The access token has expired"',
    );
    expect(JSON.parse(challenge.body)).toEqual({
      error: 'invalid_token',
      error_description: 'The access token has expired',
    });
  });

  it.each([[new Error('boom')], [undefined], ['text'], [{ code: 'invalid_token' }]])(
    'answers %s, which says nothing about the token, with 503 and no challenge',
    (thrown) => {
      const { status, headers, body } = toChallenge(thrown as AuthError);
      expect(status).toBe(503);
      expect(headers['WWW-Authenticate']).toBeUndefined();
      expect(headers['Retry-After']).toBe('1');
      expect(body).not.toContain('boom');
    },
  );

  it('answers an AuthError of another copy with a code we do not know with 503', () => {
    const error = Object.assign(Object.create(new AuthError('missing_token')), { code: 'teapot' });
    expect(toChallenge(error).status).toBe(503);
  });

  it('throws for an option that it does not know', () => {
    expect(() => toChallenge(new AuthError('missing_token'), { requiredScope: ['a'] } as never)).toThrow(
      "unknown option 'requiredScope'",
    );
  });
});

describe('authenticate', () => {
  it.each([
    ['a misspelt option', { requiredScope: ['a'] }],
    ['null for the scopes', { requiredScopes: null }],
    ['a text for the scopes', { requiredScopes: 'ab' }],
  ])('is a TypeError with %s: neither may switch the check off', async (_what, extra) => {
    const options = { authorization, verifier, ...extra } as never;
    await expect(authenticate(options)).rejects.toThrow(TypeError);
  });
});

it('null for the options of verifyToken, or for its signal, is none', async () => {
  await expect(verifier.verifyToken('t', null as never)).resolves.toMatchObject({ clientId: 'anybody' });
  await expect(verifier.verifyToken('t', { signal: null as never })).resolves.toMatchObject({ clientId: 'anybody' });
});

it('no caller is missing_token, also as null', async () => {
  await expect(authorize(null as never, requireScopes('a'))).rejects.toMatchObject({ code: 'missing_token' });
});

it('scopes in one text are no list: parts of them grant nothing', () => {
  expect(missingScopes('abc' as never, ['a'])).toEqual(['a']);
});

it('a Map as scope hierarchy is refused instead of read as empty', () => {
  expect(() => scopeHierarchyOption('Owner', 'scopeHierarchy', new Map([['w', ['r']]]))).toThrow(/^Owner: option/);
});

it.each([
  ['99999999999', 31_536_000],
  ['9'.repeat(400), 31_536_000],
  ['120', 120],
])('Retry-After %s is heeded, up to a year', (value, seconds) => {
  expect(retryAfterSeconds({ 'retry-after': value }, 0)).toBe(seconds);
});
