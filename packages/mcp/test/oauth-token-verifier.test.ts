import { inspect } from 'node:util';
import { AuthError, type AuthErrorCode, createAccessToken, type Verifier } from '@auth/core';
import { requireBearerAuth as requireBearerAuthV1 } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { requireBearerAuth } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { accessTokenOf } from '../src/principal.js';
import { toOAuthTokenVerifier } from '../src/sdk.js';
import { toOAuthTokenVerifier as toOAuthTokenVerifierV1 } from '../src/sdk-v1.js';

const TOKEN = 'a-token-that-nobody-may-see';
const RESOURCE = 'https://mcp.example.com/mcp';

const accepting = (expiresAt?: number): Verifier => ({
  verifyToken: async (token) =>
    createAccessToken(token, {
      clientId: 'client',
      scopes: ['notes:read'],
      audience: [RESOURCE],
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }),
});
const refusing = (code: AuthErrorCode): Verifier => ({
  verifyToken: () => Promise.reject(new AuthError(code, { details: { actual: 'a claim value' } })),
});

const STATUSES: readonly (readonly [AuthErrorCode, number])[] = [
  ['invalid_token', 401],
  ['missing_token', 401],
  ['invalid_request', 400],
  ['insufficient_scope', 403],
  ['access_denied', 403],
  ['temporarily_unavailable', 500],
];

describe('any verifier, behind the SDK’s own gate', () => {
  it.each(STATUSES)('%s is answered with %i by v2', async (code, status) => {
    const gate = requireBearerAuth({ verifier: toOAuthTokenVerifier(refusing(code)) });
    const answer = await gate(new Request(RESOURCE, { headers: { authorization: `Bearer ${TOKEN}` } }));
    if (!(answer instanceof Response)) throw new Error('let in');
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toMatch(/claim value|a-token/);
  });

  it.each(STATUSES)('%s is answered with %i by v1', async (code, status) => {
    const gate = requireBearerAuthV1({ verifier: toOAuthTokenVerifierV1(refusing(code)) });
    const answered = await new Promise((resolve) => {
      const response = { set: () => response, status: (given: number) => ({ json: () => resolve(given) }) };
      void gate({ headers: { authorization: `Bearer ${TOKEN}` } } as never, response as never, () => resolve('let in'));
    });
    expect(answered).toBe(status);
  });

  it('says who calls, always with an end, and with the resource that the token is for', async () => {
    const verifier = toOAuthTokenVerifier(accepting(), { clock: () => 1000 });
    const authInfo = await verifier.verifyAccessToken(TOKEN);
    expect(authInfo).toMatchObject({ token: TOKEN, clientId: 'client', scopes: ['notes:read'], expiresAt: 1060 });
    expect(authInfo.resource?.href).toBe(RESOURCE);
    expect(accessTokenOf(authInfo)?.clientId).toBe('client');
    const later = await toOAuthTokenVerifierV1(accepting(5000)).verifyAccessToken(TOKEN);
    expect(later.expiresAt).toBe(5000);
    const elsewhere = toOAuthTokenVerifier(accepting(), { resource: `${RESOURCE}/` });
    expect((await elsewhere.verifyAccessToken(TOKEN)).resource).toBeUndefined();
  });

  it('gets through the SDK’s gate with its resource, and the rules here know the caller', async () => {
    const gate = requireBearerAuth({
      verifier: toOAuthTokenVerifier(accepting()),
      expectedResource: new URL(RESOURCE),
      resourceMetadataUrl: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
    });
    const answer = await gate(new Request(RESOURCE, { headers: { authorization: `Bearer ${TOKEN}` } }));
    if (answer instanceof Response) throw new Error('refused');
    expect(answer.token).toBe(TOKEN);
    expect(accessTokenOf(answer)?.scopes).toEqual(['notes:read']);
  });

  // Checklist 62: nothing here calls anybody upstream; what a handler passes on is its own doing, and only a printed copy can be
  // kept free of the token. The README has the recipe for another one (RFC 8693).
  it('checklist 62: shows no credential when it is printed, so that none travels by accident', async () => {
    const authInfo = await toOAuthTokenVerifier(accepting()).verifyAccessToken(TOKEN);
    expect(JSON.stringify(authInfo) + inspect(authInfo, { depth: null, showHidden: true })).not.toContain(TOKEN);
  });

  it.each([
    [undefined, {}, /verifyToken/],
    [accepting(), { resources: RESOURCE }, /unknown option 'resources'/],
    [accepting(), { resource: 'mcp' }, /'resource' must be a URL/],
    [accepting(), { clock: 1 }, /clock/],
  ])('refuses options that make no sense', (verifier, options, message) => {
    expect(() => toOAuthTokenVerifier(verifier as never, options as never)).toThrow(message);
    expect(() => toOAuthTokenVerifierV1(verifier as never, options as never)).toThrow(message);
  });
});
