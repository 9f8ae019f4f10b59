import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fetchTransport } from '../src/fetch-transport.js';
import { rejectionOf } from './fakes.js';
import { LoopbackServer } from './loopback-server.js';

let server: LoopbackServer;
beforeAll(async () => {
  server = await LoopbackServer.start();
});
afterAll(() => server.close());

const read = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

it('sends method, headers and body, and gives status, header fields and body', async () => {
  let received = '';
  server.handler = (request, response) => {
    request.on('data', (chunk: Buffer) => {
      received += chunk.toString();
    });
    request.on('end', () => response.writeHead(201, { 'X-Answer': 'yes' }).end('done'));
  };
  const response = await fetchTransport({
    url: `${server.url}path`,
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'x-question': 'why' },
    body: 'token=abc',
    deadlineMs: 1_000,
  });
  expect(response.status).toBe(201);
  expect(response.headers['x-answer']).toBe('yes');
  expect(await read(response.body)).toBe('done');
  expect(received).toBe('token=abc');
  expect(server.requests.at(-1)).toMatchObject({ method: 'POST', url: '/path' });
  expect(server.requests.at(-1)?.headers['x-question']).toBe('why');
});

it('does not follow a redirect, so that no credential travels elsewhere', async () => {
  const before = server.requests.length;
  server.answer(302, '', { location: server.url });
  const response = await fetchTransport({ url: server.url, method: 'GET', headers: {}, deadlineMs: 1_000 });
  expect(response.status).toBe(302);
  expect(await read(response.body)).toBe('');
  expect(server.requests.length).toBe(before + 1);
});

it('undoes a content coding, and does not speak of it any more', async () => {
  server.answer(200, gzipSync('{"a":1}'), { 'content-encoding': 'gzip' });
  const response = await fetchTransport({ url: server.url, method: 'GET', headers: {}, deadlineMs: 1_000 });
  expect(response.headers).not.toHaveProperty('content-encoding');
  expect(response.headers).not.toHaveProperty('content-length');
  expect(await read(response.body)).toBe('{"a":1}');
});

it('gives an empty body where there is none', async () => {
  server.answer(204);
  const response = await fetchTransport({ url: server.url, method: 'GET', headers: {}, deadlineMs: 1_000 });
  expect(await read(response.body)).toBe('');
});

it('ends with the signal', async () => {
  server.handler = () => undefined;
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = fetchTransport({ url: server.url, method: 'GET', headers: {}, deadlineMs: 1_000, signal });
  controller.abort();
  expect(await rejectionOf(() => waiting)).toMatchObject({ name: 'AbortError' });
});

it('leaves out the options of browsers where the runtime does not know them, for it might refuse them', async () => {
  const seen: (RequestInit | undefined)[] = [];
  vi.stubGlobal('fetch', async (_url: string, init?: RequestInit) => {
    seen.push(init);
    return new Response('{}');
  });
  try {
    const request = { url: server.url, method: 'GET', headers: {}, deadlineMs: 1_000 } as const;
    await fetchTransport(request);
    vi.stubGlobal('Request', class {});
    await fetchTransport(request);
  } finally {
    vi.unstubAllGlobals();
  }
  expect(seen[0]).toMatchObject({ redirect: 'manual', cache: 'no-store', credentials: 'omit' });
  expect(Object.keys(seen[1] ?? {}).sort()).toEqual(['headers', 'method', 'redirect']);
});
