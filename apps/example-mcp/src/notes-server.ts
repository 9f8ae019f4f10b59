import { type AccessToken, principalKey, requireRoles } from '@auth/core';
import { type McpAuthorizer, requires } from '@auth/mcp/sdk';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { NotesStore } from './notes-store.js';

const mayRead = requires('notes:read');
const isAdmin = requireRoles('admin', (claims) => claims.roles);

/**
 * The MCP server of one caller: tools, a resource and a prompt around a notes store. `auth` beside each registration says who
 * may use it; a refused call is answered with HTTP 403 and a challenge that names every scope it needs, before the tool runs.
 */
export function createNotesServer(authorizer: McpAuthorizer, store: NotesStore, accessToken: AccessToken): McpServer {
  const server = authorizer.protect(new McpServer({ name: 'notes', version: '1.0.0' }));
  const owner = principalKey(accessToken);

  server.registerTool(
    'list_notes',
    { description: 'Lists the titles of your notes', inputSchema: z.object({}), auth: mayRead },
    async () => text(titles(store, owner)),
  );

  server.registerTool(
    'write_note',
    {
      description: 'Writes a note, replacing one with the same title',
      inputSchema: z.object({ title: z.string().min(1), text: z.string() }),
      auth: requires('notes:write'),
    },
    async (note) => {
      store.write(owner, note);
      return text(`Wrote ‘${note.title}’`);
    },
  );

  server.registerTool(
    'delete_note',
    {
      description: 'Deletes a note',
      inputSchema: z.object({ title: z.string() }),
      auth: requires('notes:write', 'notes:delete'),
    },
    async ({ title }) => text(store.delete(owner, title) ? `Deleted ‘${title}’` : `There is no ‘${title}’`),
  );

  // The scope depends on the arguments, which have passed the schema by then.
  server.registerTool(
    'pin_note',
    {
      description: 'Pins a note to a board that everybody on it sees',
      inputSchema: z.object({ board: z.string(), text: z.string() }),
      auth: requires(({ args }) => [`board:${(args as { board: string }).board}`]),
    },
    async ({ board, text: body }) => {
      store.write(`board:${board}`, { title: body, text: body });
      return text(`Pinned to ${board}`);
    },
  );

  // A role is not mended by asking for scopes: the refusal names none.
  server.registerTool(
    'count_notes',
    { description: 'Counts the notes of everybody', inputSchema: z.object({}), auth: isAdmin },
    async () => text(`${store.count} notes`),
  );

  // Does not exist for anybody else: absent from their lists, not found when they call it.
  server.registerTool(
    'forget_everything',
    { description: 'Empties the store', inputSchema: z.object({}), auth: { check: isAdmin, hidden: true } },
    async () => {
      store.clear();
      return text('Forgotten');
    },
  );

  server.registerResource(
    'all-notes',
    'notes://all',
    { description: 'All of your notes', mimeType: 'application/json', auth: mayRead },
    async (uri) => ({
      contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(store.list(owner)) }],
    }),
  );

  server.registerPrompt(
    'summarize_notes',
    { description: 'Asks for a summary of your notes', auth: mayRead },
    async () => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Summarize:\n${notesText(store, owner)}` } }],
    }),
  );

  return server;
}

function titles(store: NotesStore, owner: string): string {
  const notes = store.list(owner);
  return notes.length === 0 ? 'You have no notes' : notes.map(({ title }) => title).join('\n');
}

function notesText(store: NotesStore, owner: string): string {
  return store
    .list(owner)
    .map(({ title, text: body }) => `${title}: ${body}`)
    .join('\n');
}

function text(value: string): { content: [{ type: 'text'; text: string }] } {
  return { content: [{ type: 'text', text: value }] };
}
