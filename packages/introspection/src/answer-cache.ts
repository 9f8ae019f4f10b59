import { type Clock, MemoryTokenCache, notify, type TokenCacheStore, type VerifierObserver } from '@auth/core';
import { hmacSha256, sha256 } from '#digest';
import { Breaker, type Permit } from './breaker.js';
import { type CacheEntry, isLive, readEntry, writeEntry } from './cache-entry.js';
import { withDeadline } from './deadline.js';
import type { Answer } from './response.js';
import type { CacheSettings } from './settings.js';

/** The last member of an entry's text; what is before it is sealed. */
const SEAL = /,"seal":"([0-9a-f]{64})"\}$/;

/** What {@link AnswerCache} is made from. */
export interface AnswerCacheInit {
  readonly options: CacheSettings;
  /** All that an answer depends on beside the token, as a text without a line break. */
  readonly configuration: string;
  /** Longest text that is taken from a store, in UTF-16 units. */
  readonly maxTextLength: number;
  readonly toleranceSeconds: number;
  readonly clock: Clock;
  readonly observer: VerifierObserver | undefined;
}

/** Thrown inside this file when a store takes too long; its text goes into an event. */
class StoreTimeout extends Error {}

/**
 * Keeps answers, in memory or in a store. Keys are SHA-256 over the configuration and the whole token, so an entry serves
 * exactly the token and the configuration that it was made for (RFC 7662 §2.2: answers differ per resource server). A store
 * that fails, hangs or holds something else is as good as an empty one.
 */
export class AnswerCache {
  readonly #init: AnswerCacheInit;
  readonly #memory: MemoryTokenCache<CacheEntry>;
  /**
   * Keep calls from waiting for a store that hangs, each for its whole time-out. One for each operation: reads of a replica may
   * hang while writes do well.
   */
  readonly #storeBreakers: Readonly<Record<'get' | 'set', Breaker>>;

  constructor(init: AnswerCacheInit) {
    const { clock, options } = init;
    this.#init = init;
    this.#memory = new MemoryTokenCache({ maxEntries: options.maxEntries, clock });
    const breaker = (): Breaker => new Breaker({ failures: 5, openMs: 1_000, maxOpenMs: 30_000, clock });
    this.#storeBreakers = { get: breaker(), set: breaker() };
  }

  /** Entries in memory. */
  get size(): number {
    return this.#memory.size;
  }

  /** The live answer about a token. */
  async get(token: string): Promise<Answer | undefined> {
    const { options, clock, toleranceSeconds } = this.#init;
    const key = await this.#keyOf(token);
    const entry = options.store === undefined ? this.#memory.get(key) : await this.#load(options.store, key, token);
    if (entry === undefined) return undefined;
    const maxLife = Math.max(options.ttlSeconds, options.negativeTtlSeconds);
    return isLive(entry, clock(), maxLife, toleranceSeconds) ? entry.answer : undefined;
  }

  /**
   * Keeps an answer for the time that the options give to accepted or refused tokens, never beyond `expiresAt`. A store is not
   * waited for.
   */
  async set(token: string, answer: Answer, accepted: boolean, expiresAt: number | undefined): Promise<void> {
    const { options, clock } = this.#init;
    const storedAt = clock();
    const ttlSeconds = accepted ? options.ttlSeconds : options.negativeTtlSeconds;
    const end = accepted ? (expiresAt ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    const until = Math.min(storedAt + ttlSeconds, end);
    if (until <= storedAt) return;
    const key = await this.#keyOf(token);
    const entry: CacheEntry = { answer, storedAt, expiresAt: until };
    if (options.store === undefined) this.#memory.set(key, entry, until);
    else await this.#save(options.store, key, token, entry);
  }

  #keyOf(token: string): string | Promise<string> {
    return sha256(`${this.#init.configuration}\n${token}`);
  }

  async #load(store: TokenCacheStore, key: string, token: string): Promise<CacheEntry | undefined> {
    const text = await this.#attempt('get', () => store.get(key));
    if (typeof text !== 'string' || text.length > this.#init.maxTextLength) return undefined;
    const [tail, seal] = SEAL.exec(text) ?? [];
    if (tail === undefined) return undefined;
    const body = `${text.slice(0, -tail.length)}}`;
    // Whoever can write into the store, but has no token, can make no entry for it.
    return seal === (await this.#seal(key, token, body)) ? readEntry(body) : undefined;
  }

  /** Hands the entry to the store, and does not wait for it. */
  async #save(store: TokenCacheStore, key: string, token: string, entry: CacheEntry): Promise<void> {
    const body = writeEntry(entry);
    // A server that repeats the token must not bring it into the store in clear.
    if (repeats(body, token)) return;
    const text = `${body.slice(0, -1)},"seal":"${await this.#seal(key, token, body)}"}`;
    if (text.length > this.#init.maxTextLength) return;
    const ttlSeconds = Math.max(1, Math.ceil(entry.expiresAt - entry.storedAt));
    void this.#attempt('set', () => store.set(key, text, ttlSeconds));
  }

  /** Keyed by the token, which the store never sees. */
  #seal(key: string, token: string, body: string): string | Promise<string> {
    return hmacSha256(token, `${key}\n${body}`);
  }

  async #attempt<Value>(operation: 'get' | 'set', work: () => Promise<Value>): Promise<Value | undefined> {
    const { options, observer } = this.#init;
    const { get, set } = this.#storeBreakers;
    // What cannot be read need not be written.
    if (operation === 'set' && get.isOpen) return undefined;
    const permit: Permit | undefined = (operation === 'get' ? get : set).enter();
    if (permit === undefined) return undefined;
    // An async function turns a store's synchronous throw into a rejection.
    const attempt = (async () => work())();
    try {
      const value = await withDeadline(attempt, options.storeTimeoutMs, () => new StoreTimeout());
      permit.succeed();
      return value;
    } catch (error) {
      permit.fail();
      // Fixed words: a store's own error may hold its address and password.
      const failure = error instanceof StoreTimeout ? 'timeout' : 'error';
      notify(observer, { type: 'cache.degraded', operation, failure });
      return undefined;
    }
  }
}

/** Of a short token, such as a test's, a chance match within a longer text says nothing. */
const CERTAIN_LENGTH = 16;

function repeats(body: string, token: string): boolean {
  const text = JSON.stringify(token);
  return body.includes(token.length < CERTAIN_LENGTH ? text : text.slice(1, -1));
}
