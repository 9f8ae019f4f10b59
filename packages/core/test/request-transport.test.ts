import { describe, expect, it } from 'vitest';
import { type RequestApi, requestTransport } from '../src/request-transport.js';
import { rejectionOf } from './fakes.js';

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('{}');
}

function fakeApi(): { api: RequestApi; seen: unknown[]; closed: () => number } {
  const seen: unknown[] = [];
  let closed = 0;
  const api: RequestApi = {
    request: async (...args) => {
      seen.push(args);
      return { statusCode: 200, headers: { 'x-a': ['1', '2'] }, body: chunks() };
    },
    close: async () => {
      closed++;
    },
  };
  return { api, seen, closed: () => closed };
}

const REQUEST = { url: 'https://idp.example/', method: 'GET', headers: { accept: 'a' }, deadlineMs: 500 } as const;

describe('requestTransport', () => {
  it('loads its client with the first request, once', async () => {
    const { api } = fakeApi();
    let loads = 0;
    const transport = requestTransport(async () => {
      loads++;
      return api;
    });
    expect(loads).toBe(0);
    await Promise.all([transport(REQUEST), transport(REQUEST)]);
    expect(loads).toBe(1);
  });

  it('hands the request on, asks for no content coding, and lets the client keep to the deadline too', async () => {
    const { api, seen } = fakeApi();
    const { signal } = new AbortController();
    const transport = requestTransport(async () => api);
    const response = await transport(REQUEST);
    await transport({ ...REQUEST, method: 'POST', body: 'token=a', signal, headers: { 'accept-encoding': 'br' } });
    expect(response).toMatchObject({ status: 200, headers: { 'x-a': ['1', '2'] } });
    const common = { headersTimeout: 500, bodyTimeout: 500 };
    expect(seen).toEqual([
      [
        'https://idp.example/',
        { ...common, method: 'GET', headers: { 'accept-encoding': 'identity', accept: 'a' }, body: null, signal: null },
      ],
      [
        'https://idp.example/',
        { ...common, method: 'POST', headers: { 'accept-encoding': 'br' }, body: 'token=a', signal },
      ],
    ]);
  });

  it('tries again to load what could not be loaded', async () => {
    const { api } = fakeApi();
    let loads = 0;
    const transport = requestTransport(async () => {
      if (++loads === 1) throw new Error('cannot find package');
      return api;
    });
    expect(await rejectionOf(() => transport(REQUEST))).toEqual(new Error('cannot find package'));
    expect((await transport(REQUEST)).status).toBe(200);
  });

  it('closes what it opened, once, and opens again when it is needed', async () => {
    const { api, closed } = fakeApi();
    const transport = requestTransport(async () => api);
    await transport.close();
    expect(closed()).toBe(0);
    await transport(REQUEST);
    await transport.close();
    await transport.close();
    expect(closed()).toBe(1);
    expect((await transport(REQUEST)).status).toBe(200);
  });

  it('has nothing to close when loading fails meanwhile', async () => {
    const transport = requestTransport(() => Promise.reject(new Error('cannot find package')));
    const request = rejectionOf(() => transport(REQUEST));
    await transport.close();
    expect(await request).toBeInstanceOf(Error);
  });
});
