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
  /** What was made of it, where that depends on nothing but time. Written by the verifier. */
  accessToken: AccessToken | undefined;
}

/**
 * Characters of a key: the end of the signature, 72 bits of it. V8 copies a part this short; a longer one would be a view that
 * keeps the text alive that it was cut from, and costs half as much again to look up.
 */
const KEY_LENGTH = 12;
/** Bytes of token text for each entry allowed: usual tokens have about one thousand; of the largest, fewer are kept. */
const BYTES_PER_ENTRY = 4_096;

/**
 * Remembers verified tokens: at most `maxEntries` of them, and at most 4096 bytes of their text for each of these. Found by the
 * end of the signature and then compared as a whole: the part alone would let a token with another payload pass
 * (CVE-2026-35039). What was not used for a generation is dropped with it, which costs the same however many there are.
 */
export class VerifiedTokenCache {
  /** What each generation may hold. With room for one entry there is one generation, else two. */
  readonly #entriesEach: number;
  readonly #bytesEach: number;
  readonly #keepsOld: boolean;
  /** Written by `set`, by `get` (which carries over what is still used) and by `clear`. */
  #young = new Generation();
  #old = new Generation();

  constructor(maxEntries: number) {
    this.#keepsOld = maxEntries > 1;
    const generations = this.#keepsOld ? 2 : 1;
    this.#entriesEach = Math.floor(maxEntries / generations);
    this.#bytesEach = Math.floor((maxEntries * BYTES_PER_ENTRY) / generations);
  }

  /** Number of entries, never more than `maxEntries`. */
  get size(): number {
    return this.#young.entries.size + this.#old.entries.size;
  }

  /** Bytes of the tokens held, never more than 4096 for each of `maxEntries`. */
  get tokenBytes(): number {
    return this.#young.bytes + this.#old.bytes;
  }

  get(token: string): VerifiedToken | undefined {
    const key = token.slice(-KEY_LENGTH);
    const young = this.#young.entries.get(key);
    if (young !== undefined) return young.token === token ? young : undefined;
    const old = this.#old.entries.get(key);
    if (old?.token !== token) return undefined;
    this.#old.remove(key);
    this.#insert(key, old);
    return old;
  }

  set(entry: VerifiedToken): void {
    const key = entry.token.slice(-KEY_LENGTH);
    this.#young.remove(key);
    this.#old.remove(key);
    // One that no generation has room for is not kept.
    if (entry.token.length <= this.#bytesEach) this.#insert(key, entry);
  }

  clear(): void {
    this.#young = new Generation();
    this.#old = new Generation();
  }

  #insert(key: string, entry: VerifiedToken): void {
    const { entries, bytes } = this.#young;
    if (entries.size >= this.#entriesEach || bytes + entry.token.length > this.#bytesEach) {
      if (this.#keepsOld) this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.add(key, entry);
  }
}

/** Entries by key, and what their tokens take. A token is ASCII: one byte a character. */
class Generation {
  readonly entries = new Map<string, VerifiedToken>();
  /** Written by `add` and `remove`, with the entries. */
  bytes = 0;

  add(key: string, entry: VerifiedToken): void {
    this.entries.set(key, entry);
    this.bytes += entry.token.length;
  }

  remove(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.bytes -= entry.token.length;
  }
}
