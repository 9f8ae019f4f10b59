import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { fetchTransport, type HttpTransport, isAuthError } from '@auth/core';
import { httpReply, jsonReply, rawReply, type ScriptedReply } from '@auth/testing';
import { afterEach, describe, expect, test } from 'vitest';
// Loaded here, so that loading it is not part of a fetch with a short deadline.
import 'undici';
import { undiciTransport } from '../src/undici.js';
import { ecJwk, jwksOf, pathsOf, type Rig, startEndpoint, startRig, until } from './jwks-endpoint.js';

// The same for fetch, which Node loads when it is first called.
await fetch('data:,');

const A = ecJwk('a');
const good = jsonReply(jwksOf(A));
const MAX_BYTES = 64 * 1024;
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));

/** Writes as fast as it is read, until the reader goes away; `written` counts. */
const written = { bytes: 0 };
async function pour(socket: Socket): Promise<void> {
  const spaces = Buffer.alloc(16 * 1024, 0x20);
  while (!socket.destroyed) {
    written.bytes += spaces.length;
    if (socket.write(spaces)) await turn();
    else await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
  }
}

/** One byte at a time, for ever. */
async function drip(socket: Socket): Promise<void> {
  socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
  while (!socket.destroyed) {
    socket.write('1\r\n \r\n');
    await new Promise((resolve) => setTimeout(resolve, 5).unref());
  }
}

const HOSTILE: readonly (readonly [name: string, failures: readonly string[], reply: ScriptedReply])[] = [
  ['an answer that never comes (slow-loris)', ['timeout'], () => undefined],
  ['an answer that drips byte by byte', ['timeout'], (_request, socket) => void drip(socket)],
  ['headers and then nothing', ['timeout'], rawReply('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')],
  [
    'an endless body (OBS-unlimited-body)',
    ['too_large'],
    (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n');
      void pour(socket);
    },
  ],
  [
    'a body that says how large it is',
    ['too_large'],
    (_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${1024 * 1024 * 1024}\r\n\r\n`);
      void pour(socket);
    },
  ],
  [
    'a gzip bomb',
    ['content_encoding', 'too_large'],
    httpReply({ headers: { 'content-encoding': 'gzip' }, body: bomb }),
  ],
  [
    'a good set behind spaces that exceed the cap',
    ['too_large'],
    httpReply({ body: `${' '.repeat(MAX_BYTES)}${JSON.stringify(jwksOf(A))}`, framing: 'chunked' }),
  ],
  ['HTML', ['not_json'], httpReply({ body: '<html><body>Sign in</body></html>' })],
  ['truncated JSON', ['not_json'], httpReply({ body: JSON.stringify(jwksOf(A)).slice(0, -2) })],
  ['an array', ['not_json'], jsonReply([A])],
  ['a text', ['not_json'], jsonReply('keys')],
  ['null', ['not_json'], jsonReply(null)],
  ['no body', ['not_json'], httpReply()],
  ['bytes that are no UTF-8', ['not_json'], httpReply({ body: Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d) })],
  ['a byte-order mark', ['not_json'], httpReply({ body: `\ufeff${JSON.stringify(jwksOf(A))}` })],
  [
    'JSON nested 30,000 deep',
    ['not_json'],
    httpReply({ body: `{"keys":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, framing: 'chunked' }),
  ],
  [
    'the member keys twice',
    ['not_json'],
    httpReply({ body: `{"keys":[],"keys":${JSON.stringify([A])}}`, framing: 'chunked' }),
  ],
  ['204', ['status'], httpReply({ status: 204 })],
  ['206', ['status'], jsonReply(jwksOf(A), { status: 206 })],
  ['404 with a good set', ['status'], jsonReply(jwksOf(A), { status: 404 })],
  ['429', ['status'], jsonReply({}, { status: 429, headers: { 'retry-after': '3600' } })],
  ['a connection that is reset', ['network'], rawReply('', 'reset')],
  [
    'a body that breaks off',
    ['network'],
    rawReply('HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{"keys":[', 'close'),
  ],
  ['bytes that are no HTTP', ['network'], rawReply('220 smtp.example ESMTP secret-banner\r\n\r\n', 'close')],
];

const TRANSPORTS: readonly (readonly [name: string, make: () => HttpTransport & { close?: () => Promise<void> }])[] = [
  ['undici', () => undiciTransport()],
  ['fetch', () => fetchTransport],
];

const ends: (() => Promise<void> | undefined)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

describe.each(TRANSPORTS)('over %s', (_transport, make) => {
  const start = async (reply: ScriptedReply, timeoutMs = 5000): Promise<Rig> => {
    const transport = make();
    const rig = await startRig(reply, () => ({ transport, remoteKeys: { timeoutMs, maxBytes: MAX_BYTES } }));
    ends.push(
      () => rig.close(),
      () => transport.close?.(),
    );
    return rig;
  };

  test.each(HOSTILE)(
    '%s: unavailable with no set, harmless with one, and recovered from',
    async (_name, failures, reply) => {
      written.bytes = 0;
      // Short where the test waits for the time to run out, long where something else has to end it.
      const timeoutMs = failures[0] === 'timeout' ? 200 : 5000;
      const rig = await start(reply, timeoutMs);
      const error = await rig.find('a').catch((thrown: unknown) => thrown);
      if (!isAuthError(error)) throw new Error('expected an AuthError');
      expect(error).toMatchObject({ code: 'temporarily_unavailable', status: 503, retryAfterSeconds: 1 });
      expect(rig.events).toHaveLength(1);
      expect(failures).toContain((rig.events[0] as { failure?: string }).failure);
      expect(rig.fetches).toBe(1);
      expect(`${error.stack} ${JSON.stringify(error.cause)} ${JSON.stringify(rig.events)}`).not.toMatch(
        /secret-banner|<html>/,
      );
      // Socket buffers on the way take some; nobody reads on beyond the cap.
      expect(written.bytes).toBeLessThan(16 * 1024 * 1024);

      rig.endpoint.reply = good;
      rig.clock.now += 1;
      // A connection that an earlier answer left half-read must not spoil this one.
      expect(await rig.find('a')).toBe(1);

      rig.endpoint.reply = reply;
      rig.clock.now += 600;
      expect(await rig.find('a')).toBe(1);
      expect(rig.events.at(-1)).toMatchObject({ type: 'keys.refresh_failed', servingStale: true });
    },
  );

  test.each([301, 302, 303, 307, 308])('a redirect (%s) is not followed', async (status) => {
    const elsewhere = await startEndpoint(good);
    ends.push(() => elsewhere.close());
    const rig = await start(jsonReply(jwksOf(A), { status, headers: { location: elsewhere.jwksUri } }));
    await expect(rig.find('a')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(pathsOf(elsewhere)).toEqual([]);
    expect(rig.events).toMatchObject([{ failure: 'redirect' }]);
  });

  test('a content type that is none of JSON’s does not matter', async () => {
    const rig = await start(jsonReply(jwksOf(A), { headers: { 'content-type': 'text/plain' } }));
    expect(await rig.find('a')).toBe(1);
  });
});

test('a port where nobody listens: unavailable, and the cause names the system’s code', async () => {
  const closed = await startEndpoint(good);
  await closed.close();
  const rig = await startRig(good, () => ({ jwksUri: closed.jwksUri }));
  ends.push(() => rig.close());
  await expect(rig.find('a')).rejects.toMatchObject({
    code: 'temporarily_unavailable',
    cause: { failure: 'network', code: 'ECONNREFUSED', url: closed.jwksUri },
  });
});

test('the deadline holds for a transport that knows nothing of deadlines, and its late answer does not count', async () => {
  let release: (() => void) | undefined;
  const late: HttpTransport = () =>
    new Promise((resolve) => {
      release = () =>
        resolve({
          status: 200,
          headers: {},
          body: (async function* () {
            yield new TextEncoder().encode(JSON.stringify(jwksOf(ecJwk('late'))));
          })(),
        });
    });
  const rig = await startRig(good, () => ({ transport: late, remoteKeys: { timeoutMs: 30 } }));
  ends.push(() => rig.close());
  await expect(rig.find('late')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  release?.();
  await turn();
  await turn();
  expect(rig.source.kids).toEqual([]);
  expect(rig.events).toMatchObject([{ failure: 'timeout' }]);
});

test('a transport that throws at once is a failure like any other', async () => {
  const rig = await startRig(good, () => ({
    transport: () => {
      throw new TypeError('broken');
    },
  }));
  ends.push(() => rig.close());
  await expect(rig.find('a')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  await expect(rig.find('a')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  expect(rig.events).toMatchObject([{ type: 'keys.refresh_failed', failures: 1 }]);
});

test('a transport that is given is left open, one of our own is closed', async () => {
  let closed = 0;
  const transport = Object.assign<HttpTransport, { close: () => Promise<void> }>(fetchTransport.bind(undefined), {
    close: async () => {
      closed++;
    },
  });
  const rig = await startRig(good, () => ({ transport }));
  await rig.find('a');
  await rig.close();
  expect(closed).toBe(0);

  const own = await startRig(good);
  await own.find('a');
  await own.source.close();
  await until(() => own.endpoint.connections.open === 0);
  await own.endpoint.close();
});
