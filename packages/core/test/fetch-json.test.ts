import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FetchJsonError, type FetchJsonRequest, fetchJson } from '../src/fetch-json.js';
import { fetchTransport } from '../src/fetch-transport.js';
import type { HttpDelivery, HttpReceiver, HttpResponse, HttpTransport, PushTransport } from '../src/http-transport.js';
import { LoopbackServer } from './loopback-server.js';

/** Short for what is meant to hang, and far longer than what is meant to come. */
const SHORT_MS = 61;
const LONG_MS = 20_001;

let server: LoopbackServer;
beforeAll(async () => {
  server = await LoopbackServer.start();
});
afterAll(() => server.close());

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
beforeAll(() => void process.on('unhandledRejection', onUnhandled));
afterAll(() => void process.off('unhandledRejection', onUnhandled));
/** Timers of the code under test that are still to come, told by their delay. */
const timers = new Set<unknown>();
const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
beforeAll(() => {
  const startTimer = (work: () => void, delay?: number): unknown => {
    const timer = realSet(work, delay);
    if (delay === SHORT_MS || delay === LONG_MS) timers.add(timer);
    return timer;
  };
  vi.stubGlobal('setTimeout', startTimer);
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout) => {
    timers.delete(timer);
    realClear(timer);
  });
});
afterAll(() => void vi.unstubAllGlobals());

afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
  expect(timers.size).toBe(0);
});

const request = (changes: Partial<FetchJsonRequest> = {}): FetchJsonRequest => ({
  transport: fetchTransport,
  url: server.url,
  headers: {},
  deadlineMs: LONG_MS,
  maxBytes: 1_000,
  ...changes,
});

async function failureOf(changes: Partial<FetchJsonRequest> = {}): Promise<FetchJsonError> {
  try {
    await fetchJson(request(changes));
  } catch (error) {
    if (error instanceof FetchJsonError) return error;
    throw new Error('not a FetchJsonError', { cause: error });
  }
  throw new Error('it did not fail');
}

describe('fetchJson resolves', () => {
  it('to the object of a 200, with its header fields', async () => {
    server.answer(200, '{"a":[1]}', { 'cache-control': 'max-age=60' });
    const response = await fetchJson(request());
    expect(response).toMatchObject({ status: 200, json: { a: [1] } });
    expect(response.headers['cache-control']).toBe('max-age=60');
  });

  it('to the object of a POST', async () => {
    server.answer(200, '{"active":true}');
    expect(await fetchJson(request({ method: 'POST', body: 'token=a' }))).toMatchObject({ json: { active: true } });
    expect(server.requests.at(-1)?.method).toBe('POST');
  });

  it('to the object of a body in many chunks', async () => {
    server.handler = (_request, response) => {
      response.writeHead(200);
      for (const part of ['{"a"', ':"', 'é'.repeat(10), '"}']) response.write(part);
      response.end();
    };
    expect(await fetchJson(request())).toMatchObject({ json: { a: 'é'.repeat(10) } });
  });

  it('to the object of a compressed body, which the fetch API undoes', async () => {
    server.answer(200, gzipSync('{"a":1}'), { 'content-encoding': 'gzip' });
    expect(await fetchJson(request())).toMatchObject({ json: { a: 1 } });
  });

  it('to a 304 when the request was conditional', async () => {
    server.answer(304, '', { etag: '"x"' });
    const response = await fetchJson(request({ headers: { 'if-none-match': '"x"' } }));
    expect(response.status).toBe(304);
    expect(response.headers.etag).toBe('"x"');
    expect(response).not.toHaveProperty('json');
  });

  it('when the body is exactly as long as it may be', async () => {
    const body = JSON.stringify({ a: 'x'.repeat(1_000 - 8) });
    expect(body).toHaveLength(1_000);
    server.answer(200, body);
    expect((await fetchJson(request())).status).toBe(200);
    expect((await failureOf({ maxBytes: 999 })).failure).toBe('too_large');
  });

  it('with a deadline that no timer can hold', async () => {
    server.answer(200, '{}');
    expect((await fetchJson(request({ deadlineMs: 1e12 }))).status).toBe(200);
  });

  it('and keeps the connection for the next request', async () => {
    const ports = new Set<number | undefined>();
    server.handler = (incoming, response) => {
      ports.add(incoming.socket.remotePort);
      response.end('{}');
    };
    for (let count = 0; count < 10; count++) await fetchJson(request());
    // The platform's pool may hold several connections from before.
    expect(ports.size).toBeLessThan(10);
  });
});

describe('fetchJson fails with', () => {
  const bom = Buffer.from([0xef, 0xbb, 0xbf]);

  it.each<[string, string, number, string | Uint8Array, Record<string, string>, number]>([
    ['redirect', 'a redirect', 302, '{}', { location: '/' }, 302],
    ['redirect', 'a permanent redirect', 308, '{}', { location: 'https://evil.example/' }, 308],
    ['redirect', 'a 304 that nobody asked for', 304, '', {}, 304],
    ['status', 'a 204', 204, '', {}, 204],
    ['status', 'a 201 with an object', 201, '{}', {}, 201],
    ['status', 'a 206', 206, '{}', {}, 206],
    ['status', 'a 400', 400, '{"error":"invalid_request"}', {}, 400],
    ['status', 'a 401', 401, '{}', { 'www-authenticate': 'Basic' }, 401],
    ['status', 'a 503', 503, 'down', { 'retry-after': '7' }, 503],
    ['status', 'an error with a body too large to read', 500, 'x'.repeat(5_000), {}, 500],
    ['not_json', 'an empty body', 200, '', {}, 200],
    ['not_json', 'HTML', 200, '<html>', { 'content-type': 'application/json' }, 200],
    ['not_json', 'an array', 200, '[]', {}, 200],
    ['not_json', 'null', 200, 'null', {}, 200],
    ['not_json', 'a byte-order mark', 200, Buffer.concat([bom, Buffer.from('{}')]), {}, 200],
    [
      'not_json',
      'UTF-16',
      200,
      Buffer.from('\ufeff{}', 'utf16le'),
      { 'content-type': 'application/json; charset=utf-16' },
      200,
    ],
    [
      'not_json',
      'Latin-1',
      200,
      Buffer.from('{"a":"é"}', 'latin1'),
      { 'content-type': 'application/json; charset=iso-8859-1' },
      200,
    ],
    ['not_json', 'duplicate members', 200, '{"active":false,"active":true}', {}, 200],
    ['not_json', 'nesting without end', 200, '{"a":'.repeat(150), {}, 200],
    ['too_large', 'a body over the cap', 200, 'x'.repeat(1_001), {}, 200],
    [
      'too_large',
      'a compressed body over the cap',
      200,
      gzipSync('x'.repeat(1e6)),
      { 'content-encoding': 'gzip' },
      200,
    ],
  ])('%s for %s', async (failure, _what, status, body, headers, reported) => {
    server.answer(status, body, headers);
    const error = await failureOf();
    expect(error).toMatchObject({ failure, status: reported, name: 'FetchJsonError' });
    expect(error.message).toBe(`${failure} (HTTP ${status})`);
  });

  it('the header fields of the answer, for Retry-After, but not where a log would show them', async () => {
    server.answer(503, 'hunter2-body', { 'retry-after': '7', 'x-internal': 'hunter2-header' });
    const error = await failureOf();
    expect(error.headers?.['retry-after']).toBe('7');
    expect(`${inspect(error)}${JSON.stringify(error)}`).not.toContain('hunter2');
  });

  it('content_encoding, when a transport leaves a coding that it was not to leave', async () => {
    const transport: HttpTransport = async () => answerOf(['{}'], { 'content-encoding': 'br' });
    expect((await failureOf({ transport })).failure).toBe('content_encoding');
    const identity: HttpTransport = async () => answerOf(['{}'], { 'content-encoding': ' Identity' });
    expect((await fetchJson(request({ transport: identity }))).status).toBe(200);
  });

  it('too_large before a byte is read, when the answer says so', async () => {
    let read = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      read++;
      yield new Uint8Array(1);
    }
    const transport: HttpTransport = async () => ({ status: 200, headers: { 'content-length': '1001' }, body: body() });
    expect((await failureOf({ transport })).failure).toBe('too_large');
    expect(read).toBe(0);
  });

  it.each<[string, Record<string, string>]>([
    ['too_large', { 'content-length': '1001' }],
    ['content_encoding', { 'content-encoding': 'gzip' }],
  ])('%s without reading the body, and tells the transport to let the connection go', async (failure, headers) => {
    let wanted: AbortSignal | undefined;
    const transport: HttpTransport = async ({ signal }) => {
      wanted = signal;
      return answerOf(['{}'], headers);
    };
    expect((await failureOf({ transport })).failure).toBe(failure);
    expect(wanted?.aborted).toBe(true);
  });

  it('too_large for an endless body, and lets the connection go (OBS-unlimited-body)', async () => {
    server.handler = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1_000)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    expect((await failureOf()).failure).toBe('too_large');
    await server.connectionClosed();
  });

  it.each<[string, LoopbackServer['handler']]>([
    ['no answer at all', () => undefined],
    ['header fields that never end', (incoming) => incoming.socket.write('HTTP/1.1 200 OK\r\nX-A: b\r\n')],
    ['a body that never begins', (_incoming, response) => response.writeHead(200).flushHeaders()],
    ['a body that never ends', (_incoming, response) => response.writeHead(200).write('{"a":')],
    [
      'a body that comes byte by byte: the deadline is for all of it',
      (_incoming, response) => {
        const timer = setInterval(() => response.write(' '), 5);
        response.on('close', () => clearInterval(timer));
      },
    ],
    ['an error whose body never ends', (_incoming, response) => response.writeHead(500).write('x')],
  ])('timeout for %s, and lets the connection go', async (_what, handler) => {
    server.handler = handler;
    expect((await failureOf({ deadlineMs: SHORT_MS })).failure).toBe('timeout');
    await server.connectionClosed();
  });

  it.each<[string, LoopbackServer['handler']]>([
    ['a connection reset before the answer', (incoming) => incoming.socket.resetAndDestroy()],
    [
      'a body shorter than announced',
      (incoming) => incoming.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}'),
    ],
    [
      'a connection reset inside of the body',
      (incoming, response) => {
        response.writeHead(200).write('{"a":');
        setImmediate(() => incoming.socket.resetAndDestroy());
      },
    ],
    ['an answer that is no HTTP', (incoming) => incoming.socket.end('SSH-2.0-OpenSSH\r\n')],
    [
      'a compressed body that is none',
      (_incoming, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('{"a":1}'),
    ],
  ])('network for %s', async (_what, handler) => {
    server.handler = handler;
    const error = await failureOf();
    expect(error).toMatchObject({ failure: 'network', message: 'network' });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('network where nobody listens', async () => {
    const gone = await LoopbackServer.start();
    await gone.close();
    expect(await failureOf({ url: gone.url })).toMatchObject({ failure: 'network' });
  });

  it('aborted when the signal fires while it waits, and lets the connection go', async () => {
    const controller = new AbortController();
    server.handler = () => controller.abort();
    expect((await failureOf({ signal: controller.signal })).failure).toBe('aborted');
    await server.connectionClosed();
  });

  it('aborted when the signal has fired before, and asks nobody', async () => {
    let asked = 0;
    const transport: HttpTransport = async () => {
      asked++;
      return answerOf(['{}']);
    };
    expect((await failureOf({ transport, signal: AbortSignal.abort() })).failure).toBe('aborted');
    expect(asked).toBe(0);
  });
});

describe('fetchJson with a transport that breaks its promises fails with', () => {
  const throws = (): never => {
    throw new Error('boom');
  };
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('{');
    throw new Error('boom');
  }

  it.each<[string, string, unknown]>([
    ['network', 'throws', throws],
    ['network', 'rejects', async () => throws()],
    ['network', 'rejects with nothing', () => Promise.reject()],
    ['network', 'resolves to nothing', async () => undefined],
    ['network', 'has no body', async () => ({ status: 200, headers: {} })],
    ['network', 'has no header fields', async () => ({ status: 200, body: broken() })],
    ['network', 'has a body that throws', async () => ({ status: 200, headers: {}, body: broken() })],
    ['too_large', 'gives chunks without a length, which would pass a cap', async () => answerOf([7 as never])],
    ['timeout', 'never settles and heeds no signal', () => new Promise(() => undefined)],
  ])('%s when it %s', async (failure, _what, transport) => {
    expect((await failureOf({ transport: transport as HttpTransport, deadlineMs: SHORT_MS })).failure).toBe(failure);
  });

  it('timeout when its body heeds no signal, and reads no further', async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve));
          yield new Uint8Array(0);
        }
      } finally {
        ended = true;
      }
    }
    const transport: HttpTransport = async () => ({ status: 200, headers: {}, body: endless() });
    expect((await failureOf({ transport, deadlineMs: SHORT_MS })).failure).toBe('timeout');
    while (!ended) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('fetchJson with a transport that pushes', () => {
  let cancelled = 0;
  const pushing = (push: (receiver: HttpReceiver) => void): PushTransport => {
    cancelled = 0;
    const transport: HttpTransport = () => Promise.reject(new Error('the slower way was taken'));
    return Object.assign(transport, {
      push: (_request: unknown, receiver: HttpReceiver) => {
        push(receiver);
        return { cancel: () => void cancelled++ };
      },
    });
  };
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const answers = (
    receiver: HttpReceiver,
    status: number,
    text: string,
    headers: Record<string, string> = {},
  ): void => {
    receiver.onHead(status, headers);
    for (const character of text) receiver.onData(bytes(character));
    receiver.onEnd();
  };

  it('resolves to what was pushed, and cancels nothing', async () => {
    const transport = pushing((receiver) => void setImmediate(() => answers(receiver, 200, '{"a":1}')));
    expect(await fetchJson(request({ transport }))).toEqual({ status: 200, headers: {}, json: { a: 1 } });
    expect(cancelled).toBe(0);
  });

  it('hands the request on as it is, with the deadline', async () => {
    const sent: unknown[] = [];
    const push = (asked: unknown, receiver: HttpReceiver) => {
      sent.push(asked);
      setImmediate(() => answers(receiver, 200, '{}'));
      return { cancel: () => undefined };
    };
    const transport = Object.assign(fetchTransport.bind(undefined), { push });
    await fetchJson(request({ transport, method: 'POST', body: 'token=a', headers: { a: 'b' } }));
    const { url } = server;
    expect(sent).toEqual([{ url, method: 'POST', headers: { a: 'b' }, body: 'token=a', deadlineMs: LONG_MS }]);
  });

  it.each<[string, number, string, Record<string, string>]>([
    ['too_large', 200, 'x'.repeat(1_001), {}],
    ['too_large', 200, '{}', { 'content-length': '1001' }],
    ['content_encoding', 200, '{}', { 'content-encoding': 'gzip' }],
    ['not_json', 200, '[]', {}],
    ['status', 500, 'x', {}],
    ['status', 500, 'x'.repeat(1_001), {}],
    ['redirect', 302, '', {}],
  ])(
    'fails with %s as with any other (%i), and hears of nothing that comes later',
    async (failure, status, text, headers) => {
      const transport = pushing((receiver) => {
        setImmediate(() => {
          answers(receiver, status, text, headers);
          receiver.onError(new Error('late'));
          answers(receiver, 200, '{}');
        });
      });
      expect(await failureOf({ transport })).toMatchObject({ failure, status });
      expect(cancelled).toBe(1);
    },
  );

  it('cancels once the deadline is over, and when the signal fires', async () => {
    const transport = pushing((receiver) => receiver.onHead(200, {}));
    expect((await failureOf({ transport, deadlineMs: SHORT_MS })).failure).toBe('timeout');
    expect(cancelled).toBe(1);
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    expect((await failureOf({ transport, signal: controller.signal })).failure).toBe('aborted');
    expect(cancelled).toBe(2);
  });

  it('cancels what failed before there was anything to cancel', async () => {
    const transport = pushing((receiver) => receiver.onHead(200, { 'content-encoding': 'br' }));
    expect((await failureOf({ transport })).failure).toBe('content_encoding');
    expect(cancelled).toBe(1);
  });

  it('fails as it would have when cancelling throws, or there is nothing to cancel with', async () => {
    const cancel = (): never => {
      throw new Error('cannot cancel');
    };
    for (const delivery of [{ cancel }, {} as HttpDelivery]) {
      const transport = Object.assign(fetchTransport.bind(undefined), { push: () => delivery });
      expect((await failureOf({ transport, deadlineMs: SHORT_MS })).failure).toBe('timeout');
      const controller = new AbortController();
      setImmediate(() => controller.abort());
      expect((await failureOf({ transport, signal: controller.signal })).failure).toBe('aborted');
    }
  });

  it.each<[string, (receiver: HttpReceiver) => void]>([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['reports an error', (receiver) => receiver.onError(new Error('boom'))],
    ['ends without an answer', (receiver) => receiver.onEnd()],
  ])('fails with network or status when it %s', async (_what, push) => {
    expect(['network', 'status']).toContain((await failureOf({ transport: pushing(push) })).failure);
  });
});

describe('what fetchJson sends', () => {
  const TOKEN = 'opaque+token/with=chars';
  const SECRET = 'Y2xpZW50Omh1bnRlcjI=';
  const body = new URLSearchParams({ token: TOKEN, token_type_hint: 'access_token' }).toString();

  it.each<[string, () => Error]>([
    ['the token', () => new Error(`cannot send ${TOKEN}`)],
    ['the body', () => Object.assign(new Error('x'), { config: { data: body } })],
    [
      'the credentials',
      () => Object.assign(new Error('x'), { config: { headers: { Authorization: `Basic ${SECRET}` } } }),
    ],
  ])('is not repeated by its error, when a transport puts %s into its own', async (_what, make) => {
    const transport: HttpTransport = async () => {
      throw make();
    };
    const headers = { Authorization: `Basic ${SECRET}` };
    const error = await failureOf({ transport, method: 'POST', body, headers });
    expect(error.failure).toBe('network');
    expect(error.cause).toEqual(new Error('Error: it may hold a credential and was removed'));
    const log = inspect(error, { showHidden: true, depth: null, getters: true });
    for (const text of [TOKEN, encodeURIComponent(TOKEN), SECRET]) expect(log).not.toContain(text);
  });

  it('does not matter to an error that has nothing of it', async () => {
    const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    const transport: HttpTransport = () => Promise.reject(cause);
    expect((await failureOf({ transport, method: 'POST', body })).cause).toBe(cause);
  });
});

function answerOf(chunks: readonly (string | never)[], headers: Record<string, string> = {}): HttpResponse {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  }
  return { status: 200, headers, body: body() };
}
