import { inspect } from 'node:util';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../src/authorization-server.js';
import type { AuthorizationServerOptions } from '../src/server-options.js';

const NOW = 1_800_000_000;
const open: AuthorizationServer[] = [];

async function start(options: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  const server = await startAuthorizationServer({ algorithm: 'ES256', clock: () => NOW, ...options });
  open.push(server);
  return server;
}

async function json(url: string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  return (await (await request(url, { headers })).body.json()) as Record<string, unknown>;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

describe('startAuthorizationServer', () => {
  it.each(['', '/tenants/one'])(
    'publishes metadata of the issuer at %s in every place clients look',
    async (issuerPath) => {
      const server = await start({ issuerPath, scopes: ['read'] });
      const { origin } = new URL(server.issuer);
      const documents = await Promise.all([
        json(`${origin}/.well-known/oauth-authorization-server${issuerPath}`),
        json(`${origin}/.well-known/openid-configuration${issuerPath}`),
        json(`${origin}${issuerPath}/.well-known/openid-configuration`),
      ]);
      for (const document of documents) {
        expect(document).toMatchObject({
          issuer: server.issuer,
          jwks_uri: server.jwksUri,
          token_endpoint: server.tokenUrl,
          authorization_endpoint: server.authorizationUrl,
          registration_endpoint: server.registrationUrl,
          introspection_endpoint: server.introspectionUrl,
          revocation_endpoint: server.revocationUrl,
          scopes_supported: ['read'],
          code_challenge_methods_supported: ['S256'],
        });
      }
      expect(server.issuer).toBe(`${origin}${issuerPath}`);
    },
  );

  it('serves keys with ETag and Cache-Control, and says when nothing changed', async () => {
    const server = await start({ jwksMaxAgeSeconds: 90 });
    const first = await request(server.jwksUri);
    const etag = String(first.headers.etag);
    expect(first.headers['cache-control']).toBe('public, max-age=90');
    expect(await first.body.json()).toMatchObject({ keys: [{ kty: 'EC', use: 'sig', alg: 'ES256' }] });
    const again = await request(server.jwksUri, { headers: { 'if-none-match': etag } });
    expect([again.statusCode, await again.body.text()]).toEqual([304, '']);
    await server.rotateKeys();
    const changed = await request(server.jwksUri, { headers: { 'if-none-match': etag } });
    await changed.body.dump();
    expect(changed.statusCode).toBe(200);
  });

  it.each(['RS256', 'PS384', 'ES512', 'EdDSA'] as const)('issues RFC 9068 tokens signed with %s', async (algorithm) => {
    const server = await start({ algorithm });
    const token = await server.issue({ scopes: ['read', 'write'], additionalClaims: { tenant: 7 } });
    const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(server.jwksUri)), {
      issuer: server.issuer,
      audience: server.audience,
      typ: 'at+jwt',
      currentDate: new Date(NOW * 1000),
    });
    expect(protectedHeader.alg).toBe(algorithm);
    expect(payload).toMatchObject({ sub: 'alice', client_id: 'client', iat: NOW, exp: NOW + 3600, tenant: 7 });
    expect(payload).toMatchObject({ scope: 'read write', jti: expect.any(String) });
  });

  it('issues tokens signed with ML-DSA-65, and rotates such keys, where the runtime can', async () => {
    const server = await start({ algorithm: 'ML-DSA-65' }).catch((error: unknown) => error);
    if (server instanceof Error) {
      expect(server.message).toMatch(/cannot make a key for ML-DSA-65/);
      return;
    }
    const { jwksUri, issue, rotateKeys } = server as AuthorizationServer;
    const keys = createRemoteJWKSet(new URL(jwksUri), { cooldownDuration: 0 });
    for (const token of [await issue(), await rotateKeys().then(() => issue())]) {
      const { protectedHeader } = await jwtVerify(token, keys, { currentDate: new Date(NOW * 1000) });
      expect(protectedHeader.alg).toBe('ML-DSA-65');
    }
  });

  it('rotates keys, with the older ones published or not', async () => {
    const server = await start();
    const first = (await json(server.jwksUri)).keys as { kid: string }[];
    const second = await server.rotateKeys();
    const both = (await json(server.jwksUri)).keys as { kid: string }[];
    expect(both.map(({ kid }) => kid)).toEqual([second, first[0]?.kid]);
    const third = await server.rotateKeys({ overlap: false });
    const last = (await json(server.jwksUri)).keys as { kid: string }[];
    expect(last.map(({ kid }) => kid)).toEqual([third]);
    await expect(server.rotateKeys({ keep: true } as object)).rejects.toThrow(/keep/);
  });

  it.each<[object, RegExp]>([
    [{ hosts: 'x' }, /unknown option 'hosts'/],
    [{ host: '0.0.0.0' }, /'host'/],
    [{ host: 'example.com' }, /'host'/],
    [{ port: 70_000 }, /'port'/],
    [{ issuerPath: 'tenants' }, /'issuerPath'/],
    [{ algorithm: 'HS256' }, /'algorithm'/],
    [{ algorithm: 'none' }, /option 'algorithm' must be/],
    [{ accessTokenFormat: 'paseto' }, /'accessTokenFormat'/],
    [{ expiresInSeconds: 0 }, /'expiresInSeconds'/],
    [{ audience: '' }, /'audience'/],
    [{ clients: [{ clientId: '' }] }, /'clientId'/],
    [{ clients: [{ clientId: 'c', secret: 'x' }] }, /unknown option 'secret'/],
    [{ allowRegistration: 'yes' }, /'allowRegistration'/],
  ])('refuses the options %j', async (options, message) => {
    await expect(startAuthorizationServer(options as AuthorizationServerOptions)).rejects.toThrow(message);
  });

  it('refuses to run in production', async () => {
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      await expect(startAuthorizationServer()).rejects.toThrow(/NODE_ENV=production/);
    } finally {
      process.env.NODE_ENV = before;
    }
  });

  it('listens on loopback only, and says so when the port is taken', async () => {
    const server = await start();
    const { hostname, port } = new URL(server.issuer);
    expect(hostname).toBe('127.0.0.1');
    await expect(start({ port: Number(port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('records what it saw, and shows no credential when printed', async () => {
    const server = await start();
    const { clientId, clientSecret } = server.client;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-trace': 'secret-trace' };
    const response = await request(`${server.tokenUrl}?q=1`, { method: 'POST', headers, body: form.toString() });
    await response.body.dump();
    const nowhere = await request(`${server.issuer}/nowhere`);
    await nowhere.body.dump();
    expect([response.statusCode, nowhere.statusCode]).toEqual([200, 404]);
    expect(server.requests.map(({ endpoint, method, path }) => [endpoint, method, path])).toEqual([
      ['token', 'POST', '/token'],
      ['unknown', 'GET', '/nowhere'],
    ]);
    const [seen] = server.requests;
    expect(seen?.form.get('client_secret')).toBe(clientSecret);
    expect(seen?.headers['x-trace']).toBe('secret-trace');
    expect([seen?.query.get('q'), seen?.body]).toEqual(['1', form.toString()]);
    const shown = [inspect(server, { depth: 9 }), JSON.stringify(server), JSON.stringify({ ...server.client })].join();
    expect(shown).not.toContain(clientSecret);
    expect(shown).not.toContain('secret-trace');
  });

  it('counts connections, and ends the hanging ones at once when it closes', async () => {
    const server = await start();
    server.fail('jwks', 'hang-before-headers');
    const hanging = request(server.jwksUri).catch((error: unknown) => error);
    await expect.poll(() => server.requests.length).toBe(1);
    expect(server.connections).toEqual({ open: 1, total: 1 });
    await server.close();
    await server.close();
    expect(await hanging).toBeInstanceOf(Error);
    await expect.poll(() => server.connections.open).toBe(0);
  });

  it('closes when its scope ends', async () => {
    let issuer = '';
    {
      await using server = await startAuthorizationServer({ algorithm: 'ES256' });
      issuer = server.issuer;
    }
    await expect(request(issuer)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('refuses a body over 1 MiB and a method that an endpoint does not have', async () => {
    const server = await start();
    const large = await request(server.tokenUrl, { method: 'POST', body: 'a'.repeat(1_100_000) });
    await large.body.dump();
    const wrong = await request(server.jwksUri, { method: 'POST', body: 'x' });
    await wrong.body.dump();
    expect([large.statusCode, wrong.statusCode, wrong.headers.allow]).toEqual([413, 405, 'GET, HEAD']);
  });
});
