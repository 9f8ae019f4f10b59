import { connect } from 'node:net';
import { inspect } from 'node:util';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { httpBytes, httpReply, jsonReply, rawReply } from '../src/scripted-reply.js';
import { type ScriptedServer, startScriptedServer } from '../src/scripted-server.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** What a plain undici client sees: the answer, or the code of its error. */
async function seen(server: ScriptedServer, init: Parameters<typeof request>[1] = {}) {
  const agent = new Agent({ headersTimeout: 2000, bodyTimeout: 2000 });
  ends.push(() => agent.destroy());
  try {
    const { statusCode, headers, body } = await request(`${server.origin}/path?a=b`, { dispatcher: agent, ...init });
    return { status: statusCode, headers, body: Buffer.from(await body.arrayBuffer()) };
  } catch (error) {
    const { code, name } = error as { code?: string; name: string };
    return { code: code ?? name };
  }
}

/** Sends bytes and collects what comes back until the server closes, or until it has said so much. */
function wire(server: ScriptedServer, bytes: string, expected = Number.POSITIVE_INFINITY): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length >= expected) socket.destroy();
    });
    socket.on('error', (error: { code?: string }) => {
      text += `[${error.code}]`;
    });
    socket.on('close', () => resolve(text));
  });
}

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';

describe('what a client sees of a reply', () => {
  it('404 without one', async () => {
    await using server = await startScriptedServer();
    expect(await seen(server)).toMatchObject({ status: 404, body: Buffer.alloc(0) });
  });

  it('a JSON answer with header fields, repeated ones too, and one that replaces ours', async () => {
    const headers = { etag: '"1"', 'cache-control': ['no-cache', 'max-age=5'], 'content-type': 'text/plain' };
    await using server = await startScriptedServer(jsonReply({ keys: [] }, { status: 203, headers }));
    const answer = await seen(server);
    expect(answer).toMatchObject({ status: 203, body: Buffer.from('{"keys":[]}') });
    expect(answer.headers).toEqual({
      etag: '"1"',
      'cache-control': ['no-cache', 'max-age=5'],
      'content-type': 'text/plain',
      'content-length': '11',
    });
  });

  it.each(['content-length', 'chunked', 'close'] as const)(
    'a body framed by %s, bytes that are no UTF-8 included',
    async (framing) => {
      const body = Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d);
      await using server = await startScriptedServer(httpReply({ body, framing }));
      const answer = await seen(server);
      expect(answer).toMatchObject({ status: 200, body: Buffer.from(body) });
      expect(Object.keys(answer.headers ?? {})).toEqual([
        { 'content-length': 'content-length', chunked: 'transfer-encoding', close: 'connection' }[framing],
      ]);
    },
  );

  it.each(['content-length', 'chunked'] as const)('an empty body framed by %s', async (framing) => {
    await using server = await startScriptedServer(httpReply({ framing }));
    expect(await seen(server)).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  });

  it.each([204, 304])('%s has no body and says nothing of its length', async (status) => {
    await using server = await startScriptedServer(httpReply({ status, body: 'ignored', headers: { etag: '"1"' } }));
    const answer = await seen(server);
    expect(answer).toMatchObject({ status, body: Buffer.alloc(0) });
    expect(answer.headers).toEqual({ etag: '"1"' });
  });

  it('exactly the bytes that were scripted, and then an open, a closed or a reset connection', async () => {
    const bytes = 'SMTP? \xff no HTTP';
    await using server = await startScriptedServer(rawReply(Buffer.from(bytes, 'latin1'), 'close'));
    expect(await wire(server, GET)).toBe(bytes);
    expect((await seen(server)).code).toBe('HTTPParserError');
    server.reply = rawReply(Buffer.from(bytes, 'latin1'), 'reset');
    expect(await wire(server, GET)).toMatch(/ECONNRESET\]$/);
    server.reply = rawReply('open');
    expect(await wire(server, GET, 4)).toBe('open');
    expect(await wire(server, GET + GET, 8)).toBe('openopen');
  });

  it.each([
    ['two lengths', 'content-length: 2\r\ncontent-length: 3\r\n\r\n{}', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    ['length and chunks', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}', /HTTPParserError|MISMATCH/],
    ['a body that ends too early', 'content-length: 50\r\n\r\n{"half":', 'UND_ERR_SOCKET'],
    ['a chunk that ends too early', 'transfer-encoding: chunked\r\n\r\n5\r\n{"a', 'UND_ERR_SOCKET'],
    ['half a header', 'content-', 'UND_ERR_SOCKET'],
  ])('%s', async (_name, rest, code) => {
    await using server = await startScriptedServer(rawReply(`HTTP/1.1 200 OK\r\n${rest}`, 'close'));
    expect((await seen(server)).code).toMatch(code);
  });

  it('a reply of one’s own gets the request and the socket, and may change at any time', async () => {
    await using server = await startScriptedServer(({ method, path, query }, socket) => {
      socket.write(httpBytes({ body: `${method} ${path} ${query.get('a')}` }));
    });
    expect((await seen(server, { method: 'PUT' })).body?.toString()).toBe('PUT /path b');
    server.reply = (_request, socket) => void socket.resetAndDestroy();
    expect((await seen(server)).code).toBe('ECONNRESET');
    server.reply = async () => {
      throw new Error('broken');
    };
    expect((await seen(server)).code).toBe('UND_ERR_SOCKET');
    server.reply = () => {
      throw new Error('broken');
    };
    expect((await seen(server)).code).toBe('UND_ERR_SOCKET');
  });
});

describe('what the server saw', () => {
  it('is every request, with forms, repeated fields and text beyond ASCII', async () => {
    await using server = await startScriptedServer(jsonReply({}));
    await seen(server, {
      method: 'POST',
      body: 'token=ä%20b&c',
      headers: ['X-A', '1', 'x-a', '2', 'Authorization', 'Basic eA=='],
    });
    const [first] = server.requests;
    expect(first).toMatchObject({ method: 'POST', path: '/path' });
    expect([first?.target, first?.query.get('a')]).toEqual(['/path?a=b', 'b']);
    expect([first?.body, first?.form.get('token'), first?.form.get('c')]).toEqual(['token=ä%20b&c', 'ä b', '']);
    expect([first?.headers['x-a'], first?.headers.authorization, first?.headers.toString]).toEqual([
      '1, 2',
      'Basic eA==',
      undefined,
    ]);
    expect(first?.headerLines.filter(([name]) => /^x-a$/i.test(name))).toEqual([
      ['X-A', '1'],
      ['x-a', '2'],
    ]);
  });

  it('shows no credentials when a request is printed, spread or stringified', async () => {
    await using server = await startScriptedServer(jsonReply({}));
    await seen(server, { method: 'POST', body: 'client_secret=hush', headers: { authorization: 'Bearer hush' } });
    const [first] = server.requests;
    for (const shown of [inspect(first, { depth: 9 }), JSON.stringify(first), inspect({ ...first })]) {
      expect(shown).toContain('POST');
      expect(shown).not.toContain('hush');
    }
  });

  it('puts together a request that comes byte by byte, in chunks, or with others in one piece', async () => {
    await using server = await startScriptedServer(httpReply({ body: 'x' }));
    const { length } = httpBytes({ body: 'x' });
    const chunked = 'POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\n\r\n';
    const sized = 'POST /s HTTP/1.1\r\nContent-Length: 3\r\n\r\nxyz';
    await wire(server, chunked + sized + GET, 3 * length);
    expect(server.requests.map(({ path, body }) => [path, body])).toEqual([
      ['/c', 'abcdefg'],
      ['/s', 'xyz'],
      ['/x', ''],
    ]);

    server.requests.length = 0;
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1');
    socket.setNoDelay(true);
    const answered = new Promise((resolve) => socket.once('data', resolve));
    for (const byte of chunked) await new Promise<void>((resolve) => void socket.write(byte, () => resolve()));
    await answered;
    socket.destroy();
    expect(server.requests.map(({ body }) => body)).toEqual(['abcdefg']);
  });

  it.each([
    ['a length that is no number', 'content-length: abc\r\n\r\n'],
    ['a negative length', 'content-length: -9\r\n\r\n'],
    ['two lengths', 'content-length: 2\r\ncontent-length: 2\r\n\r\n{}'],
    ['a chunk whose size is no number', 'transfer-encoding: chunked\r\n\r\nzz\r\n\r\n\r\n'],
  ])('ends the connection of a request with %s, and counts none', async (_name, rest) => {
    await using server = await startScriptedServer(jsonReply({}));
    expect(await wire(server, `POST / HTTP/1.1\r\n${rest}`)).toMatch(/^(?:\[E\w+\])*$/);
    expect(server.requests).toEqual([]);
  });

  it('ends a connection whose request grows beyond 1 MiB', async () => {
    await using server = await startScriptedServer(jsonReply({}));
    expect(await wire(server, `GET / HTTP/1.1\r\nx: ${'x'.repeat(1_100_000)}`)).toMatch(/^(?:\[E\w+\])*$/);
    expect(server.requests).toEqual([]);
  });

  it('counts connections and hands each over before its first byte', async () => {
    await using server = await startScriptedServer(jsonReply({}));
    const greeted: unknown[] = [];
    server.onConnection = (socket) => {
      greeted.push(socket);
      socket.write('HTTP/1.1 408 Early\r\ncontent-length: 0\r\n\r\n');
    };
    expect(await wire(server, '', 10)).toMatch(/^HTTP\/1.1 408/);
    expect(greeted).toHaveLength(1);
    expect(server.connections.total).toBe(1);
    await server.close();
    expect(server.connections).toEqual({ open: 0, total: 1 });
  });
});

describe('a test tool', () => {
  it('listens again where it listened before: an outage with an end', async () => {
    const server = await startScriptedServer(jsonReply({}));
    const port = Number(new URL(server.origin).port);
    await expect(startScriptedServer(jsonReply({}), { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await server.close();
    await server.close();
    expect((await seen(server)).code).toBe('ECONNREFUSED');
    await using again = await startScriptedServer(jsonReply({}), { port });
    expect(again.origin).toBe(server.origin);
    expect((await seen(again)).status).toBe(200);
  });

  it('ends connections that hang when it closes', async () => {
    const server = await startScriptedServer(() => undefined);
    const pending = seen(server);
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.close();
    expect((await pending).code).toBe('UND_ERR_SOCKET');
  });

  it.each([
    [{ host: '0.0.0.0' }, /'host' must be one of 127\.0\.0\.1/],
    [{ port: -1 }, /'port'/],
    [{ hots: 'x' }, /hots/],
  ])('refuses the options %o', async (options, message) => {
    await expect(startScriptedServer(undefined, options as object)).rejects.toThrow(message);
  });

  it('refuses a reply that is no function, and production', async () => {
    await expect(startScriptedServer({ status: 200 } as never)).rejects.toThrow(/reply/);
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      await expect(startScriptedServer()).rejects.toThrow(/production/);
    } finally {
      process.env.NODE_ENV = before;
    }
  });
});
