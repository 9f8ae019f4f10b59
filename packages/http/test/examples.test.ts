import { createServer, type RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import {
  Client,
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
  type FetchLike,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app as express4 } from '../examples/express-4.js';
import { app as express5 } from '../examples/express-5.js';
import { app as fastify } from '../examples/fastify-5.js';
import { fetch as fetchHandler } from '../examples/fetch.js';
import { app as hono } from '../examples/hono.js';
import { server as nodeHttp } from '../examples/node-http.js';
import { listen, type RunningServer } from './support/skins.js';

interface Example {
  readonly origin: string;
  readonly fetch: FetchLike;
  close(): Promise<void>;
}

const served = (server: RunningServer): Example => ({
  origin: `http://127.0.0.1:${server.port}`,
  fetch: (url, init) => fetch(url, init),
  close: server.close,
});
const listening = (listener: RequestListener) => async (): Promise<Example> =>
  served(await listen(createServer(listener)));
const called = (handle: (request: Request) => Response | Promise<Response>) => async (): Promise<Example> => ({
  origin: 'http://notes.test',
  fetch: async (url, init) => handle(new Request(url, init)),
  close: async () => undefined,
});

const EXAMPLES: Readonly<Record<string, () => Promise<Example>>> = {
  'node:http': async () => served(await listen(nodeHttp)),
  'Express 4': listening(express4),
  'Express 5': listening(express5),
  'Fastify 5': async () => {
    const origin = await fastify.listen({ port: 0, host: '127.0.0.1' });
    return { origin, fetch: (url, init) => fetch(url, init), close: () => fastify.close() };
  },
  'Hono on Node': listening(getRequestListener(hono.fetch)),
  'Hono as fetch': called((request) => hono.fetch(request)),
  'fetch on Node': listening(getRequestListener(fetchHandler)),
  fetch: called(fetchHandler),
};

describe.each(Object.entries(EXAMPLES))('the example for %s', (name, start) => {
  let example: Example;

  beforeAll(async () => {
    example = await start();
  });

  afterAll(() => example.close());

  async function connect(token: string | undefined): Promise<Client> {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const authProvider = { token: async () => token };
    await client.connect(
      new StreamableHTTPClientTransport(new URL('/mcp', example.origin), { authProvider, fetch: example.fetch }),
    );
    return client;
  }

  test('lets the official client call a tool, which sees who calls', async () => {
    const client = await connect('dev-alice-token');
    const result = await client.callTool({ name: 'whoami', arguments: {} });
    expect(result.content).toEqual([{ type: 'text', text: 'notes-cli: notes:read' }]);
    await client.close();
  });

  test('turns the official client away without a token and with a bad one', async () => {
    await expect(connect(undefined)).rejects.toThrow(UnauthorizedError);
    await expect(connect('unknown-token')).rejects.toThrow(UnauthorizedError);
  });

  test('turns the official client away with too few scopes', async () => {
    await expect(connect('dev-guest-token')).rejects.toMatchObject({ message: expect.stringMatching(/403|scope/i) });
  });

  test('gives the official client what it needs to log in', async () => {
    const response = await example.fetch(new URL('/mcp', example.origin), { method: 'POST' });
    const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(response);
    expect(resourceMetadataUrl?.href).toBe('https://notes.example.com/.well-known/oauth-protected-resource/mcp');
    expect([scope, error]).toEqual(['notes:read', undefined]);
    const metadata = await discoverOAuthProtectedResourceMetadata(new URL('/mcp', example.origin), {}, example.fetch);
    expect(metadata).toMatchObject({
      resource: 'https://notes.example.com/mcp',
      authorization_servers: ['https://login.example.com'],
    });
  });

  const hasPublicRoute = name !== 'node:http' && !name.startsWith('fetch');
  if (hasPublicRoute)
    test('leaves the public route public', async () => {
      const response = await example.fetch(new URL('/health', example.origin));
      expect([response.status, await response.text()]).toEqual([200, 'ok']);
    });
});
