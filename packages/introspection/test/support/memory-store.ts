import type { TokenCacheStore } from '@auth/core';

/** A store in a Map, to look into and to tamper with. */
export interface MemoryStore extends TokenCacheStore {
  readonly entries: Map<string, string>;
  readonly lives: number[];
}

export function memoryStore(): MemoryStore {
  const entries = new Map<string, string>();
  const lives: number[] = [];
  return {
    entries,
    lives,
    get: async (key) => entries.get(key),
    set: async (key, value, ttlSeconds) => {
      lives.push(ttlSeconds);
      entries.set(key, value);
    },
  };
}
