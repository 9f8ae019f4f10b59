import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthError, type AuthErrorCode, invalidToken } from '../src/auth-error.js';
import { type ChallengeOptions, toChallenge } from '../src/challenge.js';

/**
 * A strict reader of one challenge: RFC 9110 §11.6.1 with what RFC 6750 §3 adds. Throws where a field is not exactly one
 * challenge of scheme Bearer, with at least one parameter, each once, each a quoted-string of visible ASCII.
 */
function readChallenge(field: string): Record<string, string> {
  const start = /^Bearer (?=[^ ])/.exec(field);
  if (start === null) throw new Error('Bearer does not come first');
  const parameter = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)="((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*)"(?:, |$)/y;
  parameter.lastIndex = start[0].length;
  const parameters: Record<string, string> = {};
  while (parameter.lastIndex < field.length) {
    const match = parameter.exec(field);
    if (match === null) throw new Error(`not a parameter: ${field}`);
    const [, name = '', value = ''] = match;
    if (Object.hasOwn(parameters, name)) throw new Error(`${name} is there twice`);
    parameters[name] = value.replace(/\\(.)/g, '$1');
    if (match[0].endsWith(', ') && parameter.lastIndex === field.length) throw new Error('nothing after the comma');
  }
  return parameters;
}

function challenge(error: AuthError, options?: ChallengeOptions): Record<string, string> {
  return readChallenge(toChallenge(error, options).headers['WWW-Authenticate'] ?? '');
}

const METADATA = 'https://api.example/.well-known/oauth-protected-resource/mcp';

describe('toChallenge without credentials [checklist 41]', () => {
  it('gives no error, but at least one parameter, and no body [checklist 40]', () => {
    const { status, headers, body } = toChallenge(new AuthError('missing_token'));
    expect({ status, body }).toEqual({ status: 401, body: '' });
    expect(headers).toEqual({ 'Cache-Control': 'no-store', 'WWW-Authenticate': 'Bearer realm="protected resource"' });
  });

  it('says where the metadata is and which scopes to ask for [checklist 48]', () => {
    const options = { resourceMetadataUrl: METADATA, requiredScopes: ['read', 'write'] };
    expect(challenge(new AuthError('missing_token'), options)).toEqual({
      scope: 'read write',
      resource_metadata: METADATA,
    });
  });
});

describe('toChallenge with a bad token [checklist 42, 58]', () => {
  it('gives 401 invalid_token', () => {
    const error = invalidToken('expired', { check: 'expiration', actual: 7 });
    const { status, headers, body } = toChallenge(error, { resourceMetadataUrl: METADATA });
    expect(status).toBe(401);
    expect(readChallenge(headers['WWW-Authenticate'] ?? '')).toEqual({
      error: 'invalid_token',
      error_description: 'The access token has expired',
      resource_metadata: METADATA,
    });
    expect(headers['Content-Type']).toBe('application/json');
    expect(headers['Cache-Control']).toBe('no-store');
    expect(JSON.parse(body)).toEqual({ error: 'invalid_token', error_description: 'The access token has expired' });
  });
});

describe('toChallenge with too few scopes [checklist 42, 59]', () => {
  const error = new AuthError('insufficient_scope', { requiredScopes: ['read', 'write'], missingScopes: ['write'] });

  it('gives 403 with every scope that the operation needs, in one challenge', () => {
    const { status, body } = toChallenge(error);
    expect(status).toBe(403);
    expect(challenge(error)).toMatchObject({ error: 'insufficient_scope', scope: 'read write' });
    expect(JSON.parse(body)).toMatchObject({ error: 'insufficient_scope', scope: 'read write' });
  });

  it('names those that every request needs as well: a token for one of the two lists would be refused for the other one', () => {
    expect(challenge(error, { requiredScopes: ['mcp', 'read'] }).scope).toBe('mcp read write');
  });

  it('has no scope parameter when there is no scope to name', () => {
    expect(challenge(new AuthError('insufficient_scope'))).not.toHaveProperty('scope');
    expect(JSON.parse(toChallenge(new AuthError('insufficient_scope')).body)).not.toHaveProperty('scope');
  });
});

it.each<[AuthErrorCode, number]>([
  ['access_denied', 403],
  ['invalid_request', 400],
])('toChallenge names no scope for %s, which no scope mends', (code, status) => {
  const error = new AuthError(code);
  expect(toChallenge(error, { requiredScopes: ['a'] }).status).toBe(status);
  expect(challenge(error, { requiredScopes: ['a'] })).toEqual({ error: code, error_description: error.description });
});

describe('toChallenge in an outage', () => {
  it.each<[number | undefined, string]>([
    [undefined, '1'],
    [0, '1'],
    [0.2, '1'],
    [1.2, '2'],
    [30, '30'],
    [-5, '1'],
    [Number.NaN, '1'],
    [1e21, '9007199254740991'],
    [Number.POSITIVE_INFINITY, '9007199254740991'],
  ])(
    'gives 503 with Retry-After and no challenge, so that nobody logs in again: after %o s',
    (retryAfterSeconds, expected) => {
      const error = new AuthError(
        'temporarily_unavailable',
        retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
      );
      const { status, headers, body } = toChallenge(error, { resourceMetadataUrl: METADATA, requiredScopes: ['a'] });
      expect(status).toBe(503);
      expect(headers).toEqual({
        'Cache-Control': 'no-store',
        'Content-Type': 'application/json',
        'Retry-After': expected,
      });
      expect(JSON.parse(body)).toEqual({ error: 'temporarily_unavailable', error_description: error.description });
    },
  );
});

describe('the header field of toChallenge, whatever it is made of [checklist 43]', () => {
  const codes = ['missing_token', 'invalid_request', 'invalid_token', 'insufficient_scope', 'access_denied'] as const;
  const scope = fc.oneof(
    fc.constantFrom(
      'read',
      'offline_access',
      'a"',
      'b\\',
      'c d',
      'é',
      '',
      'x\r\nSet-Cookie:y',
      'scope="z"',
      'api://id/read',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const url = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string({ unit: 'binary' }).map((text) => `https://a.example/?q=${text}`),
    fc.string({ unit: 'binary' }).map((text) => `https://a.example/#${text}`),
    fc.string({ unit: fc.constantFrom(...'"\\ \r\n,=é\u00a0') }).map((text) => `opaque:x${text}`),
  );

  it('is one well-formed Bearer challenge in ASCII that reads back as it was meant', () => {
    const options = fc.record({ requiredScopes: fc.array(scope), resourceMetadataUrl: url }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.constantFrom(...codes), fc.array(scope), options, (code, scopes, given) => {
        const error = new AuthError(code, { requiredScopes: scopes, details: { actual: 'secret "detail"' } });
        const { headers, body } = toChallenge(error, given);
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]+$/);
        const read = readChallenge(headers['WWW-Authenticate'] ?? '');
        const {
          scope: asked,
          resource_metadata: metadata,
          realm,
          error: name,
          error_description: text,
          ...rest
        } = read;
        expect(rest).toEqual({});
        expect([name, text]).toEqual(code === 'missing_token' ? [undefined, undefined] : [code, error.description]);
        expect(`${text}${body}`).not.toContain('detail');
        const named = asked?.split(' ') ?? [];
        const possible = [...(given.requiredScopes ?? []), ...scopes];
        for (const one of named) {
          expect(possible).toContain(one);
          expect(one).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
        }
        expect(new Set(named).size).toBe(named.length);
        if (given.resourceMetadataUrl !== undefined) {
          // RFC 9728 §5.1: the parameter is a URL, and it is the one that was given.
          expect(new URL(metadata ?? '').href).toBe(
            new URL(given.resourceMetadataUrl).href.replaceAll('\\', '%5C').replaceAll('"', '%22'),
          );
        }
        if (realm !== undefined) expect(Object.keys(read)).toEqual(['realm']);
      }),
      { numRuns: 500 },
    );
  });

  it('never asks for offline_access [checklist 61]', () => {
    const error = new AuthError('insufficient_scope', { requiredScopes: ['offline_access', 'read'] });
    expect(challenge(error, { requiredScopes: ['offline_access'] }).scope).toBe('read');
    expect(toChallenge(error).body).not.toContain('offline_access');
    expect(challenge(new AuthError('missing_token'), { requiredScopes: ['offline_access'] })).toEqual({
      realm: 'protected resource',
    });
  });

  it.each(['https://a.example/?q=\\', 'https://a.example/?q="x"', 'opaque:"x\\'])(
    'is not ended early by the URL %s',
    (resourceMetadataUrl) => {
      expect(Object.keys(challenge(new AuthError('missing_token'), { resourceMetadataUrl }))).toEqual([
        'resource_metadata',
      ]);
    },
  );

  it('does not take a text that is no URL', () => {
    expect(() => toChallenge(new AuthError('missing_token'), { resourceMetadataUrl: '/relative' })).toThrow(TypeError);
  });
});
