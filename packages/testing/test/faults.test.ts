import { gunzipSync } from 'node:zlib';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../src/authorization-server.js';
import type { FaultInit, FaultTarget } from '../src/fault.js';
import type { Endpoint } from '../src/recorded-request.js';

/** What a plain HTTP client sees of one request. */
interface Sighting {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

let server: AuthorizationServer;
const agent = new Agent();

async function see(url: string, signal?: AbortSignal): Promise<Sighting> {
  const response = await request(url, { dispatcher: agent, signal: signal ?? null });
  const { statusCode: status, headers } = response;
  return { status, headers, bytes: Buffer.from(await response.body.arrayBuffer()) };
}

beforeAll(async () => {
  server = await startAuthorizationServer({ algorithm: 'ES256' });
});

afterAll(async () => {
  await agent.destroy();
  await server.close();
});

describe('a fault, seen by a plain undici client,', () => {
  it('status: is that status, with fields and body of choice', async () => {
    server.fail('jwks', { kind: 'status', status: 429, headers: { 'retry-after': '7' }, body: 'slow down', times: 1 });
    const { status, headers, bytes } = await see(server.jwksUri);
    expect([status, headers['retry-after'], bytes.toString()]).toEqual([429, '7', 'slow down']);
    expect((await see(server.jwksUri)).status).toBe(200);
  });

  it('status: repeats a field that has a list of values, and replaces ours whatever its case', async () => {
    const headers = { 'x-twice': ['1', '2'], 'Cache-Control': 'max-age=5' };
    server.fail('jwks', { kind: 'status', status: 500, headers, times: 1 });
    const seen = await see(server.jwksUri);
    expect(seen.headers).toMatchObject({ 'x-twice': ['1', '2'], 'cache-control': 'max-age=5' });
    expect(JSON.parse(seen.bytes.toString())).toHaveProperty('error', 'server_error');
  });

  it('a number: is that status', async () => {
    server.fail('jwks', 500);
    expect((await see(server.jwksUri)).status).toBe(500);
    server.restore('jwks');
    expect((await see(server.jwksUri)).status).toBe(200);
  });

  it('delay: is the right answer', async () => {
    server.fail('jwks', { kind: 'delay', delayMs: 5, times: 1 });
    expect(JSON.parse((await see(server.jwksUri)).bytes.toString())).toHaveProperty('keys');
  });

  it('hang-before-headers: brings nothing until the client gives up', async () => {
    server.fail('jwks', { kind: 'hang-before-headers', times: 1 });
    const seen = server.requests.length;
    const giveUp = new AbortController();
    const pending = see(server.jwksUri, giveUp.signal);
    await expect.poll(() => server.requests.length).toBe(seen + 1);
    giveUp.abort(new Error('gave up'));
    await expect(pending).rejects.toThrow('gave up');
  });

  it('hang-after-headers: brings the fields and never the body', async () => {
    server.fail('jwks', { kind: 'hang-after-headers', times: 1 });
    const giveUp = new AbortController();
    const { statusCode, headers, body } = await request(server.jwksUri, { dispatcher: agent, signal: giveUp.signal });
    expect(statusCode).toBe(200);
    expect(Number(headers['content-length'])).toBeGreaterThan(50);
    const reading = body.text();
    giveUp.abort(new Error('gave up'));
    await expect(reading).rejects.toThrow('gave up');
  });

  it('reset: ends the connection with a TCP reset', async () => {
    server.fail('jwks', { kind: 'reset', times: 1 });
    await expect(see(server.jwksUri)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('truncated: ends the connection in the middle of the promised body', async () => {
    server.fail('jwks', { kind: 'truncated', times: 1 });
    const { statusCode, body } = await request(server.jwksUri, { dispatcher: agent });
    expect(statusCode).toBe(200);
    await expect(body.text()).rejects.toThrow();
  });

  it('html: is a web page with status 200', async () => {
    server.fail('jwks', { kind: 'html', times: 1 });
    const { status, headers, bytes } = await see(server.jwksUri);
    expect([status, headers['content-type']]).toEqual([200, 'text/html']);
    expect(bytes.toString()).toMatch(/^<!DOCTYPE html>/);
  });

  it.each([false, true])(
    'oversized: is as many bytes of JSON as asked for (Content-Length: %s)',
    async (contentLength) => {
      server.fail('jwks', { kind: 'oversized', bytes: 100_000, contentLength, times: 1 });
      const { headers, bytes } = await see(server.jwksUri);
      expect([bytes.length, headers['content-length']]).toEqual([100_000, contentLength ? '100000' : undefined]);
      expect(JSON.parse(bytes.toString())).toHaveProperty('padding');
    },
  );

  it('slow-body: arrives byte by byte', async () => {
    server.fail('jwks', { kind: 'slow-body', intervalMs: 1, times: 1 });
    const { body } = await request(server.jwksUri, { dispatcher: agent });
    const sizes: number[] = [];
    for await (const chunk of body) sizes.push((chunk as Buffer).length);
    expect(sizes.length).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeLessThan(40);
  });

  it('redirect: points where it is told, or back at itself', async () => {
    server.fail('jwks', { kind: 'redirect', location: 'http://127.0.0.1:9/', times: 1 });
    expect(await see(server.jwksUri)).toMatchObject({ status: 307, headers: { location: 'http://127.0.0.1:9/' } });
    server.fail('jwks', { kind: 'redirect', status: 302, times: 1 });
    expect(await see(server.jwksUri)).toMatchObject({ status: 302, headers: { location: '/jwks' } });
  });

  it('wrong-json: is any body, with status 200', async () => {
    server.fail('jwks', { kind: 'wrong-json', times: 1 });
    expect((await see(server.jwksUri)).bytes.toString()).toBe('[]');
    server.fail('jwks', { kind: 'wrong-json', body: Buffer.from([0xff, 0xfe]), times: 1 });
    expect((await see(server.jwksUri)).bytes).toEqual(Buffer.from([0xff, 0xfe]));
  });

  it('gzip-bomb: is small on the wire and large when undone', async () => {
    server.fail('jwks', { kind: 'gzip-bomb', bytes: 1_000_000, times: 1 });
    const { headers, bytes } = await see(server.jwksUri);
    expect(headers['content-encoding']).toBe('gzip');
    expect(bytes.length).toBeLessThan(5000);
    expect(gunzipSync(bytes).length).toBe(1_000_000);
  });

  it('raw: is exactly those bytes, whatever they are, and the end of the connection that was asked for', async () => {
    server.fail('jwks', 'raw');
    await expect(see(server.jwksUri)).rejects.toMatchObject({ name: 'HTTPParserError' });
    const half = 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"keys":';
    server.fail('jwks', { kind: 'raw', bytes: half });
    await expect(see(server.jwksUri)).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
    server.fail('jwks', { kind: 'raw', bytes: '', afterwards: 'reset' });
    await expect(see(server.jwksUri)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const whole = Buffer.from('HTTP/1.1 299 Odd\r\nx: a\r\nx: b\r\nconnection: close\r\n\r\n\xff\xfe', 'latin1');
    server.fail('jwks', { kind: 'raw', bytes: whole });
    expect(await see(server.jwksUri)).toMatchObject({
      status: 299,
      headers: { x: ['a', 'b'] },
      bytes: Buffer.from([0xff, 0xfe]),
    });
    server.restore();
  });

  it('flapping: fails every other time, the first time included', async () => {
    server.fail('jwks', { kind: 'flapping', times: 4 });
    const statuses: number[] = [];
    for (let turn = 0; turn < 6; turn++) statuses.push((await see(server.jwksUri)).status);
    expect(statuses).toEqual([503, 200, 503, 200, 200, 200]);
    server.fail('jwks', { kind: 'flapping', fault: { kind: 'html' } });
    expect((await see(server.jwksUri)).headers['content-type']).toBe('text/html');
    expect((await see(server.jwksUri)).headers['content-type']).toBe('application/json');
    server.restore();
  });

  it('a handler: does what it likes, with the right answer at hand', async () => {
    server.fail('jwks', async (_request, response, answer) => {
      response.writeHead(418).end((await answer()).body.toUpperCase());
    });
    const { status, bytes } = await see(server.jwksUri);
    expect([status, bytes.toString()]).toEqual([418, expect.stringMatching(/^\{"KEYS"/)]);
    server.fail('jwks', () => Promise.reject(new Error('a slip of the test')));
    await expect(see(server.jwksUri)).rejects.toThrow();
    server.restore();
  });
});

describe('fail and restore', () => {
  it.each<[FaultTarget, readonly Endpoint[]]>([
    ['metadata', ['oauthMetadata', 'oidcMetadata']],
    ['oauthMetadata', ['oauthMetadata']],
    ['token', ['token']],
  ])('%s touches %j and nothing else', async (target, failing) => {
    server.fail(target, 503);
    const statuses = await Promise.all([
      see(`${server.issuer}/.well-known/oauth-authorization-server`),
      see(`${server.issuer}/.well-known/openid-configuration`),
      see(server.tokenUrl),
    ]);
    const endpoints = ['oauthMetadata', 'oidcMetadata', 'token'] as const;
    expect(endpoints.filter((_name, index) => statuses[index]?.status === 503)).toEqual(failing);
    server.restore(target);
    expect((await see(server.tokenUrl)).status).toBe(405);
  });

  it.each<[unknown, FaultInit | unknown, RegExp]>([
    ['nowhere', 500, /endpoint must be one of/],
    ['jwks', 'explode', /kind must be one of/],
    ['jwks', null, /kind must be one of/],
    ['jwks', 99, /'status'/],
    ['jwks', { kind: 'status', status: 1000 }, /'status'/],
    ['jwks', { kind: 'status', times: 0 }, /'times'/],
    ['jwks', { kind: 'delay', ms: 5 }, /delay has no 'ms'/],
    ['jwks', { kind: 'raw', afterwards: 'open' }, /'afterwards'/],
    ['jwks', { kind: 'custom' }, /'handler'/],
    ['jwks', { kind: 'flapping', fault: { kind: 'explode' } }, /kind must be one of/],
  ])('fail(%j, %j) is refused', (endpoint, how, message) => {
    expect(() => server.fail(endpoint as FaultTarget, how as FaultInit)).toThrow(message);
  });
});
