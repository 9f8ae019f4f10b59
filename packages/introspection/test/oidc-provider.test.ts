import { KeyPair } from '@auth/testing';
import type { ClientMetadata } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { type OidcServer, revoke, startOidcServer } from './support/oidc-server.js';
import { outcomeOf } from './support/outcome.js';

/** All that RFC 6749 allows in an id and a secret (VSCHAR, which oidc-provider insists on), and hard to carry. */
const HARD = 'a:b +%2B&=;?/\\"\'~*()!#$@[]{}|<>`^,._-';
const rsa = await KeyPair.generate('RS256', { kid: 'rsa' });
const ec = await KeyPair.generate('ES256', { kid: 'ec' });
const RSA_PEM = rsa.privatePem();

const CLIENTS: readonly ClientMetadata[] = [
  { client_id: 'rs-basic', client_secret: 'rs-secret', token_endpoint_auth_method: 'client_secret_basic' },
  { client_id: 'rs-post', client_secret: 'rs-secret', token_endpoint_auth_method: 'client_secret_post' },
  { client_id: HARD, client_secret: HARD, token_endpoint_auth_method: 'client_secret_basic' },
  { client_id: `post ${HARD}`, client_secret: HARD, token_endpoint_auth_method: 'client_secret_post' },
  { client_id: 'rs-none', token_endpoint_auth_method: 'none' },
  {
    client_id: 'rs-jwt',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: {
      keys: [
        { ...rsa.publicKeyObject.export({ format: 'jwk' }), kid: 'rsa', use: 'sig' },
        { ...ec.publicKeyObject.export({ format: 'jwk' }), kid: 'ec', use: 'sig' },
      ] as never,
    },
  },
  {
    client_id: 'rs-signed',
    client_secret: 'rs-secret',
    token_endpoint_auth_method: 'client_secret_basic',
    introspection_signed_response_alg: 'RS256',
  },
];

let server: OidcServer;
const open: IntrospectionTokenVerifier[] = [];
beforeAll(async () => {
  const key = {
    ...rsa.privateKeyObject.export({ format: 'jwk' }),
    kid: 'sig',
    alg: 'RS256',
    use: 'sig',
  };
  server = await startOidcServer(CLIENTS, { jwks: { keys: [key as never] } });
});
afterAll(async () => {
  for (const verifier of open) await verifier.close();
  await server[Symbol.asyncDispose]();
});

function verifierWith(options: IntrospectionTokenVerifierOptions): IntrospectionTokenVerifier {
  const verifier = new IntrospectionTokenVerifier({ issuer: server.issuer, ...options });
  open.push(verifier);
  return verifier;
}
const at = (): { introspectionUrl: string } => ({ introspectionUrl: server.introspectionUrl });

const METHODS: readonly [string, () => IntrospectionTokenVerifierOptions][] = [
  ['client_secret_basic', () => ({ ...at(), clientId: 'rs-basic', clientSecret: 'rs-secret' })],
  ['client_secret_basic with a hard secret', () => ({ ...at(), clientId: HARD, clientSecret: HARD })],
  [
    'client_secret_post',
    () => ({ ...at(), clientId: 'rs-post', clientSecret: 'rs-secret', clientAuthMethod: 'client_secret_post' }),
  ],
  [
    'client_secret_post with a hard secret',
    () => ({ ...at(), clientId: `post ${HARD}`, clientSecret: HARD, clientAuthMethod: 'client_secret_post' }),
  ],
  [
    'private_key_jwt, RSA PEM',
    () => ({ ...at(), clientId: 'rs-jwt', clientAuthMethod: 'private_key_jwt', privateKey: RSA_PEM }),
  ],
  [
    'private_key_jwt, EC JWK',
    () => ({
      ...at(),
      clientId: 'rs-jwt',
      clientAuthMethod: 'private_key_jwt',
      privateKey: { ...ec.privateKeyObject.export({ format: 'jwk' }), kid: 'ec' },
    }),
  ],
  [
    'private_key_jwt for the endpoint',
    () => ({
      ...at(),
      issuer: null,
      clientId: 'rs-jwt',
      clientAuthMethod: 'private_key_jwt',
      privateKey: RSA_PEM,
      signingAlgorithm: 'PS256',
    }),
  ],
  ['none', () => ({ ...at(), clientId: 'rs-none', clientAuthMethod: 'none' })],
  ['discovery, with a secret', () => ({ discover: true, clientId: 'rs-basic', clientSecret: 'rs-secret' })],
  ['discovery, with a key', () => ({ discover: true, clientId: 'rs-jwt', privateKey: RSA_PEM })],
  [
    'signed answers',
    () => ({ discover: true, clientId: 'rs-signed', clientSecret: 'rs-secret', signedResponses: true }),
  ],
  [
    'signed answers, keys configured',
    () => ({
      ...at(),
      clientId: 'rs-signed',
      clientSecret: 'rs-secret',
      signedResponses: { jwksUri: `${server.issuer}/jwks`, algorithms: ['RS256'] },
    }),
  ],
];

describe.each(METHODS)('oidc-provider by %s', (_name, options) => {
  it('tells good, unknown and revoked tokens apart', async () => {
    const verifier = verifierWith({ ...options(), requiredScopes: ['notes:read'] });
    const token = await server.issue();
    const accessToken = await verifier.verifyToken(token);
    expect(accessToken).toMatchObject({ clientId: 'app', scopes: ['notes:read'], issuer: server.issuer });
    expect(accessToken.expiresAt).toBeGreaterThan(Date.now() / 1_000);
    expect(await outcomeOf(verifier, 'unknown')).toBe('inactive');
    expect(await outcomeOf(verifier, await server.issue('notes:write'))).toBe('insufficient_scope');
    await revoke(server, token);
    expect(await outcomeOf(verifier, token)).toBe('inactive');
  });
});

describe('oidc-provider', () => {
  it.each([
    ['a wrong secret', { clientId: 'rs-basic', clientSecret: 'wrong' }],
    ['an unknown client', { clientId: 'nobody', clientSecret: 'rs-secret' }],
    ['the wrong method', { clientId: 'rs-jwt', clientSecret: 'rs-secret' }],
  ])('by %s is temporarily unavailable, never 401', async (_name, options) => {
    expect(await outcomeOf(verifierWith({ ...at(), ...options }), await server.issue())).toBe(
      'temporarily_unavailable',
    );
  });

  it('does not recognise a structured token (400), which callers can send at will', async () => {
    const verifier = verifierWith({ ...at(), clientId: 'rs-basic', clientSecret: 'rs-secret' });
    const jwt = await rsa.createToken();
    for (let call = 0; call < 10; call++) expect(await outcomeOf(verifier, jwt)).toBe('not_recognized');
    expect(await outcomeOf(verifier, await server.issue())).toBe('accepted');
  });

  it('accepts a revoked token within the time of a cache, and not beyond', async () => {
    let ahead = 0;
    const clock = (): number => Date.now() / 1_000 + ahead;
    const verifier = verifierWith({
      ...at(),
      clientId: 'rs-basic',
      clientSecret: 'rs-secret',
      clock,
      cache: { ttlSeconds: 30 },
    });
    const token = await server.issue();
    expect(await outcomeOf(verifier, token)).toBe('accepted');
    await revoke(server, token);
    expect(await outcomeOf(verifier, token)).toBe('accepted');
    ahead += 31;
    expect(await outcomeOf(verifier, token)).toBe('inactive');
  });

  it('that is stopped is temporarily unavailable, and accepted again when it is back', async () => {
    await using own = await startOidcServer(CLIENTS);
    const verifier = verifierWith({
      introspectionUrl: own.introspectionUrl,
      issuer: own.issuer,
      clientId: 'rs-basic',
      clientSecret: 'rs-secret',
    });
    const token = await own.issue();
    expect(await outcomeOf(verifier, token)).toBe('accepted');
    await own.stop();
    expect(await outcomeOf(verifier, token)).toBe('temporarily_unavailable');
    await own.restart();
    expect(await outcomeOf(verifier, token)).toBe('accepted');
  });

  it.each([
    ['client_secret_basic', 'rs-basic'],
    ['client_secret_post', 'rs-post'],
  ] as const)('receives tokens, ids and secrets beyond ASCII intact by %s', async (clientAuthMethod, clientId) => {
    const odd = 'tok: + % & = ü 漢 ~';
    const token = 'x: + % & = ü 漢 😀 end';
    // The token reaches its storage; as the client is known, the answer is a plain no.
    const good = verifierWith({ ...at(), clientId, clientSecret: 'rs-secret', clientAuthMethod });
    expect(await outcomeOf(good, token)).toBe('inactive');
    expect(new URLSearchParams(server.seen.at(-1)?.body).get('token')).toBe(token);
    // oidc-provider refuses such ids and secrets (beyond VSCHAR); what it was sent is what counts.
    expect(
      await outcomeOf(verifierWith({ ...at(), clientId: odd, clientSecret: odd, clientAuthMethod }), token),
    ).toMatch(/temporarily_unavailable|not_recognized/);
    const { authorization = '', body = '' } = server.seen.at(-1) ?? {};
    const form = new URLSearchParams(body);
    const sent =
      clientAuthMethod === 'client_secret_post'
        ? [form.get('client_id'), form.get('client_secret')]
        : Buffer.from(authorization.slice('Basic '.length), 'base64')
            .toString('utf8')
            .split(':')
            .map((part) => new URLSearchParams(`x=${part}`).get('x'));
    expect(sent).toEqual([odd, odd]);
  });
});
