import type { Clock } from './clock.js';
import { assertKnownOptions, numberOption } from './options.js';
import type { TokenCache } from './token-cache.js';

interface Entry<Value> {
  readonly key: string;
  value: Value;
  expiresAt: number;
  /** Neighbours in order of use; written by link and unlink alone. */
  newer: Entry<Value> | undefined;
  older: Entry<Value> | undefined;
}

/**
 * A bounded cache that drops the least recently used entry when full, and an expired one when it is met. A linked list keeps
 * the order, so that `get` and `set` cost the same however many entries there are (re-inserting into a Map does not).
 *
 * Throws a `TypeError` or `RangeError` unless `maxEntries` is a whole number of at least 1 and `clock` a function.
 */
export class MemoryTokenCache<Value> implements TokenCache<Value> {
  readonly #maxEntries: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<Value>>();
  #newest: Entry<Value> | undefined;
  #oldest: Entry<Value> | undefined;

  constructor(options: { readonly maxEntries: number; readonly clock: Clock }) {
    const owner = 'MemoryTokenCache';
    assertKnownOptions(owner, options, ['maxEntries', 'clock']);
    // No defaults: what is left out is as wrong as what is no number.
    const maxEntries: unknown = options.maxEntries ?? Number.NaN;
    this.#maxEntries = numberOption(owner, 'maxEntries', maxEntries, 1, { min: 1, integer: true });
    if (typeof options.clock !== 'function') throw new TypeError(`${owner}: option 'clock' must be a function`);
    this.#clock = options.clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // Written so that a time that is NaN, here or there, is no hit.
    if (!(this.#clock() < entry.expiresAt)) {
      this.#remove(entry);
      return undefined;
    }
    if (entry !== this.#newest) {
      this.#unlink(entry);
      this.#link(entry);
    }
    return entry.value;
  }

  set(key: string, value: Value, expiresAt: number): void {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.value = value;
      known.expiresAt = expiresAt;
      this.#unlink(known);
      this.#link(known);
      return;
    }
    if (this.#entries.size >= this.#maxEntries && this.#oldest !== undefined) this.#remove(this.#oldest);
    const entry: Entry<Value> = { key, value, expiresAt, newer: undefined, older: undefined };
    this.#entries.set(key, entry);
    this.#link(entry);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#remove(entry);
  }

  clear(): void {
    this.#entries.clear();
    this.#newest = undefined;
    this.#oldest = undefined;
  }

  #remove(entry: Entry<Value>): void {
    this.#entries.delete(entry.key);
    this.#unlink(entry);
  }

  #link(entry: Entry<Value>): void {
    entry.older = this.#newest;
    if (this.#newest !== undefined) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
  }

  #unlink(entry: Entry<Value>): void {
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    entry.newer = undefined;
    entry.older = undefined;
  }
}
