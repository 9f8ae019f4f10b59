import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TokenCacheStore, VerifierEvent } from '@auth/core';
import { scriptedTransport } from '@auth/testing';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntrospectionTokenVerifier } from '../src/verifier.js';

const BINARY = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
if (BINARY === undefined)
  console.warn('no redis-server or valkey-server here: the tests against a real store are skipped');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startStore(port: number): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn(BINARY ?? '', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept connections')) break;
  child.stdout.resume();
  return child;
}

describe.skipIf(BINARY === undefined)('a real Redis or Valkey as the store', () => {
  let child: ChildProcess;
  let port: number;
  let client: ReturnType<typeof createClient>;
  let store: TokenCacheStore;

  beforeAll(async () => {
    port = await freePort();
    child = await startStore(port);
    client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: 20 }, disableOfflineQueue: true });
    client.on('error', () => undefined);
    await client.connect();
    store = {
      get: (key) => client.get(`tokens:${key}`),
      set: (key, value, ttlSeconds) =>
        client.set(`tokens:${key}`, value, { expiration: { type: 'EX', value: ttlSeconds } }),
    };
  });
  afterAll(() => {
    client.destroy();
    child.kill();
  });

  it('is shared by processes, expires by itself, and degrades to no cache when it dies', async () => {
    const events: VerifierEvent[] = [];
    const now = 1_800_000_000;
    const transport = scriptedTransport(() => ({
      json: { active: true, client_id: 'c', scope: 'read', exp: now + 30 },
    }));
    const make = (): IntrospectionTokenVerifier =>
      new IntrospectionTokenVerifier({
        introspectionUrl: 'https://auth.example',
        clientId: 'rs',
        clientSecret: 'secret',
        transport,
        clock: () => now,
        observer: (event) => events.push(event),
        cache: { ttlSeconds: 300, store },
      });
    expect((await make().verifyToken('token')).scopes).toEqual(['read']);
    expect((await make().verifyToken('token')).scopes).toEqual(['read']);
    expect(transport.requests.length).toBe(1);
    const [key = ''] = await client.keys('tokens:*');
    expect(await client.ttl(key)).toBeGreaterThan(0);
    expect(await client.ttl(key)).toBeLessThanOrEqual(30);

    await client.set(key, '{"active":true,"scope":"admin"}');
    expect((await make().verifyToken('token')).scopes).toEqual(['read']);
    expect(transport.requests.length).toBe(2);

    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await make().verifyToken('token')).scopes).toEqual(['read']);
    expect(transport.requests.length).toBe(3);
    expect(events.map(({ type }) => type)).toContain('cache.degraded');
  });
});
