import type { AccessToken, Claims } from '@auth/core';
import type { KeyHint } from './key-source.js';
import type { VerificationKey } from './verification-key.js';

/** A token whose signature was found good, and by which key. Says nothing about times or any other claim. */
export interface VerifiedToken {
  /** The whole token: an entry serves this text and no other. */
  readonly token: string;
  readonly header: Claims;
  readonly claims: Claims;
  readonly hint: KeyHint;
  readonly key: VerificationKey;
  /** Generation of the key source under which it was verified. */
  readonly generation: number;
  /** What was made of it, where that depends on nothing but time. Written by the verifier, once. */
  accessToken?: AccessToken;
}

/** Characters of a key: the end of the signature, 256 bits of it. */
const KEY_LENGTH = 43;

/**
 * Remembers verified tokens, at most `maxEntries`. Found by the end of the signature and then compared as a whole: the part
 * alone would let a token with another payload pass (CVE-2026-35039). What was not used for a generation of entries is dropped
 * with it, which costs the same however many there are.
 */
export class VerifiedTokenCache {
  readonly #maxEntries: number;
  /** Entries by key; written by `set`, `get` (which carries over what is still used) and `clear`. */
  #young = new Map<string, VerifiedToken>();
  #old = new Map<string, VerifiedToken>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** Number of entries, never more than `maxEntries`. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(token: string): VerifiedToken | undefined {
    const key = token.slice(-KEY_LENGTH);
    const young = this.#young.get(key);
    if (young !== undefined) return young.token === token ? young : undefined;
    const old = this.#old.get(key);
    if (old?.token !== token) return undefined;
    this.#old.delete(key);
    // Under the old entry's own key: one sliced from the new text would keep that whole text alive.
    this.#insert(old.token.slice(-KEY_LENGTH), old);
    return old;
  }

  set(entry: VerifiedToken): void {
    const key = entry.token.slice(-KEY_LENGTH);
    this.#old.delete(key);
    this.#insert(key, entry);
  }

  delete(token: string): void {
    const key = token.slice(-KEY_LENGTH);
    for (const entries of [this.#young, this.#old]) {
      if (entries.get(key)?.token === token) entries.delete(key);
    }
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  #insert(key: string, entry: VerifiedToken): void {
    const full = this.#young.size >= Math.max(1, Math.floor(this.#maxEntries / 2));
    if (full && !this.#young.has(key)) {
      // With room for one entry there are no halves.
      this.#old = this.#maxEntries === 1 ? new Map() : this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, entry);
  }
}
