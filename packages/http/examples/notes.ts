import type { IncomingMessage, ServerResponse } from 'node:http';
import { StaticTokenVerifier } from '@auth/dev-verifiers';
import { createGate, type Gate } from '@auth/http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpHttpHandler, McpServer } from '@modelcontextprotocol/server';

/** The policy of all the examples. A real server has a `JWTVerifier` or an `IntrospectionTokenVerifier` here. */
export const gate: Gate = createGate({
  verifier: new StaticTokenVerifier({
    tokens: {
      'dev-alice-token': { clientId: 'notes-cli', subject: 'alice', scopes: ['notes:read'] },
      'dev-guest-token': { clientId: 'notes-cli', subject: 'guest', scopes: [] },
    },
  }),
  resource: 'https://notes.example.com/mcp',
  authorizationServers: ['https://login.example.com'],
  requiredScopes: ['notes:read'],
});

/** An MCP server with one tool that says who calls. */
export const notes: McpHttpHandler = createMcpHandler(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Says who calls' }, (context) => {
    const caller = context.http?.authInfo;
    return { content: [{ type: 'text', text: `${caller?.clientId}: ${caller?.scopes.join(' ')}` }] };
  });
  return server;
});

/** The same for `node:http`. The SDK's own type rules out Node's `IncomingMessage` under `exactOptionalPropertyTypes`. */
export const handleNode: (request: IncomingMessage, response: ServerResponse, body?: unknown) => Promise<void> =
  toNodeHandler(notes) as never;
