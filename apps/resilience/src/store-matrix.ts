import type { TokenCacheStore, VerifierEvent } from '@auth/core';
import { IntrospectionTokenVerifier } from '@auth/introspection';
import { startAuthorizationServer } from '@auth/testing';
import { eventTexts, mapSome, outcomeOf, type Row, secondsUntil } from './row.js';

/** A store of which the fault decides how it answers. */
export interface BreakableStore extends TokenCacheStore {
  /** Breaks it. */
  fail(): void | Promise<void>;
  /** Mends it. */
  restore(): void | Promise<void>;
  /** Calls of `set` that were made while it was broken, and that cannot go well. */
  readonly failingSets: number;
  close?(): Promise<void>;
}

/** One way for a store to fail. */
export interface StoreFault {
  readonly name: string;
  readonly open: () => BreakableStore | Promise<BreakableStore>;
  /** Nothing but our deadline ends some of its calls. */
  readonly endless?: boolean;
}

type Methods = Pick<TokenCacheStore, 'get' | 'set'>;

/** A store in a Map; once it fails, `broken` makes its methods of the good ones. */
function mapStore(broken: (good: Methods, entries: Map<string, string>) => Partial<Methods>): BreakableStore {
  const entries = new Map<string, string>();
  const good: Methods = {
    get: async (key) => entries.get(key),
    set: async (key, value) => entries.set(key, value),
  };
  let current = good;
  let failingSets = 0;
  return {
    get failingSets() {
      return failingSets;
    },
    get: (key) => current.get(key),
    set: (key, value, ttlSeconds) => {
      if (current.set !== good.set) failingSets++;
      return current.set(key, value, ttlSeconds);
    },
    fail: () => {
      current = { ...good, ...broken(good, entries) };
    },
    restore: () => {
      current = good;
    },
  };
}

const hang = (): Promise<never> => new Promise(() => undefined);
const reject = async (): Promise<never> => {
  throw new Error('redis://:password@store.example is down');
};
const always = (value: unknown) => () => ({ get: async () => value as string });

/** What a store can do to us. */
export const STORE_FAULTS: readonly StoreFault[] = [
  {
    name: 'throws',
    open: () =>
      mapStore(() => {
        const fail = (): never => {
          throw new Error('the store is broken');
        };
        return { get: fail, set: fail };
      }),
  },
  { name: 'rejects', open: () => mapStore(() => ({ get: reject, set: reject })) },
  { name: 'hangs', open: () => mapStore(() => ({ get: hang, set: hang })), endless: true },
  { name: 'get hangs', open: () => mapStore(() => ({ get: hang })), endless: true },
  { name: 'set rejects', open: () => mapStore(() => ({ set: reject })) },
  { name: 'set hangs', open: () => mapStore(() => ({ set: hang })), endless: true },
  { name: 'a number instead of a text', open: () => mapStore(always(7)) },
  { name: 'an object instead of a text', open: () => mapStore(always({ active: true, scope: 'admin' })) },
  { name: 'null', open: () => mapStore(always(null)) },
  { name: 'no JSON', open: () => mapStore(always('\u0000 not an entry')) },
  { name: 'JSON of somebody else', open: () => mapStore(always('{"active":true,"client_id":"root"}')) },
  { name: 'half of the entry', open: () => mapStore(altered((text) => text.slice(0, text.length >> 1))) },
  { name: 'an altered entry', open: () => mapStore(altered((text) => text.replace('"active":true', '"active":1'))) },
  { name: 'an entry of another token', open: () => mapStore(always(entryOfAnother())) },
  { name: 'a text of 4 MiB', open: () => mapStore(always('x'.repeat(4_194_304))) },
];

function altered(change: (text: string) => string) {
  return (_good: Methods, entries: Map<string, string>): Partial<Methods> => ({
    get: async (key) => {
      const text = entries.get(key);
      return text === undefined ? undefined : change(text);
    },
  });
}

/** Well-formed, and sealed with something else than the token at hand. */
function entryOfAnother(): string {
  const claims = '{"active":true,"client_id":"root","scope":"admin"}';
  const times = '"storedAt":1800000000,"expiresAt":1800000060';
  return `{"format":1,${times},"answer":${claims},"seal":"${'0'.repeat(64)}"}`;
}

interface StorePhase {
  readonly name: string;
  /** Whether the answer is in the store before it fails. */
  readonly stored: boolean;
  readonly secondsLater?: number;
  /** Calls that meet the fault before the one that the row is about. */
  readonly earlierCalls?: number;
  readonly introspectionDown?: boolean;
}

const PHASES: readonly StorePhase[] = [
  { name: 'cold: the token was never seen', stored: false },
  { name: 'warm: the answer is in the store', stored: true },
  { name: 'refresh: the answer in the store is past its life', stored: true, secondsLater: 61 },
  { name: 'lasting: five calls have met the fault before', stored: true, earlierCalls: 5 },
  {
    name: 'both: the answer is in the store, and introspection is down as well',
    stored: true,
    introspectionDown: true,
  },
];

/** Plays every fault of a store in every phase. */
export function storeRows(faults: readonly StoreFault[]): Promise<readonly Row[]> {
  const plays = PHASES.flatMap((phase) => faults.map((fault) => [phase, fault] as const));
  return mapSome(plays, ([phase, fault]) => play(phase, fault));
}

async function play(phase: StorePhase, { name, open, endless = false }: StoreFault): Promise<Row> {
  const clock = { now: 1_800_000_000 };
  const events: VerifierEvent[] = [];
  const lifetime = { expiresInSeconds: 100_000, accessTokenFormat: 'opaque' } as const;
  await using server = await startAuthorizationServer({ algorithm: 'ES256', clock: () => clock.now, ...lifetime });
  const store = await open();
  const { introspectionUrl, resourceServer } = server;
  const verifier = new IntrospectionTokenVerifier({
    ...{ introspectionUrl, ...resourceServer, clientSecret: resourceServer.clientSecret },
    clock: () => clock.now,
    observer: (event) => events.push(event),
    cache: { ttlSeconds: 60, store, storeTimeoutMs: endless ? 3_000 : 30_000 },
  });
  const token = await server.issue();
  try {
    if (phase.stored) await verifier.verifyToken(token);
    clock.now += phase.secondsLater ?? 0;
    events.length = 0;
    await store.fail();
    const earlier = await Promise.all(Array.from({ length: phase.earlierCalls ?? 0 }, () => server.issue()));
    await Promise.all(earlier.map((each) => outcomeOf(verifier, each)));
    if (phase.introspectionDown) server.fail('introspection', 503);
    const before = server.requests.length;
    const outcome = await outcomeOf(verifier, token);
    const requests = server.requests.length - before;
    await failedSets(store, events);
    const during = events.splice(0);

    await store.restore();
    server.restore();
    const inUseAgain = async (): Promise<boolean> => {
      await outcomeOf(verifier, token);
      const start = server.requests.length;
      return (await outcomeOf(verifier, token)) === 'accepted' && server.requests.length === start;
    };
    const uninterrupted = outcome === 'accepted' && requests === 0;
    const recoverySeconds = uninterrupted ? undefined : await secondsUntil(clock, inUseAgain);
    return {
      fault: name,
      phase: phase.name,
      outcome,
      requests,
      boundedBy: during.some(isReadTimeout) ? 'our deadline' : 'the answer',
      recoverySeconds,
      events: eventTexts(during),
      eventsAfterwards: eventTexts(events),
    };
  } finally {
    await verifier.close();
    await store.close?.();
  }
}

function isReadTimeout(event: VerifierEvent): boolean {
  return event.type === 'cache.degraded' && event.operation === 'get' && event.failure === 'timeout';
}

/** Nobody waits for a write, so a row is complete only when the last one has failed. */
async function failedSets(store: BreakableStore, events: readonly VerifierEvent[]): Promise<void> {
  const failed = (): number =>
    events.filter((event) => event.type === 'cache.degraded' && event.operation === 'set').length;
  while (failed() < store.failingSets) await new Promise((resolve) => setTimeout(resolve, 10));
}
