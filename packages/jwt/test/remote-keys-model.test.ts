import { setImmediate as turn } from 'node:timers/promises';
import { type HttpResponse, type HttpTransport, isAuthError } from '@auth/core';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createRemoteKeys } from '../src/remote-keys.js';
import { ecJwk, jwksOf } from './jwks-endpoint.js';

/** `TEST_LONG=1` tries fifty times as many histories. */
const RUNS = process.env.TEST_LONG === '1' ? 20_000 : 400;
const TTL = 100;
const DUE = 90;
const COOLDOWN = 30;
const STALE = 300;
const KIDS = ['k0', 'k1', 'k2', 'k3', 'k4'];
const KEYS = new Map(KIDS.map((kid) => [kid, ecJwk(kid)]));

type Mood = 'good' | 'down' | 'garbage' | 'no keys' | 'reset';

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.constantFrom(0.4, 1, 2, 29.9, 30, 60, 89, 90, 99.9, 100, 101, 299, 300, 399, 400, 1000),
    }),
    fc.record({
      do: fc.constant('mood' as const),
      mood: fc.constantFrom<Mood>('good', 'good', 'down', 'garbage', 'no keys', 'reset'),
    }),
    fc.record({ do: fc.constant('publish' as const), kids: fc.subarray(KIDS, { minLength: 1 }) }),
    { weight: 3, arbitrary: fc.record({ do: fc.constant('ask' as const), kid: fc.constantFrom(...KIDS) }) },
    fc.record({ do: fc.constant('flood' as const), count: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ do: fc.constant('hold' as const) }),
    fc.record({ do: fc.constant('release' as const) }),
  ),
  { minLength: 5, maxLength: 60 },
);

/** The endpoint, seen from outside: what it was asked and what it answered is all that the promises are checked against. */
class World {
  now = 1_800_000_000;
  mood: Mood = 'good';
  published: readonly string[] = ['k0'];
  /** Good answers: the last one, and how often the keys changed from one to the next. */
  lastGood: { at: number; kids: readonly string[] } | undefined;
  changes = 0;
  failures = 0;
  failedAt = 0;
  inFlight = 0;
  lastFetchAt = Number.NEGATIVE_INFINITY;
  lastEarlyFetchAt = Number.NEGATIVE_INFINITY;
  readonly broken: string[] = [];
  #gate: Promise<void> | undefined;
  #open: () => void = () => undefined;

  get age(): number {
    return this.lastGood === undefined ? Number.POSITIVE_INFINITY : this.now - this.lastGood.at;
  }

  get backingOff(): boolean {
    return this.failures > 0 && this.now < this.failedAt + Math.min(2 ** (this.failures - 1), 60);
  }

  get held(): boolean {
    return this.#gate !== undefined;
  }

  hold(): void {
    this.#gate ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  release(): void {
    this.#gate = undefined;
    this.#open();
  }

  readonly transport: HttpTransport = async () => {
    if (++this.inFlight > 1) this.broken.push('two fetches at a time');
    if (this.backingOff) this.broken.push('a fetch during the backoff');
    if (this.age < DUE) {
      if (this.now < this.lastEarlyFetchAt + COOLDOWN) this.broken.push('two fetches for unknown kids in one cooldown');
      this.lastEarlyFetchAt = this.now;
    }
    this.lastFetchAt = this.now;
    // A held answer is as old as its request: what is published meanwhile is not in it.
    const { mood, published } = this;
    await this.#gate;
    this.inFlight--;
    return this.#answer(mood, published);
  };

  #answer(mood: Mood, published: readonly string[]): HttpResponse {
    if (mood === 'good') {
      if (this.lastGood === undefined || [...this.lastGood.kids].sort().join() !== [...published].sort().join()) {
        this.changes++;
      }
      this.lastGood = { at: this.now, kids: published };
      this.failures = 0;
      return respond(200, JSON.stringify(jwksOf(...published.map((kid) => KEYS.get(kid)))));
    }
    this.failures++;
    this.failedAt = this.now;
    if (mood === 'reset') throw new Error('ECONNRESET');
    if (mood === 'down') return respond(503, '');
    return respond(200, mood === 'garbage' ? '<html>' : '{"keys":[{"kty":"oct","k":"AAAA"}]}');
  }
}

function respond(status: number, text: string): HttpResponse {
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(text);
  };
  return { status, headers: {}, body: body() };
}

test('the promises about remote keys hold in whatever order time, failures, rotations and floods come', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const world = new World();
      const source = createRemoteKeys({
        jwksUri: 'https://as.example/jwks',
        algorithms: ['ES256'],
        transport: world.transport,
        clock: () => world.now,
        remoteKeys: { ttlSeconds: TTL, cooldownSeconds: COOLDOWN, maxStaleSeconds: STALE },
      });
      const pending: Promise<void>[] = [];

      /** Asks for a key; the promises are checked when the answer is there. */
      const ask = async (kid: string): Promise<void> => {
        const { age, backingOff, mood, published, lastFetchAt, lastGood, held } = world;
        const before = world.now;
        const good = lastGood?.kids.includes(kid) === true;
        const current = published.includes(kid);
        let outcome: 'found' | 'unknown' | 'unavailable';
        try {
          const answer = source.findKeys({ algorithm: 'ES256', kid });
          if (good && age < TTL) expect(answer).not.toBeInstanceOf(Promise);
          outcome = (await answer).length > 0 ? 'found' : 'unknown';
        } catch (error) {
          if (!isAuthError(error) || error.code !== 'temporarily_unavailable') throw error;
          expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(1);
          outcome = 'unavailable';
        }
        // No key but from the last good answer, and not beyond the stale bound.
        if (outcome === 'found') {
          expect(world.lastGood?.kids.includes(kid) || good).toBe(true);
          expect(Math.min(age, world.age)).toBeLessThan(TTL + STALE);
        }
        // Unavailable only where there are no keys to be had, whatever the token says.
        if (outcome === 'unavailable') expect(world.age).toBeGreaterThanOrEqual(TTL + STALE);
        if (outcome === 'unknown') expect(Math.min(age, world.age)).toBeLessThan(TTL + STALE);
        if (held || before !== world.now) return;
        // A good token passes all through floods and outages.
        if (good && age < TTL + STALE && (mood !== 'good' || current)) expect(outcome).toBe('found');
        if (mood !== 'good' || backingOff) return;
        // Past its life a set is not used while the endpoint answers.
        if (age >= TTL) expect(outcome).toBe(current ? 'found' : 'unknown');
        // A rotated key is found once the cooldown is over.
        if (current && before >= lastFetchAt + COOLDOWN) expect(outcome).toBe('found');
      };

      for (const step of script) {
        switch (step.do) {
          case 'wait':
            world.now += step.seconds;
            break;
          case 'mood':
            world.mood = step.mood;
            break;
          case 'publish':
            world.published = step.kids;
            break;
          case 'hold':
            world.hold();
            break;
          case 'release':
            world.release();
            await Promise.all(pending.splice(0));
            break;
          case 'ask':
            pending.push(ask(step.kid));
            break;
          case 'flood':
            for (let index = 0; index < step.count; index++) pending.push(ask(`forged-${index}`));
            pending.push(ask('k0'));
        }
        if (!world.held) await Promise.all(pending.splice(0));
        // Background work comes to its end before time goes on.
        await turn();
        expect(world.broken).toEqual([]);
        expect(source.generation).toBe(world.changes);
      }
      world.release();
      await Promise.all(pending);
      await turn();

      // Whatever happened: within one backoff step of the endpoint's recovery its keys are there.
      world.mood = 'good';
      world.now += Math.max(60, TTL);
      for (const kid of world.published) await ask(kid);
      expect([...source.kids].sort()).toEqual([...world.published].sort());
      await source.close();
    }),
    { numRuns: RUNS },
  );
});

afterEach(() => vi.unstubAllGlobals());

test('where flights are not shared, an older answer never replaces a newer one, in whatever order they arrive', async () => {
  // There every caller has a flight of its own: see SingleFlight.
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
  const ask = fc.record({ do: fc.constant('ask' as const) });
  const publish = fc.record({ do: fc.constant('publish' as const), kids: fc.subarray(KIDS, { minLength: 1 }) });
  const step = fc.oneof(
    { weight: 2, arbitrary: ask },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), which: fc.nat(8) }) },
    fc.record({ do: fc.constant('fail' as const), which: fc.nat(8), empty: fc.boolean() }),
    publish,
    fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 30, 60, 100) }),
  );
  // Many flights are in the air, each with other keys, before the first is answered.
  const script = fc
    .tuple(fc.array(fc.oneof(ask, publish), { minLength: 6, maxLength: 16 }), fc.array(step, { maxLength: 40 }))
    .map(([start, rest]) => [...start, ...rest]);
  let overtaken = 0;
  await fc.assert(
    fc.asyncProperty(script, async (steps) => {
      let now = 1_800_000_000;
      let published: readonly string[] = ['k0'];
      let started = 0;
      let newest: { number: number; kids: readonly string[] } | undefined;
      const air: { number: number; kids: readonly string[]; end: (response: HttpResponse) => void }[] = [];
      const source = createRemoteKeys({
        jwksUri: 'https://as.example/jwks',
        algorithms: ['ES256'],
        transport: () =>
          new Promise((end) => {
            air.push({ number: ++started, kids: published, end });
          }),
        clock: () => now,
        remoteKeys: { ttlSeconds: TTL, cooldownSeconds: COOLDOWN, maxStaleSeconds: STALE },
      });
      const asked: Promise<unknown>[] = [];
      for (const step of steps) {
        if (step.do === 'wait') now += step.seconds;
        else if (step.do === 'publish') published = step.kids;
        else if (step.do === 'ask') {
          const found = Promise.resolve(source.findKeys({ algorithm: 'ES256', kid: `forged-${asked.length}` }));
          asked.push(found.catch((error: unknown) => expect(isAuthError(error)).toBe(true)));
        } else {
          const [flight] = air.splice(step.which % Math.max(1, air.length), 1);
          if (flight === undefined) continue;
          if (step.do === 'fail') flight.end(step.empty ? respond(200, '{"keys":[]}') : respond(500, ''));
          else {
            flight.end(respond(200, JSON.stringify(jwksOf(...flight.kids.map((kid) => KEYS.get(kid))))));
            if (newest === undefined || flight.number > newest.number) newest = flight;
            else overtaken++;
          }
        }
        await turn();
        await turn();
        expect([...source.kids].sort()).toEqual([...(newest?.kids ?? [])].sort());
      }
      for (const { end } of air.splice(0)) end(respond(500, ''));
      await Promise.all(asked);
      await source.close();
    }),
    { numRuns: RUNS },
  );
  expect(overtaken).toBeGreaterThan(RUNS / 4);
});
