import { type AccessToken, AuthError, TokenVerifier, type Verifier } from '@auth/core';
import { McpServer } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertChallenge, assertUnavailable } from '../src/assertions.js';
import { type AuthorizationServer, startAuthorizationServer } from '../src/authorization-server.js';
import { connectMcpClient, REDIRECT_URI } from '../src/mcp-client.js';
import { type ProtectedMcpServer, startProtectedMcpServer } from '../src/mcp-server.js';

/** What a user might write around jose; our own verifier is in a package that this one must not need. */
class JoseVerifier extends TokenVerifier {
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;
  readonly #expected: { issuer: string; audience: string };

  constructor(jwksUri: string, expected: { issuer: string; audience: string }) {
    super();
    this.#keys = createRemoteJWKSet(new URL(jwksUri));
    this.#expected = expected;
  }

  protected async authenticate(
    token: string,
  ): Promise<{ subject: string | undefined; clientId: string; scopes: string[]; expiresAt?: number | undefined }> {
    try {
      const { payload } = await jwtVerify(token, this.#keys, this.#expected);
      const scopes = String(payload.scope ?? '')
        .split(' ')
        .filter(Boolean);
      return { subject: payload.sub, clientId: String(payload.client_id), scopes, expiresAt: payload.exp };
    } catch (error) {
      if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) {
        throw new AuthError('invalid_token', { reason: 'not_recognized' });
      }
      throw error;
    }
  }
}

let authorizationServer: AuthorizationServer;
let mcp: ProtectedMcpServer;

beforeAll(async () => {
  const clients = [{ clientId: 'known', redirectUris: [REDIRECT_URI] }];
  authorizationServer = await startAuthorizationServer({ algorithm: 'ES256', clients });
  const { issuer, jwksUri } = authorizationServer;
  mcp = await startProtectedMcpServer({
    verifier: (audience) => new JoseVerifier(jwksUri, { issuer, audience }),
    authorizationServers: [issuer],
    requiredScopes: ['notes:read'],
  });
});

afterAll(async () => {
  await mcp.close();
  await mcp.close();
  await authorizationServer.close();
});

async function whoami(connected: {
  client: Awaited<ReturnType<typeof connectMcpClient>>['client'];
}): Promise<AccessToken> {
  const { content } = await connected.client.callTool({ name: 'whoami', arguments: {} });
  const [first] = content as { type: string; text: string }[];
  return JSON.parse(first?.text ?? 'null') as AccessToken;
}

describe.each(['auto', 'legacy'] as const)('the official client (%s protocol), without a browser,', (mode) => {
  const clientOptions = { versionNegotiation: { mode } };

  it('goes from 401 through metadata, registration, code and PKCE to a tool call', async () => {
    authorizationServer.requests.length = 0;
    await using connected = await connectMcpClient(mcp.url, { clientOptions });
    expect(await whoami(connected)).toMatchObject({ subject: 'alice', scopes: ['notes:read'] });
    const seen = authorizationServer.requests.map(({ endpoint }) => endpoint);
    expect(seen.filter((endpoint) => endpoint !== 'jwks')).toEqual([
      'oauthMetadata',
      'registration',
      'authorization',
      'token',
    ]);
    const [, , authorization, token] = authorizationServer.requests.filter(({ endpoint }) => endpoint !== 'jwks');
    expect(authorization?.query.get('code_challenge_method')).toBe('S256');
    expect([authorization?.query.get('resource'), token?.form.get('resource')]).toEqual([mcp.url, mcp.url]);
    expect(authorization?.query.get('scope')).toBe('notes:read');
    expect(JSON.stringify({ ...connected, client: undefined })).not.toContain(connected.tokens?.access_token);
  });

  it('uses a client that is registered already', async () => {
    authorizationServer.requests.length = 0;
    await using connected = await connectMcpClient(mcp.url, { clientOptions, client: { clientId: 'known' } });
    expect(await whoami(connected)).toMatchObject({ clientId: 'known' });
    expect(authorizationServer.requests.map(({ endpoint }) => endpoint)).not.toContain('registration');
  });

  it('is let in with a token that was issued for this server', async () => {
    const token = await authorizationServer.issue({ subject: 'bob', audience: mcp.url, scopes: ['notes:read'] });
    await using connected = await connectMcpClient(mcp.url, { clientOptions, token });
    expect(await whoami(connected)).toMatchObject({ subject: 'bob' });
    expect(connected.tokens).toBeUndefined();
  });

  it('is not let in with a token for another server', async () => {
    const token = await authorizationServer.issue({ scopes: ['notes:read'] });
    await expect(connectMcpClient(mcp.url, { clientOptions, token })).rejects.toThrow();
  });
});

describe('startProtectedMcpServer', () => {
  const post = (headers: Record<string, string> = {}): ReturnType<typeof request> =>
    request(mcp.url, { method: 'POST', headers, body: '{}' });
  const see = async (
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Record<string, string | string[] | undefined> }> => {
    const response = await post(headers);
    await response.body.dump();
    return { status: response.statusCode, headers: response.headers };
  };

  it('challenges without a token, with a bad one and with too little scope', async () => {
    const { resourceMetadataUrl } = mcp;
    const scopes = ['notes:read'];
    assertChallenge(await see(), { status: 401, scopes, resourceMetadataUrl });
    const bad = await see({ authorization: 'Bearer bad' });
    assertChallenge(bad, { status: 401, error: 'invalid_token', scopes, resourceMetadataUrl });
    const poor = await see({ authorization: `Bearer ${await authorizationServer.issue({ audience: mcp.url })}` });
    assertChallenge(poor, { status: 403, error: 'insufficient_scope', scopes, resourceMetadataUrl });
  });

  it('publishes the metadata that the challenge names', async () => {
    const { body } = await request(mcp.resourceMetadataUrl);
    expect(await body.json()).toMatchObject({ resource: mcp.url, authorization_servers: [authorizationServer.issuer] });
    const nowhere = await request(new URL('/nowhere', mcp.url));
    await nowhere.body.dump();
    expect(nowhere.statusCode).toBe(404);
  });

  it('answers an outage of the verifier with 503', async () => {
    const verifier: Verifier = { verifyToken: () => Promise.reject(new Error('down')) };
    await using broken = await startProtectedMcpServer({
      verifier,
      authorizationServers: [authorizationServer.issuer],
    });
    const { statusCode: status, headers, body } = await request(broken.url, { headers: { authorization: 'Bearer x' } });
    await body.dump();
    expect(assertUnavailable({ status, headers })).toBeGreaterThan(0);
  });

  it('serves a server of choice, which sees the caller', async () => {
    const verifier = new (class extends TokenVerifier {
      protected async authenticate(): Promise<{ clientId: string }> {
        return { clientId: 'app' };
      }
    })();
    await using own = await startProtectedMcpServer({
      verifier,
      authorizationServers: [authorizationServer.issuer],
      createServer: ({ authInfo }) => {
        const server = new McpServer({ name: 'own', version: '1.0.0' });
        server.registerTool('shout', {}, () => ({
          content: [{ type: 'text', text: `${authInfo?.clientId} ${JSON.stringify(authInfo)}` }],
        }));
        return server;
      },
    });
    await using connected = await connectMcpClient(own.url, { token: 'a-very-secret-token' });
    const { content } = await connected.client.callTool({ name: 'shout', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: expect.stringMatching(/^app \{/) }]);
    expect(JSON.stringify(content)).not.toContain('a-very-secret-token');
  });

  it.each<[object, RegExp]>([
    [{ verifier: {} }, /'verifier'/],
    [{ verifier: () => undefined }, /'verifier'/],
    [{ authorizationServers: [] }, /'authorizationServers'/],
    [{ authorizationServers: ['http://elsewhere.example'] }, /'authorizationServers'/],
    [{ audience: 'x' }, /unknown option 'audience'/],
    [{ createServer: 'x' }, /'createServer'/],
  ])('refuses the options %j', async (changes, message) => {
    const verifier: Verifier = { verifyToken: () => Promise.reject(new Error('down')) };
    const options = { verifier, authorizationServers: [authorizationServer.issuer], ...changes };
    await expect(startProtectedMcpServer(options as never)).rejects.toThrow(message);
  });
});
