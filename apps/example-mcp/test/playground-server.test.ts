import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Playground } from '../src/playground.js';
import type { PlaygroundState } from '../src/playground-report.js';
import { type PlaygroundPage, startPlaygroundServer } from '../src/playground-server.js';
import { start, stopAll } from './support/started.js';

afterEach(async () => {
  vi.unstubAllEnvs();
  await stopAll();
});

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

/** As no browser would let a page ask: with a Host and an Origin of our choice. */
function ask(
  url: string,
  { method = 'GET', path = '/', headers = {}, body }: Asked,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, url), { method, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, text });
    });
    request.on('error', reject);
    request.end(body);
  });
}

const server = { url: 'http://127.0.0.1:1/mcp', resource: 'http://127.0.0.1:1/mcp' };
const JSON_TYPE = { 'Content-Type': 'application/json' };

async function servePage(): Promise<PlaygroundPage & AsyncDisposable> {
  const inspect = async (): Promise<never> => {
    throw new Error('nobody may get here');
  };
  const renew = vi.fn(async () => undefined);
  const verifier = { inspect, renew } as unknown as ConstructorParameters<typeof Playground>[0][0]['verifier'];
  const page = await startPlaygroundServer(new Playground([{ id: 'jwks', label: 'x', server, verifier }]), { port: 0 });
  return { ...page, [Symbol.asyncDispose]: () => page.close() };
}

describe('the page is asked only by itself', () => {
  const renewal = { method: 'POST', path: '/api/renew', body: '{"server":"jwks"}' };

  it('answers its own page by either name of this machine', async () => {
    await using page = await servePage();
    const { port } = new URL(page.url);
    for (const name of ['127.0.0.1', 'localhost']) {
      const own = { Host: `${name}:${port}`, Origin: `http://${name}:${port}`, ...JSON_TYPE };
      expect(await ask(page.url, { ...renewal, headers: own })).toMatchObject({ status: 200 });
    }
  });

  it.each<[string, (port: string) => Asked]>([
    ['a rebound name reading the page', () => ({ headers: { Host: 'evil.example' } })],
    ['a rebound name with our port', (port) => ({ headers: { Host: `evil.example:${port}` } })],
    ['another port of this machine', () => ({ headers: { Host: '127.0.0.1:1' } })],
    ['another site reading the state', () => ({ path: '/api/state', headers: { Origin: 'https://evil.example' } })],
    ['a sandboxed frame', () => ({ path: '/api/state', headers: { Origin: 'null' } })],
    ['a call from another site', () => ({ ...renewal, headers: { ...JSON_TYPE, Origin: 'https://evil.example' } })],
    ['a call from another port', () => ({ ...renewal, headers: { ...JSON_TYPE, Origin: 'http://127.0.0.1:1' } })],
    [
      'a call from the other name of this machine',
      (port) => ({
        ...renewal,
        headers: { ...JSON_TYPE, Host: `127.0.0.1:${port}`, Origin: `http://localhost:${port}` },
      }),
    ],
    ['a call that names no origin', () => ({ ...renewal, headers: JSON_TYPE })],
  ])('refuses %s', async (_name, made) => {
    await using page = await servePage();
    const asked = made(new URL(page.url).port);
    expect(await ask(page.url, asked)).toMatchObject({ status: 403 });
  });

  it.each<[string, number, Asked]>([
    ['a form, which needs no preflight', 405, { ...renewal, headers: { 'Content-Type': 'text/plain' } }],
    ['a body that is no JSON', 400, { ...renewal, body: 'server=jwks' }],
    ['a body without end', 400, { ...renewal, body: `{"server":"${'x'.repeat(70_000)}"}` }],
    ['an unknown action', 400, { ...renewal, path: '/api/provider', body: '{"action":"destroy"}' }],
    ['an action on a provider of somebody else', 400, { ...renewal, path: '/api/provider', body: '{"action":"stop"}' }],
    ['an unknown server', 400, { ...renewal, body: '{"server":"http://evil.example"}' }],
    [
      'a token that is no header value',
      400,
      {
        ...renewal,
        path: '/api/call',
        body: JSON.stringify({ server: 'jwks', token: 'own', own: 'a\nb', tool: 'list_notes', arguments: {} }),
      },
    ],
    ['an unknown path', 404, { path: '/../package.json' }],
    ['a file beside the page', 404, { path: '/index.html' }],
  ])('refuses %s', async (_name, status, asked) => {
    await using page = await servePage();
    const origin = page.url.slice(0, -1);
    const headers = { ...JSON_TYPE, ...asked.headers, Origin: origin };
    expect(await ask(page.url, { ...asked, headers })).toMatchObject({ status });
  });

  it('lets nothing from elsewhere in, and nothing inline', async () => {
    await using page = await servePage();
    const answer = await fetch(page.url);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const html = await answer.text();
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/ (?:style|on\w+)=|<style|<script>/);
  });
});

describe('where the page is', () => {
  it('is not served with NODE_ENV=production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    await expect(servePage()).rejects.toThrow('it does not run with NODE_ENV=production');
  });

  it('is not there after a start with NODE_ENV=production, and the log explains nothing', async () => {
    const started = await start({ NODE_ENV: 'production' });
    expect(started.pageUrl).toBeUndefined();
    const refused = await fetch(started.url, { method: 'POST', headers: { Authorization: 'Bearer not-a-token' } });
    expect(refused.status).toBe(401);
    await vi.waitFor(() => expect(started.output).toContain('token.rejected'));
    expect(started.output).not.toContain('refused: invalid_token');
  }, 60_000);

  it('is not a part of the protected server, whose answers never explain', async () => {
    const started = await start({});
    const { origin } = new URL(started.url);
    expect(started.pageUrl).toBeDefined();
    for (const path of ['/', '/api/state', '/api/call', '/page.css']) {
      expect((await fetch(`${origin}${path}`)).status).toBe(401);
    }
    const refused = await fetch(started.url, { method: 'POST', headers: { Authorization: 'Bearer not-a-token' } });
    expect(await refused.json()).toEqual({
      error: 'invalid_token',
      error_description: 'The access token is malformed',
    });
  }, 60_000);

  it('takes a free port when its usual one is taken', async () => {
    await using page = await servePage();
    const port = Number(new URL(page.url).port);
    await expect(startPlaygroundServer(new Playground([never]), { port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    const other = await startPlaygroundServer(new Playground([never]), { port, fallbackPort: 0 });
    expect(other.url).not.toBe(page.url);
    await other.close();
  });
});

const never = { id: 'jwks', label: 'x', server } as unknown as ConstructorParameters<typeof Playground>[0][0];

describe('what the page offers', () => {
  const offered = async (variables: Record<string, string>): Promise<unknown> => {
    const { pageUrl } = await start(variables);
    const state = await (await fetch(`${pageUrl}api/state`)).json();
    const { servers, tokens, provider } = state as PlaygroundState;
    return {
      servers: servers.map(({ id }) => id),
      tokens: tokens.length,
      provider: provider?.up,
      // No token is made for a server that is not there.
      astray: tokens.filter((token) => !servers.some(({ id }) => id === token.server)).map(({ id }) => id),
    };
  };

  it.each(['jwks', 'introspection'])(
    'with the strategy %s: all tokens of the provider, for either server',
    async (strategy) => {
      const all = { servers: ['jwks', 'introspection'], tokens: 10, provider: true, astray: [] };
      expect(await offered({ STRATEGY: strategy })).toEqual(all);
    },
    60_000,
  );

  it('with another strategy, or a configuration of one’s own: no token but one’s own', async () => {
    const own = { tokens: 2, provider: undefined, astray: [] };
    expect(await offered({ STRATEGY: 'hmac' })).toEqual({ servers: ['hmac'], ...own });
    const variables = { MCP_SERVER_AUTH: 'static', MCP_SERVER_AUTH_STATIC_TOKENS: '{"t":{"clientId":"alice"}}' };
    expect(await offered(variables)).toEqual({ servers: ['configured'], ...own });
  }, 60_000);
});

describe('the log of a developer', () => {
  it('shows each check of a refused token, and what was expected', async () => {
    const started = await start({});
    await fetch(started.url, { method: 'POST', headers: { Authorization: 'Bearer not-a-token' } });
    await vi.waitFor(() => expect(started.output).toContain('refused: invalid_token (malformed)'));
    expect(started.output).toMatch(/✓ size\n {4}✗ form/);
    expect(started.output).not.toContain('not-a-token');
  }, 60_000);
});
