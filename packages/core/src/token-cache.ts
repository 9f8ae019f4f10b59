/**
 * A store for cached decisions outside of the process, for example Redis or Valkey. Keys are digests and hold no credential;
 * values are JSON texts. A store that throws, rejects or hangs degrades to no cache and never to a decision.
 */
export interface TokenCacheStore {
  /** The text stored under the key, or `undefined` or `null` when there is none. */
  get(key: string): Promise<string | null | undefined>;
  /** Stores a text for a whole number of seconds, at least 1. */
  set(key: string, value: string, ttlSeconds: number): Promise<unknown>;
}

/** A bounded cache inside the process. */
export interface TokenCache<Value> {
  /** The live value under the key. */
  get(key: string): Value | undefined;
  /** Keeps a value until `expiresAt`, seconds since the epoch. */
  set(key: string, value: Value, expiresAt: number): void;
  delete(key: string): void;
  clear(): void;
  /** Number of entries held, expired ones that were not yet met included. */
  readonly size: number;
}
