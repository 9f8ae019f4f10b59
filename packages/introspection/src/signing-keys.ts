import { type Clock, fetchJson, type HttpTransport, ownClaim } from '@auth/core';
import { IntrospectionFailure, toFailure } from './failure.js';

const TTL_SECONDS = 600;
const COOLDOWN_SECONDS = 30;
const MAX_BYTES = 524_288;
const MAX_KEYS = 256;

/** A key set (RFC 7517 §5) of public keys. */
export interface PublicKeySet {
  readonly keys: readonly Record<string, unknown>[];
}

/** The keys with which the issuer signs its answers, kept for ten minutes. */
export class SigningKeys {
  readonly #transport: HttpTransport;
  readonly #clock: Clock;
  // All written by #load alone.
  #set: PublicKeySet | undefined;
  #url: string | undefined;
  #loadedAt = 0;
  #loading: Promise<PublicKeySet> | undefined;

  constructor(options: { readonly transport: HttpTransport; readonly clock: Clock }) {
    this.#transport = options.transport;
    this.#clock = options.clock;
  }

  /** The keys; with `renew`, newer ones than before unless they were fetched within the last 30 s. */
  async get(url: string, deadlineMs: number, renew: boolean): Promise<PublicKeySet> {
    const age = this.#clock() - this.#loadedAt;
    const usable = this.#set !== undefined && this.#url === url && age >= 0 && age < TTL_SECONDS;
    if (usable && this.#set !== undefined && (!renew || age < COOLDOWN_SECONDS)) return this.#set;
    this.#loading ??= this.#load(url, deadlineMs).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(url: string, deadlineMs: number): Promise<PublicKeySet> {
    const keys = await this.#fetch(url, deadlineMs);
    this.#set = { keys: keys.slice(0, MAX_KEYS).filter(isPublicKey) };
    this.#url = url;
    this.#loadedAt = this.#clock();
    return this.#set;
  }

  async #fetch(url: string, deadlineMs: number): Promise<readonly unknown[]> {
    const headers = { accept: 'application/json' };
    try {
      const answer = await fetchJson({ transport: this.#transport, url, headers, deadlineMs, maxBytes: MAX_BYTES });
      const keys = answer.status === 200 ? ownClaim(answer.json, 'keys') : undefined;
      if (Array.isArray(keys)) return keys;
    } catch (error) {
      const { status, code } = toFailure(error, this.#clock());
      throw new IntrospectionFailure('signature', { status, code });
    }
    throw new IntrospectionFailure('signature');
  }
}

/** A malformed key is skipped, and so is a private or symmetric one: it is nobody's public key. */
function isPublicKey(key: unknown): key is Record<string, unknown> {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return false;
  const { kty, d } = key as Record<string, unknown>;
  return (kty === 'RSA' || kty === 'EC' || kty === 'OKP') && d === undefined;
}
