import { afterEach, describe, expect, it } from 'vitest';
import { createAuthorizer, type HandlerOptions } from '../src/sdk-v1.js';
import { type Answer, INITIALIZE, post, read, startServer } from './support/http.js';
import { notesServer } from './support/notes-v1.js';
import { PRINCIPALS, TableVerifier } from './support/tokens.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const RITA = 'token-of-right-rita';
const BRUNO = 'token-of-broad-bruno';
const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: INITIALIZE };
const whoami = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } };

async function start(options: HandlerOptions = {}, clock?: () => number) {
  const verifier = new TableVerifier(PRINCIPALS);
  const authz = createAuthorizer({ clock });
  const handler = authz.createHandler(({ authInfo }) => notesServer(authz, authInfo), options);
  const server = await startServer(verifier, handler);
  closing.push(() => server.close(), handler.close);
  const begin = async (token: string): Promise<string> => {
    const begun = await post(server.url, token, initialize);
    return begun.headers.get('mcp-session-id') ?? '';
  };
  const call = (token: string | undefined, session: string, body: unknown = whoami): Promise<Answer> =>
    post(server.url, token, body, { 'mcp-session-id': session });
  const other = async (method: string, token: string | undefined, session: string): Promise<Answer> => {
    const response = await fetch(server.url, {
      method,
      headers: {
        accept: 'text/event-stream',
        'mcp-session-id': session,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    return read(response);
  };
  return { url: server.url, verifier, handler, begin, call, other };
}

describe('a session (CVE-2026-52869)', () => {
  it('belongs to the principal that began it; to everybody else it does not exist', async () => {
    const { begin, call, other, handler } = await start();
    const session = await begin(RITA);
    expect((await call(RITA, session)).body).toContain('rita');
    const strangers = [await call(BRUNO, session), await call(undefined, session), await call(RITA, 'made-up')];
    strangers.push(await other('GET', BRUNO, session), await other('DELETE', BRUNO, session));
    strangers.push(await other('GET', RITA, 'made-up'), await other('DELETE', undefined, session));
    expect(strangers.map(({ status }) => status)).toEqual(strangers.map(() => 404));
    expect(new Set(strangers.map(({ body }) => body)).size).toBe(1);
    expect(handler.sessionCount).toBe(1);
    expect((await call(RITA, session)).status).toBe(200);
  });

  it('is not found before anything is said about scopes', async () => {
    const { begin, call } = await start();
    const session = await begin(RITA);
    const body = { ...whoami, params: { name: 'read_note', arguments: {} } };
    expect((await call('token-of-under-scoped-ursula', session, body)).status).toBe(404);
  });

  it('checklist 55: goes on with a new token of the same principal, and decides by what that token may do', async () => {
    const { begin, call, verifier } = await start();
    const session = await begin(RITA);
    const rita = PRINCIPALS[RITA];
    if (rita === undefined) throw new Error('no rita');
    verifier.tokens.set('narrower-token-of-rita', { ...rita, scopes: [] });
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    const [all, fewer] = [await call(RITA, session, list), await call('narrower-token-of-rita', session, list)];
    expect([all.body.includes('secret_tool'), fewer.body.includes('secret_tool')]).toEqual([true, false]);
    const secret = { ...whoami, params: { name: 'secret_tool', arguments: {} } };
    expect((await call('narrower-token-of-rita', session, secret)).body).toContain('not found');
    expect((await call(RITA, session, secret)).body).toContain('"text":"secret"');
  });

  it('ends with DELETE, and is not found from then on', async () => {
    const { begin, call, other, handler } = await start();
    const session = await begin(RITA);
    expect((await other('DELETE', RITA, session)).status).toBe(200);
    expect((await call(RITA, session)).status).toBe(404);
    expect(handler.sessionCount).toBe(0);
  });

  it('ends when it was idle for too long, but not while a stream is open', async () => {
    let now = 1000;
    const { begin, call, url } = await start({ sessions: { idleSeconds: 60 } }, () => now);
    const [idle, used] = [await begin(RITA), await begin(RITA)];
    const standing = await fetch(url, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${RITA}`, 'mcp-session-id': used },
    });
    now += 60;
    expect((await call(RITA, idle)).status).toBe(404);
    expect((await call(RITA, used)).status).toBe(200);
    await standing.body?.cancel();
  });

  it('of one principal displaces that principal’s own, never those of others', async () => {
    const { begin, call, handler } = await start({ sessions: { maxSessions: 10, maxSessionsPerPrincipal: 2 } });
    const other = await begin(BRUNO);
    const own = [await begin(RITA), await begin(RITA), await begin(RITA)];
    expect(handler.sessionCount).toBe(3);
    const statuses = await Promise.all(own.map(async (id) => (await call(RITA, id)).status));
    expect(statuses).toEqual([404, 200, 200]);
    expect((await call(BRUNO, other)).status).toBe(200);
  });

  it('is refused with 503 when all are busy', async () => {
    const { begin, url } = await start({ sessions: { maxSessions: 1 } });
    const session = await begin(RITA);
    const standing = await fetch(url, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${RITA}`, 'mcp-session-id': session },
    });
    const answer = await post(url, BRUNO, initialize);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    await standing.body?.cancel();
  });

  it('is not given to callers without a token, who are served without one', async () => {
    const { url, handler } = await start();
    const begun = await post(url, undefined, initialize);
    expect([begun.status, begun.headers.get('mcp-session-id')]).toEqual([200, null]);
    const call = { ...whoami, params: { name: 'public_info', arguments: {} } };
    expect((await post(url, undefined, call)).body).toContain('"text":"public"');
    expect(handler.sessionCount).toBe(0);
  });

  it('is needed by callers with a token, but refusals come first', async () => {
    const { url } = await start();
    expect((await post(url, RITA, whoami)).status).toBe(400);
    const body = { ...whoami, params: { name: 'admin_only', arguments: {} } };
    expect((await post(url, BRUNO, body)).status).toBe(403);
  });
});

describe('requests that nobody can read', () => {
  it.each([
    ['no JSON', '{', 400],
    ['too long', JSON.stringify('x'.repeat(50_000)), 413],
    ['a batch that is too long', JSON.stringify(Array.from({ length: 101 }, () => ({ method: 'x' }))), 400],
  ])('%s', async (_name, body, status) => {
    const { begin, call } = await start({ maxRequestBodyBytes: 50_000 });
    const answer = await call(RITA, await begin(RITA), body);
    expect(answer.status).toBe(status);
    expect(answer.messages[0]?.error).toBeDefined();
  });

  it('a method that is none of its own', async () => {
    const { url } = await start({ sessions: false });
    const response = await fetch(url, { headers: { authorization: `Bearer ${RITA}` } });
    expect(response.status).toBe(405);
    await response.body?.cancel();
  });

  it('a caller whom no gate of ours has seen: 500, and nothing is served', async () => {
    const errors: Error[] = [];
    const authz = createAuthorizer();
    const handler = authz.createHandler(({ authInfo }) => notesServer(authz, authInfo), {
      onerror: (error) => errors.push(error),
    });
    const server = await startServer(new TableVerifier(PRINCIPALS), (request: { auth?: unknown }, response) => {
      request.auth = { token: 'x', clientId: 'x', scopes: ['notes:read'] };
      return handler(request as never, response);
    });
    closing.push(() => server.close());
    expect((await post(server.url, undefined, initialize)).status).toBe(500);
    expect(errors[0]?.message).toMatch(/use the gate of '@auth\/http'/);
  });
});

describe('options of createHandler', () => {
  const authz = createAuthorizer();
  const factory = (): never => {
    throw new Error('not called');
  };
  it.each([
    [{ session: {} }, /unknown option 'session'/],
    [{ sessions: { maxSessions: 0 } }, /maxSessions/],
    [{ sessions: { idleSeconds: 0 } }, /idleSeconds/],
    [{ sessions: { maxSessionsPerPrincipal: 1.5 } }, /maxSessionsPerPrincipal/],
    [{ maxRequestBodyBytes: 0 }, /maxRequestBodyBytes/],
    [{ enableJsonResponse: 'yes' }, /enableJsonResponse/],
    [{ eventStore: {} }, /eventStore/],
  ])('%j make no sense', (options, message) => {
    expect(() => authz.createHandler(factory, options as never)).toThrow(message);
  });
});
