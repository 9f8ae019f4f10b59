import { AuthError, createAccessToken, toChallenge } from '@auth/core';
import { describe, expect, it } from 'vitest';
import {
  assertAccepted,
  assertChallenge,
  assertRejected,
  assertUnavailable,
  type ExpectedAccessToken,
  type ExpectedRejection,
  parseBearerChallenge,
} from '../src/assertions.js';

const TOKEN = 'the-token-that-must-not-be-shown';
const accessToken = createAccessToken(TOKEN, {
  ...{ clientId: 'app', subject: 'alice', issuer: 'https://i', audience: ['https://a'], scopes: ['read', 'write'] },
  ...{ expiresAt: 1_800_000_000, claims: { tenant: { id: 7 } } },
});

describe('assertAccepted', () => {
  it.each<ExpectedAccessToken>([
    {},
    { subject: 'alice', clientId: 'app', issuer: 'https://i', audience: ['https://a'], expiresAt: 1_800_000_000 },
    { scopes: ['write', 'read'] },
    { claims: { tenant: { id: 7 } } },
  ])('resolves to the access token for %j', async (expected) => {
    expect(await assertAccepted(Promise.resolve(accessToken), expected)).toBe(accessToken);
  });

  it.each<[ExpectedAccessToken, RegExp]>([
    [{ subject: 'bob' }, /subject: "alice", expected "bob"/],
    [{ issuer: undefined }, /issuer: "https:\/\/i", expected nothing/],
    [{ scopes: ['read'] }, /scopes/],
    [{ audience: [] }, /audience/],
    [{ claims: { tenant: 7 } }, /claim tenant/],
  ])('rejects for %j', async (expected, message) => {
    await expect(assertAccepted(Promise.resolve(accessToken), expected)).rejects.toThrow(message);
  });

  it('says how a token was rejected, without its text', async () => {
    const refused = new AuthError('invalid_token', { reason: 'expired', cause: new Error(TOKEN) });
    await expect(assertAccepted(Promise.reject(refused))).rejects.toThrow(/rejected: invalid_token, expired$/);
    await expect(assertAccepted(Promise.reject(new TypeError(TOKEN)))).rejects.toThrow(
      /rejected: a foreign TypeError$/,
    );
  });
});

describe('assertRejected', () => {
  const error = new AuthError('insufficient_scope', { requiredScopes: ['a', 'b'], missingScopes: ['b'] });

  it.each<ExpectedRejection | AuthError['code']>([
    'insufficient_scope',
    { code: 'insufficient_scope', requiredScopes: ['b', 'a'], missingScopes: ['b'] },
  ])('resolves to the error for %j', async (expected) => {
    expect(await assertRejected(Promise.reject(error), expected)).toBe(error);
  });

  it.each<[() => Promise<unknown>, ExpectedRejection | AuthError['code'], RegExp]>([
    [() => Promise.resolve(accessToken), 'invalid_token', /but it was accepted$/],
    [() => Promise.reject(error), 'access_denied', /code and reason/],
    [() => Promise.reject(error), { code: 'insufficient_scope', reason: 'expired' }, /code and reason/],
    [() => Promise.reject(error), { code: 'insufficient_scope', missingScopes: ['a'] }, /missingScopes/],
    [() => Promise.reject(new TypeError(TOKEN)), 'invalid_token', /expected an AuthError, got a foreign TypeError$/],
    [() => Promise.reject(TOKEN), 'invalid_token', /got a thrown string$/],
  ])('rejects otherwise (%#)', async (verification, expected, message) => {
    await expect(assertRejected(verification(), expected)).rejects.toThrow(message);
  });
});

describe('assertChallenge', () => {
  const resourceMetadataUrl = 'https://api.example/.well-known/oauth-protected-resource';
  const error = new AuthError('insufficient_scope', { requiredScopes: ['a', 'b'], missingScopes: ['b'] });
  const challenge = toChallenge(error, { resourceMetadataUrl });
  const expected = { status: 403, error: 'insufficient_scope', scopes: ['b', 'a'], resourceMetadataUrl } as const;

  it('reads answers of toChallenge, fetch and undici', () => {
    const { status, headers } = challenge;
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    for (const answer of [challenge, new Response('', { status, headers }), { status, headers: lower }]) {
      expect(assertChallenge(answer, expected)).toMatchObject({ error: 'insufficient_scope', scope: 'a b' });
    }
  });

  it.each([
    { ...expected, status: 401 as const },
    { ...expected, error: 'invalid_token' },
    { ...expected, scopes: ['a'] },
    { status: 403 as const, error: 'insufficient_scope', scopes: ['a', 'b'] },
  ])('refuses what was not expected: %j', (other) => {
    expect(() => assertChallenge(challenge, other)).toThrow();
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Basic realm="x"',
    'bearer realm="x"',
    'Bearer realm=x',
    'Bearer realm="x",error="y"',
    'Bearer realm="x", realm="y"',
    'Bearer realm="x", Basic realm="y"',
    'Bearer realm="x", ',
    'Bearer realm="\u00e4"',
    'Bearer realm="a\\"b"',
    'Bearer realm="x" ',
  ])('refuses the malformed challenge %j', (header) => {
    expect(() => parseBearerChallenge(header)).toThrow(/expected/);
  });

  it('reads a repeated field as one, and so refuses two challenges', () => {
    const headers = { 'www-authenticate': ['Bearer realm="a"', 'Bearer realm="b"'] };
    expect(() => assertChallenge({ status: 401, headers }, { status: 401 })).toThrow();
  });
});

describe('assertUnavailable', () => {
  it('wants 503 with Retry-After and no challenge', () => {
    expect(assertUnavailable(toChallenge(new AuthError('temporarily_unavailable', { retryAfterSeconds: 7 })))).toBe(7);
    for (const headers of [
      {},
      { 'Retry-After': '0' },
      { 'Retry-After': 'soon' },
      { 'Retry-After': '1', 'WWW-Authenticate': 'Bearer realm="x"' },
    ]) {
      expect(() => assertUnavailable({ status: 503, headers })).toThrow();
    }
    expect(() => assertUnavailable({ status: 500, headers: { 'Retry-After': '1' } })).toThrow(/status/);
  });
});
