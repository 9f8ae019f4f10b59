import { type AccessToken, authorize, type Check, isAuthError, principalKey, requireScopes } from '@auth/core';
import { McpServer, type ScopeChallengeHandler } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { NotesStore } from './notes-store.js';

/**
 * The MCP server of one caller: three tools, a resource and a prompt around a notes store, each behind its own scope. A call that
 * lacks a scope is answered with HTTP 403 and a challenge that names it, before the tool runs.
 */
export function createNotesServer(store: NotesStore, accessToken: AccessToken): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  const owner = principalKey(accessToken);
  const mayRead = challengeUnless(requireScopes('notes:read'), accessToken);

  server.registerTool(
    'list_notes',
    { description: 'Lists the titles of your notes', inputSchema: z.object({}), scopeChallenge: mayRead },
    async () => text(titles(store, owner)),
  );

  server.registerTool(
    'write_note',
    {
      description: 'Writes a note, replacing one with the same title',
      inputSchema: z.object({ title: z.string().min(1), text: z.string() }),
      scopeChallenge: challengeUnless(requireScopes('notes:write'), accessToken),
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
      scopeChallenge: challengeUnless(requireScopes('notes:write', 'notes:delete'), accessToken),
    },
    async ({ title }) => text(store.delete(owner, title) ? `Deleted ‘${title}’` : `There is no ‘${title}’`),
  );

  server.registerResource(
    'all-notes',
    'notes://all',
    { description: 'All of your notes', mimeType: 'application/json', scopeChallenge: mayRead },
    async (uri) => ({
      contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(store.list(owner)) }],
    }),
  );

  server.registerPrompt(
    'summarize_notes',
    { description: 'Asks for a summary of your notes', scopeChallenge: mayRead },
    async () => ({
      messages: [
        { role: 'user', content: { type: 'text', text: `Summarize these notes:\n${notesText(store, owner)}` } },
      ],
    }),
  );

  return server;
}

/** Core's check as the SDK's per-operation scope challenge. */
function challengeUnless(check: Check, accessToken: AccessToken): ScopeChallengeHandler {
  return async () => {
    try {
      await authorize(accessToken, check);
      return undefined;
    } catch (error) {
      const [first, ...others] = (isAuthError(error) ? error.requiredScopes : undefined) ?? [];
      if (first === undefined) throw error;
      return { scopes: [first, ...others] };
    }
  };
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
