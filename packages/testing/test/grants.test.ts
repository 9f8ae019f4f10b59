import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../src/authorization-server.js';
import { KeyPair } from '../src/key-pair.js';

const REDIRECT_URI = 'http://127.0.0.1:9/callback';
const VERIFIER = 'a-code-verifier-of-at-least-forty-three-characters';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
// A secret and an id that only work when both halves are form-decoded (RFC 6749 §2.3.1).
const ODD = { clientId: 'odd client:1', clientSecret: 'p%20+:ä&=' };
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

let now = 1_800_000_000;
let server: AuthorizationServer;
let clientKey: KeyPair;

async function post(url: string, form: object, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(Object.entries(form)).toString(),
  });
  const text = await response.body.text();
  return { status: response.statusCode, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

function basic({ clientId, clientSecret }: { clientId: string; clientSecret: string }): Record<string, string> {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return { authorization: `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}` };
}

async function authorize(changes: Record<string, string | undefined> = {}): Promise<{ status: number; location: URL }> {
  const parameters = {
    ...{ response_type: 'code', client_id: 'public', redirect_uri: REDIRECT_URI, scope: 'read', state: 's' },
    ...{ code_challenge: CHALLENGE, code_challenge_method: 'S256' },
    ...changes,
  };
  const query = new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const response = await request(`${server.authorizationUrl}?${query}`);
  await response.body.dump();
  return { status: response.statusCode, location: new URL(String(response.headers.location ?? 'http://none')) };
}

async function redeem(code: string | null, changes: object = {}): Promise<Reply> {
  const form = { grant_type: 'authorization_code', client_id: 'public', code: code ?? '', code_verifier: VERIFIER };
  return await post(server.tokenUrl, { ...form, redirect_uri: REDIRECT_URI, ...changes });
}

beforeAll(async () => {
  clientKey = await KeyPair.generate('ES256');
  server = await startAuthorizationServer({
    algorithm: 'ES256',
    clock: () => now,
    scopes: ['read', 'write', 'introspection'],
    clients: [ODD, { clientId: 'public', redirectUris: [REDIRECT_URI] }, { clientId: 'signing', jwks: clientKey.jwks }],
  });
});

beforeEach(() => {
  now = 1_800_000_000;
});

afterAll(async () => {
  await server.close();
});

describe('client_credentials', () => {
  const grant = { grant_type: 'client_credentials' };

  it('gives a token for the scopes and the resource that were asked for', async () => {
    const form = { ...grant, scope: 'read write', resource: 'https://mcp.example/mcp/' };
    const { status, body, headers } = await post(server.tokenUrl, form, basic(server.client));
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read write' });
    expect(decodeJwt(String(body.access_token))).toMatchObject({
      ...{ iss: server.issuer, aud: 'https://mcp.example/mcp/', sub: 'client', client_id: 'client', iat: now },
    });
  });

  it('takes credentials from Basic, form-decoded, and from the form', async () => {
    expect((await post(server.tokenUrl, grant, basic(ODD))).status).toBe(200);
    const form = { ...grant, client_id: ODD.clientId, client_secret: ODD.clientSecret };
    expect((await post(server.tokenUrl, form)).status).toBe(200);
    const raw = Buffer.from(`${ODD.clientId}:${ODD.clientSecret}`).toString('base64');
    expect((await post(server.tokenUrl, grant, { authorization: `Basic ${raw}` })).status).toBe(401);
  });

  it('takes a signed assertion once, and only for this server', async () => {
    const assertion = (changes: object = {}): Promise<string> =>
      clientKey.createToken({
        ...{ subject: 'signing', issuer: 'signing', audience: server.tokenUrl, now },
        ...{ additionalClaims: { jti: crypto.randomUUID() }, ...changes },
      });
    const send = async (client_assertion: string): Promise<number> =>
      (await post(server.tokenUrl, { ...grant, client_assertion, client_assertion_type: ASSERTION_TYPE })).status;
    const once = await assertion();
    expect([await send(once), await send(once)]).toEqual([200, 401]);
    expect(await send(await assertion({ audience: 'https://elsewhere' }))).toBe(401);
    expect(await send(await assertion({ expiresInSeconds: -100 }))).toBe(401);
    expect(await send(await assertion({ additionalClaims: {} }))).toBe(401);
    expect(await send(await assertion({ issuer: 'client' }))).toBe(401);
    expect(await send('rubbish')).toBe(401);
  });

  it.each<[string, object, string, number]>([
    ['no credentials', grant, 'invalid_client', 401],
    ['a wrong secret', { ...grant, client_id: 'client', client_secret: 'x' }, 'invalid_client', 401],
    ['an unknown client', { ...grant, client_id: 'nobody' }, 'invalid_client', 401],
    ['a confidential client without its secret', { ...grant, client_id: 'client' }, 'invalid_client', 401],
    ['a public client', { ...grant, client_id: 'public' }, 'unauthorized_client', 400],
    ['another grant', { grant_type: 'password', client_id: 'public' }, 'unsupported_grant_type', 400],
    ['no grant', { client_id: 'public' }, 'invalid_request', 400],
  ])('refuses %s', async (_name, form, error, status) => {
    expect(await post(server.tokenUrl, form)).toMatchObject({ status, body: { error } });
  });

  it.each<[string, object, string]>([
    ['an unknown scope', { scope: 'read admin' }, 'invalid_scope'],
    ['a relative resource', { resource: '/mcp' }, 'invalid_target'],
    ['a resource with a fragment', { resource: 'https://mcp.example/#' }, 'invalid_target'],
    ['two ways of authentication', { client_id: 'client', client_secret: 'x' }, 'invalid_request'],
  ])('refuses %s with the right credentials', async (_name, form, error) => {
    expect(await post(server.tokenUrl, { ...grant, ...form }, basic(server.client))).toMatchObject({ body: { error } });
  });
});

describe('authorization_code', () => {
  it('consents at once and gives a token for the code', async () => {
    const { status, location } = await authorize({ resource: 'https://mcp.example/mcp' });
    expect([status, location.searchParams.get('state'), location.searchParams.get('iss')]).toEqual([
      302,
      's',
      server.issuer,
    ]);
    const { body } = await redeem(location.searchParams.get('code'));
    expect(decodeJwt(String(body.access_token))).toMatchObject({
      ...{ sub: 'alice', client_id: 'public', aud: 'https://mcp.example/mcp', scope: 'read' },
    });
  });

  it('takes the token back when a code is used twice', async () => {
    const code = (await authorize()).location.searchParams.get('code');
    const token = String((await redeem(code)).body.access_token);
    expect((await redeem(code)).body).toMatchObject({ error: 'invalid_grant' });
    const answer = await post(server.introspectionUrl, { token }, basic(server.resourceServer));
    expect(answer.body).toEqual({ active: false });
  });

  it.each<[string, object, string]>([
    ['another verifier', { code_verifier: `${VERIFIER}x` }, 'invalid_grant'],
    ['another redirect_uri', { redirect_uri: `${REDIRECT_URI}/x` }, 'invalid_grant'],
    ['another code', { code: 'guess' }, 'invalid_grant'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
  ])('refuses a code with %s', async (_name, changes, error) => {
    const { location } = await authorize({ resource: 'https://mcp.example' });
    expect((await redeem(location.searchParams.get('code'), changes)).body).toMatchObject({ error });
  });

  it('refuses a code after a minute', async () => {
    const code = (await authorize()).location.searchParams.get('code');
    now += 60;
    expect((await redeem(code)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['without PKCE', { code_challenge: undefined }, 'invalid_request'],
    ['with plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['for a token', { response_type: 'token' }, 'unsupported_response_type'],
    ['for an unknown scope', { scope: 'admin' }, 'invalid_scope'],
  ])('sends the error back to a client that asks %s', async (_name, changes, error) => {
    const { location } = await authorize(changes);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ error, state: 's' });
  });

  it.each([{ client_id: 'nobody' }, { redirect_uri: 'https://attacker.example/' }])(
    'never redirects to somewhere unknown: %j',
    async (changes) => {
      expect(await authorize(changes)).toMatchObject({ status: 400, location: { hostname: 'none' } });
    },
  );
});

describe('introspection', () => {
  it.each(['jwt', 'opaque'] as const)('tells what a %s token says, while it is active', async (format) => {
    const token = await server.issue({ format, scopes: ['read'], subject: 'bob' });
    const look = (): Promise<Reply> => post(server.introspectionUrl, { token }, basic(server.resourceServer));
    expect((await look()).body).toMatchObject({
      ...{ active: true, token_type: 'Bearer', sub: 'bob', scope: 'read', client_id: 'client', exp: now + 3600 },
      ...{ iss: server.issuer, aud: server.audience },
    });
    now += 3600;
    expect((await look()).body).toEqual({ active: false });
  });

  it('calls unknown, early and revoked tokens inactive, and says no more', async () => {
    const revoked = await server.issue({ format: 'opaque' });
    server.revoke(revoked);
    const early = await server.issue({ additionalClaims: { nbf: now + 10 } });
    for (const token of ['unknown', revoked, early]) {
      const { status, body } = await post(server.introspectionUrl, { token }, basic(server.resourceServer));
      expect([status, body]).toEqual([200, { active: false }]);
    }
  });

  it('wants to know who asks', async () => {
    const token = await server.issue();
    const allowed = await server.issue({ scopes: ['introspection'] });
    const ask = async (form: object, headers: Record<string, string> = {}): Promise<number> =>
      (await post(server.introspectionUrl, { token, ...form }, headers)).status;
    expect(await ask({})).toBe(401);
    expect(await ask({ client_id: 'public' })).toBe(401);
    expect(await ask({}, { authorization: `Bearer ${token}` })).toBe(401);
    expect(await ask({}, { authorization: `Bearer ${allowed}` })).toBe(200);
    await using anonymous = await startAuthorizationServer({ algorithm: 'ES256', allowAnonymousIntrospection: true });
    expect((await post(anonymous.introspectionUrl, { token })).body).toEqual({ active: false });
  });
});

describe('revocation', () => {
  it("ends the client's own token and no one else's, and answers 200 to all", async () => {
    const own = await server.issue({ format: 'opaque' });
    const other = await server.issue({ format: 'opaque', clientId: 'somebody' });
    for (const token of [own, other, 'unknown']) {
      expect((await post(server.revocationUrl, { token }, basic(server.client))).status).toBe(200);
    }
    const look = async (token: string): Promise<unknown> =>
      (await post(server.introspectionUrl, { token }, basic(server.resourceServer))).body.active;
    expect([await look(own), await look(other)]).toEqual([false, true]);
    expect((await post(server.revocationUrl, { token: own })).status).toBe(401);
  });
});

describe('registration', () => {
  async function register(metadata: unknown): Promise<Reply> {
    const body = typeof metadata === 'string' ? metadata : JSON.stringify(metadata);
    const headers = { 'content-type': 'application/json' };
    const response = await request(server.registrationUrl, { method: 'POST', headers, body });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: (await response.body.json()) as object as Reply['body'],
    };
  }

  it('gives a public client an id, which then gets a code', async () => {
    const { status, body } = await register({ redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' });
    expect(status).toBe(201);
    expect(body).not.toHaveProperty('client_secret');
    const { location } = await authorize({ client_id: String(body.client_id) });
    expect(location.searchParams.get('code')).toMatch(/^[\w-]{43}$/);
  });

  it('gives a confidential client a secret, which then gets a token', async () => {
    const { body } = await register({ client_name: 'worker' });
    expect(body).toMatchObject({ client_name: 'worker', client_secret_expires_at: 0 });
    const credentials = { clientId: String(body.client_id), clientSecret: String(body.client_secret) };
    expect((await post(server.tokenUrl, { grant_type: 'client_credentials' }, basic(credentials))).status).toBe(200);
  });

  it.each<[unknown, string]>([
    ['[]', 'invalid_client_metadata'],
    ['{', 'invalid_client_metadata'],
    [{ token_endpoint_auth_method: 'tls_client_auth' }, 'invalid_client_metadata'],
    [{ redirect_uris: 'https://app.example' }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['http://app.example/'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['https://app.example/#x'] }, 'invalid_redirect_uri'],
  ])('refuses %j', async (metadata, error) => {
    expect(await register(metadata)).toMatchObject({ status: 400, body: { error } });
  });

  it('can be closed', async () => {
    await using closed = await startAuthorizationServer({ algorithm: 'ES256', allowRegistration: false });
    const response = await request(closed.registrationUrl, { method: 'POST', body: '{}' });
    await response.body.dump();
    expect(response.statusCode).toBe(403);
  });
});
