import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryTokenCache } from '../src/memory-token-cache.js';
import type { TokenCache } from '../src/token-cache.js';

/** The same promise, kept the obvious way: a Map in order of use. */
class NaiveCache implements TokenCache<number> {
  readonly #entries = new Map<string, { value: number; expiresAt: number }>();

  readonly maxEntries: number;
  readonly clock: () => number;

  constructor(maxEntries: number, clock: () => number) {
    this.maxEntries = maxEntries;
    this.clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): number | undefined {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    if (entry === undefined || this.clock() >= entry.expiresAt) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: number, expiresAt: number): void {
    if (!this.#entries.delete(key) && this.#entries.size >= this.maxEntries) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(key, { value, expiresAt });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}

describe('MemoryTokenCache', () => {
  it('does what a naive cache does, over any sequence of operations', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__');
    const operation = fc.oneof(
      { weight: 4, arbitrary: fc.record({ op: fc.constant('get' as const), key }) },
      {
        weight: 4,
        arbitrary: fc.record({
          op: fc.constant('set' as const),
          key,
          value: fc.nat(99),
          ttl: fc.integer({ min: -1, max: 5 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('delete' as const), key }) },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('wait' as const), seconds: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('clear' as const) }) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(operation, { maxLength: 60 }), (maxEntries, operations) => {
        let now = 0;
        const clock = (): number => now;
        const naive = new NaiveCache(maxEntries, clock);
        const cache = new MemoryTokenCache<number>({ maxEntries, clock });
        for (const step of operations) {
          if (step.op === 'wait') now += step.seconds;
          else if (step.op === 'get') expect(cache.get(step.key)).toBe(naive.get(step.key));
          else
            for (const one of [naive, cache]) {
              if (step.op === 'set') one.set(step.key, step.value, now + step.ttl);
              else if (step.op === 'delete') one.delete(step.key);
              else one.clear();
            }
          expect(cache.size).toBe(naive.size);
          expect(cache.size).toBeLessThanOrEqual(maxEntries);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never holds more than it may, and drops what was used least recently', () => {
    const cache = new MemoryTokenCache<number>({ maxEntries: 100, clock: () => 0 });
    for (let index = 0; index < 10_000; index++) {
      cache.set(`key-${index}`, index, 1);
      cache.get('key-0');
    }
    expect(cache.size).toBe(100);
    expect(cache.get('key-0')).toBe(0);
    expect(cache.get('key-9999')).toBe(9_999);
    expect(cache.get('key-9900')).toBeUndefined();
  });

  it('never serves an entry at or past its time (CVE-2026-107719), nor with a time that is NaN', () => {
    let now = 10;
    const cache = new MemoryTokenCache<string>({ maxEntries: 4, clock: () => now });
    cache.set('a', 'A', 11);
    expect(cache.get('a')).toBe('A');
    now = 11;
    expect(cache.get('a')).toBeUndefined();
    expect(cache.size).toBe(0);
    cache.set('b', 'B', Number.NaN);
    expect(cache.get('b')).toBeUndefined();
    cache.set('c', 'C', 20);
    now = Number.NaN;
    expect(cache.get('c')).toBeUndefined();
  });

  it('compares whole keys (CVE-2026-35039)', () => {
    const cache = new MemoryTokenCache<string>({ maxEntries: 4, clock: () => 0 });
    cache.set('digest-1', 'alice', 1);
    expect(cache.get('digest-')).toBeUndefined();
    expect(cache.get('digest-11')).toBeUndefined();
    expect(cache.get('DIGEST-1')).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['no maxEntries', { clock: () => 0 }],
    ['maxEntries 0', { maxEntries: 0, clock: () => 0 }],
    ['a fraction', { maxEntries: 1.5, clock: () => 0 }],
    ['Infinity', { maxEntries: Number.POSITIVE_INFINITY, clock: () => 0 }],
    ['a text', { maxEntries: '10', clock: () => 0 }],
    ['no clock', { maxEntries: 1 }],
    ['a clock that is no function', { maxEntries: 1, clock: 7 }],
    ['an unknown option', { maxEntries: 1, clock: () => 0, ttl: 1 }],
    ['nothing', undefined],
  ])('refuses %s at construction', (_what, options) => {
    const make = (): unknown => new MemoryTokenCache(options as ConstructorParameters<typeof MemoryTokenCache>[0]);
    expect(make).toThrow(/^MemoryTokenCache: /);
  });
});
