import { createAccessToken, requireRoles } from '@auth/core';
import { toAuthInfo } from '@auth/http';
import { Client } from '@modelcontextprotocol/client';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  type AuthInfo,
  createMcpHandler,
  fromJsonSchema,
  InMemoryTransport,
  McpServer,
  ResourceTemplate,
  type StandardSchemaWithJSON,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthorizer, type ProtectedMcpServer, requires } from '../src/sdk.js';
import { INITIALIZE, legacyLine, modernLine, startServer } from './support/http.js';
import { notesServer } from './support/notes-v2.js';
import { HIERARCHY, PRINCIPALS, TableVerifier } from './support/tokens.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const URSULA = 'token-of-under-scoped-ursula';
const ok = { content: [{ type: 'text' as const, text: 'served' }] };

describe('a protected server behind the SDK’s own createMcpHandler', () => {
  it('challenges for scopes before a stream starts, hides what is hidden, and refuses the rest inside of the protocol', async () => {
    const authz = createAuthorizer({ hierarchy: HIERARCHY });
    const handler = createMcpHandler(({ authInfo }) => notesServer(authz, authInfo));
    const server = await startServer(new TableVerifier(PRINCIPALS), toNodeHandler(handler));
    closing.push(() => server.close());
    for (const line of [modernLine(server.url), legacyLine(server.url)]) {
      const call = (token: string | undefined, name: string) => line.send(token, 'tools/call', { name, arguments: {} });
      const challenged = await call(URSULA, 'write_note');
      expect(challenged.status).toBe(403);
      expect(challenged.headers.get('www-authenticate')).toContain('scope="notes:read notes:write"');
      expect((await call('token-of-broad-bruno', 'write_note')).body).toContain('"written"');
      const denied = await call('token-of-wrong-role-walter', 'admin_only');
      expect(denied.body).toContain('access_denied');
      expect((await call(undefined, 'whoami')).body).toContain('missing_token');
      expect((await line.send(URSULA, 'tools/list')).body).not.toContain('secret_tool');
      expect((await call(URSULA, 'secret_tool')).body).toContain('secret_tool not found');
    }
  });
});

/** An authInfo as the gate makes it. */
function caller(scopes: readonly string[]): AuthInfo {
  return toAuthInfo(createAccessToken('a-token', { clientId: 'client', scopes }));
}

async function connected(scopes: readonly string[] | undefined, build: (server: ProtectedMcpServer) => void) {
  const authz = createAuthorizer();
  const authInfo = scopes === undefined ? undefined : caller(scopes);
  const server = authz.protect(new McpServer({ name: 'test', version: '1' }), authInfo);
  build(server);
  const [one, other] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1' });
  await Promise.all([server.connect(one), client.connect(other as Parameters<Client['connect']>[0])]);
  closing.push(() => client.close());
  return client;
}

describe('on a transport that knows no callers', () => {
  it('the server acts for whom it was protected', async () => {
    const build = (server: ProtectedMcpServer): void => {
      server.registerTool('reads', { auth: requires('notes:read') }, async () => ok);
    };
    const [reader, other, nobody] = await Promise.all([
      connected(['notes:read'], build),
      connected(['other'], build),
      connected(undefined, build),
    ]);
    expect(await reader.callTool({ name: 'reads' })).toMatchObject(ok);
    await expect(other.callTool({ name: 'reads' })).rejects.toThrow(/lacks a scope/);
    await expect(nobody.callTool({ name: 'reads' })).rejects.toThrow(/bearer token is required/);
  });
});

describe('on a transport of the user’s own that speaks HTTP', () => {
  it('each request says who sends it: nobody inherits the caller for whom the server was made', async () => {
    const authz = createAuthorizer();
    const server = authz.protect(new McpServer({ name: 'test', version: '1' }), caller(['notes:read']));
    server.registerTool('reads', { auth: requires('notes:read') }, async () => ok);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => 'session',
      enableJsonResponse: true,
    });
    await server.connect(transport);
    const send = async (body: object, authInfo?: AuthInfo): Promise<string> => {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': 'session',
      };
      const request = new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body: JSON.stringify(body) });
      return (await transport.handleRequest(request, authInfo && { authInfo })).text();
    };
    await send({ jsonrpc: '2.0', id: 0, method: 'initialize', params: INITIALIZE }, caller(['notes:read']));
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'reads', arguments: {} } };
    expect(await send(call, caller(['notes:read']))).toContain('served');
    expect(await send(call, caller(['other']))).toContain('insufficient_scope');
    expect(await send(call)).toContain('missing_token');
    await server.close();
  });
});

describe('no way around a rule', () => {
  it('leads through another name: a renamed tool keeps it', async () => {
    const client = await connected(['other'], (server) => {
      server.registerTool('before', { auth: requires('notes:read') }, async () => ok).update({ name: 'after' });
    });
    await expect(client.callTool({ name: 'after' })).rejects.toThrow(/lacks a scope/);
  });

  it('leads through a hidden resource to a template that matches its URI', async () => {
    const contents = (uri: URL) => ({ contents: [{ uri: uri.href, text: 'served' }] });
    const client = await connected(['other'], (server) => {
      const hidden = { check: requires('secret'), hidden: true };
      server.registerResource('one', 'notes://one', { auth: hidden }, async (uri) => contents(uri));
      const template = new ResourceTemplate('notes://{title}', { list: undefined });
      server.registerResource('any', template, { auth: requires('notes:read') }, async (uri) => contents(uri));
    });
    await expect(client.readResource({ uri: 'notes://one' })).rejects.toThrow(/lacks a scope/);
    await expect(client.readResource({ uri: 'NOTES://one' })).rejects.toThrow(/lacks a scope/);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('leads through %s', async (name) => {
    const client = await connected(['other'], (server) => {
      server.registerTool('tool', {}, async () => ok);
    });
    await expect(client.callTool({ name })).rejects.toThrow(/not found/);
  });

  it('leads through a schema that reads the same arguments differently the second time', async () => {
    let readings = 0;
    const fickle = {
      '~standard': {
        ...fromJsonSchema({ type: 'object' })['~standard'],
        validate: () => ({ value: { name: readings++ < 1 ? 'mine' : 'theirs' } }),
      },
    } as unknown as StandardSchemaWithJSON<{ name: string }, { name: string }>;
    const client = await connected(['repo:mine'], (server) => {
      const auth = requires(({ args }) => [`repo:${(args as { name: string }).name}`]);
      server.registerTool('repo', { inputSchema: fickle, auth }, async () => ok);
    });
    expect(await client.callTool({ name: 'repo', arguments: {} })).toMatchObject({ isError: true });
  });

  it('leads through arguments that do not pass the schema: a role is asked for all the same', async () => {
    const inputSchema = fromJsonSchema<{ name: string }>({ type: 'object', required: ['name'] });
    const client = await connected(['other'], (server) => {
      const auth = requireRoles('admin', (claims) => claims.roles);
      server.registerTool('admin', { inputSchema, auth }, async () => ok);
    });
    await expect(client.callTool({ name: 'admin', arguments: {} })).rejects.toThrow(/does not permit/);
  });
});

describe('what shared caches may keep', () => {
  it('is nothing that depends on the caller: lists with hidden members, and protected resources', async () => {
    const authz = createAuthorizer();
    const handler = authz.createHandler(({ authInfo }) => {
      const server = notesServer(authz, authInfo) as ProtectedMcpServer;
      const cacheHint = { ttlMs: 5, cacheScope: 'public' as const };
      const body = async (uri: URL) => ({ contents: [{ uri: uri.href, text: 'x' }] });
      server.registerResource('p', 'cached://protected', { cacheHint, auth: requires('notes:read') }, body);
      server.registerResource('o', 'cached://open', { cacheHint, auth: { public: true } }, body);
      return server;
    });
    const server = await startServer(new TableVerifier(PRINCIPALS), toNodeHandler(handler));
    closing.push(() => server.close());
    const scopeOf = async (method: string, params?: object): Promise<unknown> => {
      const answer = await modernLine(server.url).send('token-of-right-rita', method, params);
      return answer.messages[0]?.result?.cacheScope;
    };
    expect(await scopeOf('tools/list')).toBe('private');
    expect(await scopeOf('resources/read', { uri: 'cached://protected' })).toBe('private');
    expect(await scopeOf('resources/read', { uri: 'cached://open' })).toBe('public');
  });
});
