import { toNodeHandler } from '@modelcontextprotocol/node';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthorizer } from '../src/sdk.js';
import { createAuthorizer as createAuthorizerV1 } from '../src/sdk-v1.js';
import { INITIALIZE, modern, post, startServer } from './support/http.js';
import { type Gates, notesServer as notesServerV1 } from './support/notes-v1.js';
import { notesServer } from './support/notes-v2.js';
import { PRINCIPALS, TableVerifier } from './support/tokens.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const EXPIRES_AT = 2_000_000_000;
const JSON_AND_STREAM = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const TOKEN = 'token-that-ends-soon';
const SLOW = { name: 'slow', arguments: {} };

async function start(sdk: 'v2' | 'v1', gates: Gates = {}) {
  let now = EXPIRES_AT - 100;
  const clock = (): number => now;
  const rita = PRINCIPALS['token-of-right-rita'];
  if (rita === undefined) throw new Error('no such principal');
  const ursula = PRINCIPALS['token-of-under-scoped-ursula'];
  if (ursula === undefined) throw new Error('no such principal');
  const verifier = new TableVerifier({ [TOKEN]: { ...rita, expiresAt: EXPIRES_AT }, ursula }, clock);
  const v2 = createAuthorizer({ clock });
  const v1 = createAuthorizerV1({ clock });
  const handler = v2.createHandler(({ authInfo }) => notesServer(v2, authInfo, gates));
  const serve =
    sdk === 'v2' ? toNodeHandler(handler) : v1.createHandler(({ authInfo }) => notesServerV1(v1, authInfo, gates));
  const server = await startServer(verifier, serve);
  closing.push(() => server.close());
  return {
    url: server.url,
    handler,
    setTime: (time: number) => {
      now = time;
    },
  };
}

const authorization = (token: string) => ({ authorization: `Bearer ${token}` });

describe('streams end when the token does', () => {
  it.each(['modern', 'legacy'] as const)('a call that is still streaming, on v2 (%s)', async (era) => {
    const { url, setTime } = await start('v2', { release: new Promise(() => undefined) });
    const { body, headers } =
      era === 'modern'
        ? modern('tools/call', SLOW)
        : { body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: SLOW }, headers: {} };
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...JSON_AND_STREAM, ...authorization(TOKEN), ...headers },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    setTime(EXPIRES_AT);
    const text = await response.text();
    expect(text).toContain('notifications/progress');
    expect(text).not.toContain('"result"');
  });

  it('a subscription, on v2', async () => {
    const { url, handler, setTime } = await start('v2');
    const { body, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...JSON_AND_STREAM, ...authorization(TOKEN), ...headers },
      body: JSON.stringify(body),
    });
    handler.notify.toolsChanged();
    setTime(EXPIRES_AT);
    expect(await response.text()).toContain('notifications/subscriptions/acknowledged');
  });

  it('a call and the standing stream of a session, on v1', async () => {
    const { url, setTime } = await start('v1', { release: new Promise(() => undefined) });
    const begun = await post(url, TOKEN, { jsonrpc: '2.0', id: 0, method: 'initialize', params: INITIALIZE });
    const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' };
    const headers = { ...JSON_AND_STREAM, ...authorization(TOKEN), ...session };
    const standing = await fetch(url, { headers });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: SLOW });
    const call = await fetch(url, { method: 'POST', headers, body });
    expect([standing.status, call.status]).toEqual([200, 200]);
    setTime(EXPIRES_AT);
    await standing.text();
    expect(await call.text()).not.toContain('"result"');
  });
});

describe('listening to a hidden resource', () => {
  it('is like listening to one that does not exist: acknowledged alike, and silent', async () => {
    const { url, handler } = await start('v2');
    const listen = async (token: string, uris: readonly string[]): Promise<readonly string[]> => {
      const { body, headers } = modern('subscriptions/listen', {
        notifications: { resourceSubscriptions: uris, toolsListChanged: true },
      });
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...JSON_AND_STREAM, ...authorization(token), ...headers },
        body: JSON.stringify(body),
      });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (!text.includes('acknowledged')) text += (await reader?.read())?.value ?? '';
      handler.notify.resourceUpdated('notes://secret');
      handler.notify.toolsChanged();
      while (!text.includes('tools/list_changed')) text += (await reader?.read())?.value ?? '';
      await reader?.cancel();
      return [...text.matchAll(/"method":"([^"]+)"/g)].map((match) => match[1] ?? '');
    };
    const silent = ['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed'];
    expect(await listen('ursula', ['notes://secret'])).toEqual(silent);
    expect(await listen('ursula', ['notes://nothing'])).toEqual(silent);
    expect(await listen(TOKEN, ['notes://secret'])).toContain('notifications/resources/updated');
  });

  it('and listening to a protected one is challenged', async () => {
    const { url } = await start('v2');
    const { body, headers } = modern('subscriptions/listen', {
      notifications: { resourceSubscriptions: ['notes://all', 'notes://secret'] },
    });
    const answer = await post(url, 'ursula', body, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain('scope="notes:read"');
  });
});
