import { inspect } from 'node:util';
import { requireScopes } from '@auth/core';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { afterEach, describe, expect, it } from 'vitest';
import type { DecisionEvent } from '../src/index.js';
import { createAuthorizer } from '../src/sdk.js';
import { modern, post, startServer } from './support/http.js';
import { startLines } from './support/lines.js';
import { notesServer } from './support/notes-v2.js';
import { PRINCIPALS, TableVerifier } from './support/tokens.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('callers at the same time (CVE-2026-25536)', () => {
  it('never see each other’s identity, however their requests interleave', async () => {
    const { lines, close } = await startLines();
    closing.push(close);
    const callers = Object.entries(PRINCIPALS).filter(([, { scopes }]) => scopes?.includes('notes:read'));
    const answers = lines.flatMap((line) =>
      Array.from({ length: 10 }, () => callers).flatMap((round) =>
        round.map(async ([token, { subject }]) => {
          const { body } = await line.send(token, 'tools/call', { name: 'slow', arguments: {} });
          return [subject, /"text":"(\w+)"/.exec(body)?.[1]] as const;
        }),
      ),
    );
    for (const [expected, seen] of await Promise.all(answers)) expect(seen).toBe(expected);
  });

  it('see each their own lists while others’ requests are being decided', async () => {
    const { lines, close } = await startLines();
    closing.push(close);
    const lists = lines.flatMap((line) =>
      Array.from({ length: 20 }, async (_, index) => {
        const token = index % 2 === 0 ? 'token-of-right-rita' : 'token-of-under-scoped-ursula';
        const { body } = await line.send(token, 'tools/list');
        return [body.includes('secret_tool'), index % 2 === 0] as const;
      }),
    );
    for (const [seen, expected] of await Promise.all(lists)) expect(seen).toBe(expected);
  });
});

describe('headers about the body', () => {
  async function start() {
    const events: DecisionEvent[] = [];
    const authz = createAuthorizer({ onDecision: (event) => events.push(event) });
    const handler = authz.createHandler(({ authInfo }) => notesServer(authz, authInfo));
    const server = await startServer(new TableVerifier(PRINCIPALS), toNodeHandler(handler));
    closing.push(() => server.close());
    return { url: server.url, events };
  }

  it.each([
    ['Mcp-Name names a tool that the caller may use', { 'mcp-name': 'whoami' }],
    ['Mcp-Name is missing', { 'mcp-name': '' }],
    ['Mcp-Method names a harmless method', { 'mcp-method': 'tools/list' }],
  ])('decide nothing: %s', async (_name, lie) => {
    const { url, events } = await start();
    const { body, headers } = modern('tools/call', { name: 'read_note', arguments: {} });
    const answer = await post(url, 'token-of-under-scoped-ursula', body, { ...headers, ...lie });
    expect(answer.status).toBe(400);
    expect(answer.body).not.toContain('"text":"read"');
    expect(events).toEqual([]);
  });

  it('decide nothing where the SDK does not compare them either', async () => {
    const { url, events } = await start();
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read_note', arguments: {} } };
    const lie = { 'mcp-name': 'whoami', 'mcp-method': 'tools/list' };
    const answer = await post(url, 'token-of-under-scoped-ursula', body, lie);
    expect(answer.status).not.toBe(200);
    expect(events.map(({ components }) => components[0]?.name)).not.toContain('whoami');
  });
});

describe('what is said to whom', () => {
  it('checklist 56: shows no credential and no claim: neither in answers, nor in decisions, nor in what went wrong', async () => {
    const events: DecisionEvent[] = [];
    const { lines, close } = await startLines((event) => events.push(event));
    closing.push(close);
    const answers: unknown[] = [];
    for (const line of lines) {
      for (const token of Object.keys(PRINCIPALS)) {
        for (const name of ['read_note', 'admin_only', 'secret_tool', 'repo']) {
          const { status, headers, body } = await line.send(token, 'tools/call', { name, arguments: { name: 'x' } });
          answers.push(status, [...headers], body);
        }
      }
    }
    const shown = inspect([answers, events], { depth: null, maxStringLength: null, maxArrayLength: null });
    for (const token of Object.keys(PRINCIPALS)) expect(shown).not.toContain(token);
    expect(JSON.stringify(answers)).not.toMatch(/issuer\.example|roles|guest/);
  });

  it('decisions name who, what and why, once for each request', async () => {
    const events: DecisionEvent[] = [];
    const { lines, close } = await startLines((event) => events.push(event));
    closing.push(close);
    for (const line of lines) {
      events.length = 0;
      await line.send('token-of-under-scoped-ursula', 'tools/call', { name: 'read_note', arguments: {} });
      await line.send('token-of-right-rita', 'tools/call', { name: 'repo', arguments: { name: 'one' } });
      const calls = events.filter(({ method }) => method === 'tools/call');
      expect(calls).toMatchObject([
        { outcome: 'challenge', code: 'insufficient_scope', scopes: ['notes:read'], subject: 'ursula' },
        { outcome: 'allow', subject: 'rita', components: [{ kind: 'tool', name: 'repo' }] },
      ]);
    }
  });

  it('checklist 61: challenges name the scopes that the gate demands as well, and never offline_access', async () => {
    const authz = createAuthorizer({ requiredScopes: ['base'] });
    const handler = authz.createHandler(({ authInfo }) => {
      const server = notesServer(authz, authInfo) as ReturnType<typeof authz.protect>;
      server.registerTool('more', { auth: requireScopes('more', 'offline_access') }, async () => ({ content: [] }));
      return server;
    });
    const server = await startServer(new TableVerifier(PRINCIPALS), toNodeHandler(handler));
    closing.push(() => server.close());
    const { body, headers } = modern('tools/call', { name: 'more', arguments: {} });
    const answer = await post(server.url, 'token-of-under-scoped-ursula', body, headers);
    expect(answer.headers.get('www-authenticate')).toContain('scope="base more"');
  });
});
