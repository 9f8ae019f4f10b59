import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createClient } from '@redis/client';
import type { BreakableStore, StoreFault } from './store-matrix.js';

/** The Redis or Valkey that is installed here. */
export const REDIS_BINARY: string | undefined = ['redis-server', 'valkey-server'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

type Client = ReturnType<typeof createClient>;

/** A Redis of its own on this machine, and a client of it. */
class Redis {
  readonly client: Client;
  readonly #port: number;
  // Written by start and stop.
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    const socket = { host: '127.0.0.1', port, reconnectStrategy: 20 };
    this.client = createClient({ socket, disableOfflineQueue: true });
    this.client.on('error', () => undefined);
  }

  static async open(): Promise<Redis> {
    const redis = new Redis(await freePort());
    await redis.start();
    await redis.client.connect();
    return redis;
  }

  async start(): Promise<void> {
    const options = ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn(REDIS_BINARY ?? '', options, { stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept connections')) break;
    child.stdout.resume();
    this.#process = child;
  }

  /** Kills it, and waits until the client has noticed. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const noticed = this.told('reconnecting');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await noticed;
  }

  /** The client's next event of this name; not `once`, which an error in between would end. */
  told(name: 'ready' | 'reconnecting'): Promise<void> {
    return new Promise((resolve) => this.client.once(name, () => resolve()));
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
  }

  async close(): Promise<void> {
    this.client.destroy();
    const child = this.#process;
    if (child === undefined) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** How the store reaches Redis, and what happens to Redis. */
interface Mishap {
  readonly fail: (redis: Redis) => void | Promise<void>;
  readonly restore: (redis: Redis) => void | Promise<void>;
  /** What somebody else does to a key just before it is read, while the fault lasts. */
  readonly spoil?: (client: Client, key: string) => Promise<unknown>;
  /** Writes fail as well. */
  readonly forWrites?: boolean;
}

function redisStore({ fail, restore, spoil, forWrites = false }: Mishap) {
  return async (): Promise<BreakableStore> => {
    const redis = await Redis.open();
    const { client } = redis;
    let failing = false;
    let failingSets = 0;
    let lastSet: Promise<unknown> = Promise.resolve();
    return {
      get failingSets() {
        return failingSets;
      },
      get: async (key) => {
        if (failing) await spoil?.(client, key);
        return client.get(key);
      },
      set: (key, value, ttlSeconds) => {
        if (failing && forWrites) failingSets++;
        const set = client.set(key, value, { expiration: { type: 'EX', value: ttlSeconds } });
        lastSet = set;
        return set;
      },
      fail: async () => {
        // What was written before counts as written.
        await lastSet;
        failing = true;
        return fail(redis);
      },
      restore: () => {
        failing = false;
        return restore(redis);
      },
      close: () => redis.close(),
    };
  };
}

const nothing = (): void => undefined;

/** What can happen to a real Redis or Valkey. */
export const REDIS_FAULTS: readonly StoreFault[] = [
  {
    name: 'killed',
    open: redisStore({
      forWrites: true,
      fail: (redis) => redis.stop(),
      restore: async (redis) => {
        const ready = redis.told('ready');
        await redis.start();
        await ready;
      },
    }),
  },
  {
    name: 'stopped (SIGSTOP)',
    endless: true,
    open: redisStore({
      forWrites: true,
      fail: (redis) => redis.signal('SIGSTOP'),
      restore: async (redis) => {
        redis.signal('SIGCONT');
        await redis.client.ping();
      },
    }),
  },
  {
    name: 'another value under the key',
    open: redisStore({
      fail: nothing,
      restore: nothing,
      spoil: (client, key) => client.set(key, '{"active":true,"scope":"admin"}'),
    }),
  },
  {
    name: 'a list under the key (WRONGTYPE)',
    open: redisStore({
      fail: nothing,
      // The next answer replaces the text, and nothing replaces a list that nobody writes over.
      restore: (redis) => redis.client.flushAll().then(nothing),
      spoil: async (client, key) => {
        await client.del(key);
        await client.rPush(key, 'x');
      },
    }),
  },
];
