import { allOf, requireRoles } from '@auth/core';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { getAccessToken, type McpAuthorizer, requires } from '../../src/sdk-v1.js';

const text = (value: string): { content: [{ type: 'text'; text: string }] } => ({
  content: [{ type: 'text', text: value }],
});
const admins = requireRoles('admin', (claims) => claims.roles);
const ofRepo = requires(({ args }) => [`repo:${(args as { name: string }).name}`]);
const ofNote = requires(({ args }) => [`note:${(args as { title: string }).title}`]);

/** What the tests wait for and set free. */
export interface Gates {
  readonly release?: Promise<void>;
  readonly started?: () => void;
}

export function notesServer(authz: McpAuthorizer, authInfo: AuthInfo | undefined, gates: Gates = {}): McpServer {
  const server = authz.protect(
    new McpServer(
      { name: 'notes', version: '1.0.0' },
      {
        capabilities: { resources: { subscribe: true, listChanged: true } },
      },
    ),
    authInfo,
  );
  server.registerTool('public_info', { auth: { public: true } }, async () => text('public'));
  server.registerTool('whoami', {}, async (ctx) => text(getAccessToken(ctx)?.subject ?? 'nobody'));
  server.registerTool('read_note', { auth: requires('notes:read') }, async () => text('read'));
  server.registerTool('write_note', { auth: allOf(requires('notes:read'), requires('notes:write')) }, async () =>
    text('written'),
  );
  server.registerTool('admin_only', { auth: admins }, async () => text('administered'));
  server.registerTool('secret_tool', { auth: { check: requires('secret'), hidden: true } }, async () => text('secret'));
  server.registerTool('repo', { inputSchema: { name: z.string() }, auth: ofRepo }, async ({ name }) =>
    text(`repo ${name}`),
  );
  server.registerTool('slow', { auth: requires('notes:read') }, async (ctx) => {
    await ctx.sendNotification({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
    gates.started?.();
    await gates.release;
    return text(getAccessToken(ctx)?.subject ?? 'nobody');
  });
  const body = (uri: URL, value: string): { contents: [{ uri: string; text: string }] } => ({
    contents: [{ uri: uri.href, text: value }],
  });
  server.registerResource('public', 'notes://public', { auth: { public: true } }, async (uri) => body(uri, 'public'));
  server.registerResource('all', 'notes://all', { auth: requires('notes:read') }, async (uri) => body(uri, 'all'));
  server.registerResource(
    'secret',
    'notes://secret',
    { auth: { check: requires('secret'), hidden: true } },
    async (uri) => body(uri, 'secret'),
  );
  server.registerResource(
    'by-title',
    new ResourceTemplate('note://by/{title}', { list: undefined, complete: { title: () => ['one', 'two'] } }),
    { auth: ofNote },
    async (uri) => body(uri, 'by title'),
  );
  server.registerResource(
    'vault',
    new ResourceTemplate('vault://{name}', { list: async () => ({ resources: [{ uri: 'vault://x', name: 'x' }] }) }),
    { auth: { check: requires('secret'), hidden: true } },
    async (uri) => body(uri, 'vault'),
  );
  const argsSchema = { style: completable(z.string(), () => ['short', 'long']) };
  const summary = (style: string): { messages: [{ role: 'user'; content: { type: 'text'; text: string } }] } => ({
    messages: [{ role: 'user', content: { type: 'text', text: style } }],
  });
  server.registerPrompt('summary', { argsSchema, auth: requires('notes:read') }, async ({ style }) => summary(style));
  server.registerPrompt(
    'secret_prompt',
    { argsSchema, auth: { check: requires('secret'), hidden: true } },
    async ({ style }) => summary(style),
  );
  return server;
}
