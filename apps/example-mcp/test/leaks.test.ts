import diagnostics from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { isAuthError, type VerifierEvent } from '@auth/core';
import { verifierFromEnv } from '@auth/env';
import { createGate } from '@auth/http';
import { IntrospectionTokenVerifier } from '@auth/introspection';
import { JWTVerifier } from '@auth/jwt';
import {
  forgedTokens,
  httpReply,
  jsonReply,
  KeyPair,
  rawReply,
  type ScriptedReply,
  startScriptedServer,
} from '@auth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const ISSUER = 'https://login.example.com';
const AUDIENCE = 'https://notes.example.com/mcp';

// A word in every place where something secret is. None may be seen again, in whatever way the parts are put together.
const SECRET = 'canary-hmac-secret-0123456789-0123456789';
const CLIENT_SECRET = 'canary-client-secret-4711';
const BEARER = 'canary-bearer-token-4712';
const BODY = 'canary-upstream-body-4713';
const CLAIM = 'canary-claim-4714';
const KEY_ID = 'canary-kid-4715';
const CREDENTIALS = [SECRET, CLIENT_SECRET, BEARER, BODY, btoa(`rs:${CLIENT_SECRET}`), btoa(SECRET)];
/** What operators may read, but callers may not. */
const PRIVATE = [CLAIM, KEY_ID];

/** Everything that a log could show of a value, causes included. */
function everything(value: unknown, depth = 0): string {
  const texts = [inspect(value, { depth: 20, showHidden: true, getters: true, maxStringLength: null }), String(value)];
  try {
    texts.push(JSON.stringify(value) ?? '', JSON.stringify({ ...(value as object) }));
  } catch {
    // A cycle: inspect has shown it.
  }
  if (value instanceof Error) texts.push(value.message, String(value.stack));
  if (value instanceof Error && value.cause !== undefined && depth < 8) texts.push(everything(value.cause, depth + 1));
  return texts.join('\n');
}

/** What was printed and warned about meanwhile. */
const overheard: string[] = [];
/** What the HTTP client told tracers about what went wrong. Its own errors quote bytes that are no HTTP. */
const traced: string[] = [];
const CHANNELS = ['undici:request:error', 'undici:client:connectError', 'http.server.request.start'];
const listen = (message: unknown): void => {
  // The request itself carries the credentials that it has to carry; what went wrong with it must not repeat them.
  const { error } = message as { readonly error?: unknown };
  if (error !== undefined) traced.push(everything(error));
};
const onWarning = (warning: Error): void => void overheard.push(everything(warning));

beforeAll(() => {
  for (const method of ['debug', 'error', 'info', 'log', 'warn'] as const) {
    vi.spyOn(console, method).mockImplementation(
      (...values) => void overheard.push(...values.map((value) => everything(value))),
    );
  }
  for (const channel of CHANNELS) diagnostics.subscribe(channel, listen);
  process.on('warning', onWarning);
});

afterAll(() => {
  for (const channel of CHANNELS) diagnostics.unsubscribe(channel, listen);
  process.off('warning', onWarning);
  vi.restoreAllMocks();
});

afterEach(() => {
  expectNone(CREDENTIALS, overheard.splice(0), 'the console');
  expectNone(
    CREDENTIALS.filter((word) => word !== BODY),
    traced.splice(0),
    'tracers',
  );
});

function expectNone(words: readonly string[], value: unknown, what: string): void {
  const text = everything(value);
  expect(
    words.filter((word) => text.includes(word)),
    `${what}: ${text.slice(0, 300)}`,
  ).toEqual([]);
}

/** Sends the token through the gate, and looks at all that comes of it: answer, error, events, explanation. */
async function watch(
  verifier: JWTVerifier | IntrospectionTokenVerifier,
  token: string,
  events: VerifierEvent[],
  words: readonly string[],
): Promise<number> {
  const decisions: unknown[] = [];
  const gate = createGate({
    verifier,
    resource: AUDIENCE,
    authorizationServers: [ISSUER],
    onDecision: (decision) => void decisions.push(decision),
  });
  const result = await gate.check({ method: 'POST', url: '/mcp', headers: { authorization: `Bearer ${token}` } });
  const error: unknown = await verifier.verifyToken(token).catch((thrown: unknown) => thrown);
  const explained = await verifier.explain(token);
  const all = [...CREDENTIALS, ...words];
  expectNone(all, [error, events, decisions, explained, verifier, gate], 'what operators see');
  if (isAuthError(error)) expectNone(all, error, 'the error');
  if (!result.ok) expectNone([...all, ...PRIVATE], result.response, 'the answer');
  return result.ok ? 200 : result.response.status;
}

/** The token and those of its parts that nobody must see again. */
const partsOf = (token: string): readonly string[] => {
  const [, payload = '', signature = ''] = token.split('.');
  return [token, payload, signature].filter((part) => part.length > 20);
};

describe('nothing of a credential, a key or an upstream text is seen again (checklist 56)', () => {
  it('this file would notice', () => {
    for (const value of [new Error(SECRET), { deep: [new Map([[SECRET, 1]])] }, new Error('x', { cause: SECRET })]) {
      expect(() => expectNone(CREDENTIALS, value, 'it')).toThrow();
    }
  });

  it.each(['HS256', 'RS256', 'ES256', 'EdDSA'] as const)(
    'the whole catalogue of forged %s tokens',
    async (algorithm) => {
      const key =
        algorithm === 'HS256'
          ? KeyPair.fromSecret('HS256', SECRET)
          : await KeyPair.generate(algorithm, { kid: KEY_ID });
      const events: VerifierEvent[] = [];
      const keys = algorithm === 'HS256' ? { secret: SECRET } : { jwks: key.jwks };
      const trust = { issuer: ISSUER, audience: AUDIENCE };
      const verifier = new JWTVerifier({
        ...trust,
        ...keys,
        algorithms: algorithm,
        observer: (event) => events.push(event),
      });
      const { d = SECRET, p = SECRET } = key.privateJwk() as { readonly d?: string; readonly p?: string };
      const own = await Promise.all(
        [
          { exp: 1 },
          { aud: CLAIM },
          { iss: CLAIM },
          { nbf: 9_999_999_999 },
          { cnf: { jkt: CLAIM } },
          { exp: CLAIM },
          { iat: CLAIM },
        ].map((claims) =>
          key.createToken({ ...trust, additionalClaims: { sub: CLAIM, client_id: CLAIM, private: CLAIM, ...claims } }),
        ),
      );
      const good = await key.createToken(trust);
      expect(await watch(verifier, good, events, [...partsOf(good), d, p])).toBe(200);
      for (const token of [...own, ...(await forgedTokens(key, trust)).map((forged) => forged.token)]) {
        events.length = 0;
        await watch(verifier, token, events, [...partsOf(token), d, p]);
      }
      await verifier.close();
    },
    120_000,
  );

  const HOSTILE: readonly (readonly [string, ScriptedReply])[] = [
    ['an error text', httpReply({ status: 500, body: BODY })],
    ['a challenge', httpReply({ status: 401, headers: { 'www-authenticate': `Basic realm="${BODY}"` }, body: BODY })],
    ['a redirect', httpReply({ status: 302, headers: { location: `https://evil.example/${BODY}` } })],
    ['a refusal', jsonReply({ error: BODY, error_description: BODY }, { status: 400 })],
    ['text', httpReply({ body: BODY })],
    ['broken JSON', httpReply({ body: `{"active":true,"x":"${BODY}"` })],
    ['a member twice', httpReply({ body: `{"keys":"${BODY}","keys":"${BODY}"}` })],
    ['another object', jsonReply({ active: 'yes', keys: BODY, issuer: BODY, jwks_uri: BODY })],
    [
      'keys that are none',
      jsonReply({ active: false, keys: [{ kty: BODY, kid: 'k', n: BODY, k: BODY, d: BODY }, BODY] }),
    ],
    ['no HTTP', rawReply(`${BODY}\r\n\r\n`, 'close')],
    ['a broken field', rawReply(`HTTP/1.1 200 OK\r\n${BODY}\0: x\r\n\r\n`, 'close')],
    ['a reset', rawReply('', 'reset')],
  ];

  it.each(HOSTILE)('a key endpoint and an introspection endpoint that answer %s', async (_name, reply) => {
    await using server = await startScriptedServer(reply);
    const events: VerifierEvent[] = [];
    const observer = (event: VerifierEvent): void => void events.push(event);
    const key = await KeyPair.generate('ES256', { kid: KEY_ID });
    const trust = { issuer: ISSUER, audience: AUDIENCE };
    const jwt = new JWTVerifier({ ...trust, jwksUri: `${server.origin}/jwks`, observer });
    const token = await key.createToken(trust);
    expect(await watch(jwt, token, events, partsOf(token))).toBe(503);
    await jwt.close();
    const methods = [
      { clientId: 'rs', clientSecret: CLIENT_SECRET },
      { clientId: 'rs', clientSecret: CLIENT_SECRET, clientAuthMethod: 'client_secret_post' },
      { bearerToken: BEARER, clientAuthMethod: 'bearer' },
    ] as const;
    for (const method of methods) {
      const options = { introspectionUrl: `${server.origin}/introspect`, ...method, observer };
      const introspection = new IntrospectionTokenVerifier(options);
      const opaque = 'canary-opaque-token-4716';
      expect([401, 503]).toContain(await watch(introspection, opaque, events, [opaque]));
      await introspection.close();
    }
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['a short secret', { JWT_SECRET: 'canary-hmac' }],
    ['a secret where a key belongs', { JWT_PUBLIC_KEY: SECRET, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE }],
    ['a secret in an unknown variable', { JWT_SECRETT: SECRET }],
    [
      'a secret as algorithm',
      { JWT_SECRET: SECRET, JWT_ALGORITHM: SECRET, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE },
    ],
    ['a secret as address', { JWT_JWKS_URI: `https://u:${SECRET}@login.example.com/`, JWT_ISSUER: ISSUER }],
    ['two keys', { JWT_SECRET: SECRET, JWT_JWKS_URI: 'https://login.example.com/jwks', JWT_ISSUER: ISSUER }],
    ['a secret as list', { JWT_SECRET: SECRET, JWT_REQUIRED_SCOPES: `["${SECRET}"` }],
  ])('an environment with %s', async (_name, variables) => {
    const env = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [`MCP_SERVER_AUTH_${name}`, value]),
    );
    const outcome: unknown = await Promise.resolve()
      .then(() => verifierFromEnv({ MCP_SERVER_AUTH: 'jwt', ...env }))
      .catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(Error);
    expectNone([SECRET, 'canary-hmac'], outcome, 'the error');
  });
});
