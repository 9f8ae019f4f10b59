import { fetchJson } from '@auth/core';
import { expect, it } from 'vitest';
import { scriptedTransport } from '../src/scripted-transport.js';

const ask = (transport: Parameters<typeof fetchJson>[0]['transport'], url: string) =>
  fetchJson({
    transport,
    url,
    method: 'GET',
    headers: { accept: 'application/json' },
    deadlineMs: 1000,
    maxBytes: 1000,
  });

it('answers from a function and remembers what it was asked', async () => {
  const transport = scriptedTransport(async ({ url }) =>
    url.endsWith('/json') ? { json: { a: 1 }, headers: { etag: '"1"' } } : { text: '{"b":2}', status: 200 },
  );
  const first = await ask(transport, 'https://a.example/json');
  expect(first).toMatchObject({ json: { a: 1 } });
  expect(await ask(transport, 'https://a.example/text')).toMatchObject({ json: { b: 2 } });
  expect(transport.requests.map(({ url, method }) => [method, url])).toEqual([
    ['GET', 'https://a.example/json'],
    ['GET', 'https://a.example/text'],
  ]);
  const { status, headers } = await transport({ url: 'x/json', method: 'GET', headers: {}, deadlineMs: 1 });
  expect([status, headers]).toEqual([200, { 'content-type': 'application/json', etag: '"1"' }]);
});

it('answers an empty object by default, and fails as the function does', async () => {
  expect(
    await ask(
      scriptedTransport(() => ({})),
      'https://a.example',
    ),
  ).toMatchObject({ json: {} });
  const failing = scriptedTransport(() => Promise.reject(new Error('no network')));
  await expect(ask(failing, 'https://a.example')).rejects.toMatchObject({ failure: 'network' });
  await expect(
    ask(
      scriptedTransport(() => ({ status: 503 })),
      'https://a.example',
    ),
  ).rejects.toMatchObject({
    failure: 'status',
  });
});
