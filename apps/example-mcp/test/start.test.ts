import { spawn } from 'node:child_process';
import { KeyPair, startAuthorizationServer as startTestServer } from '@auth/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { attempt, callTool } from '../src/demo-client.js';
import { start, stopAll } from './support/started.js';

afterEach(stopAll);

it.each(['jwks', 'hmac', 'introspection', 'static', 'debug'])(
  'serves with the strategy %s, prints what to paste, and refuses a caller without a token',
  async (strategy) => {
    const { url, output } = await start({ STRATEGY: strategy });
    expect(output).toContain(url);
    expect(output).toContain('TOKEN=');
    const answer = await fetch(url, { method: 'POST' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('resource_metadata=');
  },
  20_000,
);

it('runs the printed commands as they are: a token, then a tool call with it', async () => {
  const { output } = await start({ STRATEGY: 'jwks' });
  // The lines from the one that starts a command to the blank one that ends it.
  const lines = output.split('\n');
  const command = (start: string): string => {
    const first = lines.findIndex((text) => text.startsWith(`  ${start}`));
    return lines.slice(first, lines.indexOf('', first)).join('\n');
  };
  const script = `${command('TOKEN=')}\n${command('curl -si')}`;
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  let answer = '';
  for await (const chunk of shell.stdout) answer += String(chunk);
  expect(answer).toContain('HTTP/1.1 200');
  expect(answer).toContain('You have no notes');
}, 20_000);

describe('an environment written for FastMCP', () => {
  const issuer = 'https://auth.yourcompany.com';
  const audience = 'mcp-production-api';

  /** Status of `list_notes` with a token, by the official client. */
  const call = async (url: string, token: string): Promise<number> => {
    const answer = await attempt(url, token, callTool('list_notes'));
    return answer.status;
  };

  it('verifies JWTs by JWKS, as its documentation configures it', async () => {
    await using provider = await startTestServer();
    const { url, output } = await start({
      FASTMCP_SERVER_AUTH: 'fastmcp.server.auth.providers.jwt.JWTVerifier',
      FASTMCP_SERVER_AUTH_JWT_JWKS_URI: provider.jwksUri,
      FASTMCP_SERVER_AUTH_JWT_ISSUER: provider.issuer,
      FASTMCP_SERVER_AUTH_JWT_AUDIENCE: audience,
      FASTMCP_SERVER_AUTH_JWT_REQUIRED_SCOPES: 'notes:read',
    });
    expect(output).toContain(provider.issuer);
    const scopes = ['notes:read'];
    expect(await call(url, await provider.issue({ audience, scopes }))).toBe(200);
    expect(await call(url, await provider.issue({ audience: 'another-api', scopes }))).toBe(401);
    expect(await call(url, await provider.issue({ audience, scopes: ['other'] }))).toBe(403);
  }, 20_000);

  it('verifies JWTs by a shared secret, and never prints it', async () => {
    const secret = 'your-shared-secret-key-minimum-32-chars';
    const { url, output } = await start({
      FASTMCP_SERVER_AUTH: 'fastmcp.server.auth.providers.jwt.JWTVerifier',
      FASTMCP_SERVER_AUTH_JWT_PUBLIC_KEY: secret,
      FASTMCP_SERVER_AUTH_JWT_ALGORITHM: 'HS256',
      FASTMCP_SERVER_AUTH_JWT_ISSUER: issuer,
      FASTMCP_SERVER_AUTH_JWT_AUDIENCE: audience,
    });
    expect(output).not.toContain(secret);
    const key = await KeyPair.fromSecret('HS256', secret);
    expect(await call(url, await key.createToken({ issuer, audience, scopes: ['notes:read'] }))).toBe(200);
    expect(await call(url, await key.createToken({ issuer: 'someone else', audience, scopes: ['notes:read'] }))).toBe(
      401,
    );
  }, 20_000);

  it('asks for opaque tokens by introspection', async () => {
    await using provider = await startTestServer();
    const { url } = await start({
      FASTMCP_SERVER_AUTH: 'fastmcp.server.auth.providers.introspection.IntrospectionTokenVerifier',
      FASTMCP_SERVER_AUTH_INTROSPECTION_INTROSPECTION_URL: provider.introspectionUrl,
      FASTMCP_SERVER_AUTH_INTROSPECTION_CLIENT_ID: provider.resourceServer.clientId,
      FASTMCP_SERVER_AUTH_INTROSPECTION_CLIENT_SECRET: provider.resourceServer.clientSecret,
      FASTMCP_SERVER_AUTH_INTROSPECTION_REQUIRED_SCOPES: 'notes:read',
    });
    const token = await provider.issue({ format: 'opaque', scopes: ['notes:read'] });
    expect(await call(url, token)).toBe(200);
    await provider.revoke(token);
    expect(await call(url, token)).toBe(401);
  }, 20_000);
});
