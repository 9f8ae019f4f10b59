import {
  assertDiscoverableIssuer,
  assertSecureUrl,
  type Clock,
  type HttpTransport,
  systemClock,
  type VerifierObserver,
} from '@auth/core';
import { defaultTransport } from '#transport';
import type { Algorithm } from './algorithms.js';
import { HeldKeys } from './held-keys.js';
import { KeyEndpointError, type KeyLocation, loadJwks } from './key-endpoint.js';
import type { KeySet } from './key-set.js';
import type { KeyHint, KeySource } from './key-source.js';
import { type RemoteKeysLimits, type RemoteKeysOptions, remoteKeysLimits } from './remote-key-options.js';
import { SingleFlight } from './single-flight.js';
import type { VerificationKey } from './verification-key.js';

/** What {@link createRemoteKeys} needs. Exactly one of `jwksUri` and `discoverIssuer`. */
export interface RemoteKeysInit {
  /** Who asks, for the texts of construction errors. Default `createRemoteKeys`. */
  readonly owner?: string | undefined;
  /** Where the JWK Set is: https, or http on loopback. */
  readonly jwksUri?: string | undefined;
  /** The issuer whose metadata says where its JWK Set is (RFC 8414, then OpenID Connect Discovery). */
  readonly discoverIssuer?: string | undefined;
  /** What keys may be used for. Keys that serve none of these are ignored. */
  readonly algorithms: readonly Algorithm[];
  /** Times and caps. */
  readonly remoteKeys?: RemoteKeysOptions | undefined;
  /** Default: the runtime's, with connections of its own. One that is given stays the caller's and is never closed here. */
  readonly transport?: HttpTransport | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Receives `keys.refreshed`, `keys.refresh_failed` and `keys.ignored`. Default: none. */
  readonly observer?: VerifierObserver | undefined;
}

/**
 * Keys that are fetched when first needed, kept, refreshed, and kept a while longer when the endpoint fails. The states and the
 * promises are in the package's README. Fetches only because of a call; no timer of it keeps a process alive.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense. After `close()` every call rejects with
 * `temporarily_unavailable`.
 */
export function createRemoteKeys(init: RemoteKeysInit): KeySource {
  return new RemoteKeys(init);
}

type Found = readonly VerificationKey[];
/** Why a refresh brought no new set; nothing when it did. */
type Outcome = KeyEndpointError | undefined;

const NONE: Found = Object.freeze([]);

class RemoteKeys implements KeySource {
  readonly #location: KeyLocation;
  readonly #limits: RemoteKeysLimits;
  readonly #clock: Clock;
  readonly #transport: HttpTransport;
  readonly #closeTransport: (() => Promise<void>) | undefined;
  readonly #held: HeldKeys;
  readonly #refresh: SingleFlight<Outcome>;
  /** Fires when the source is closed. */
  readonly #closing = new AbortController();

  constructor(init: RemoteKeysInit) {
    const { owner = 'createRemoteKeys', transport, clock = systemClock, observer } = init;
    this.#location = locationOption(owner, init);
    this.#limits = remoteKeysLimits(owner, init.remoteKeys);
    this.#clock = clock;
    if (transport === undefined) {
      const ownTransport = defaultTransport();
      this.#transport = ownTransport;
      this.#closeTransport = ownTransport.close;
    } else {
      this.#transport = transport;
    }
    const algorithms = Object.freeze([...init.algorithms]);
    this.#held = new HeldKeys({ algorithms, limits: this.#limits, clock, observer });
    this.#refresh = new SingleFlight((sequence) => this.#attempt(sequence));
  }

  get generation(): number {
    return this.#held.generation;
  }

  get kids(): readonly string[] {
    return this.#held.keySet?.kids ?? [];
  }

  findKeys(hint: KeyHint): Found | Promise<Found> {
    const keySet = this.#atHand();
    if (keySet === undefined) return this.#fetchAndFind(hint);
    const keys = keySet.find(hint);
    if (keys.length > 0) return keys;
    const flight = this.#refresh.current;
    // A refresh that is under way anyway: its outcome first, and then perhaps a fetch of our own.
    if (flight !== undefined) return this.#findAfter(flight, hint).then((found) => this.#unlessFound(found, hint));
    return this.#lookAgain(hint);
  }

  keysAtHand(hint: KeyHint): Found | undefined {
    return this.#atHand()?.find(hint);
  }

  async ready(): Promise<void> {
    if (this.#atHand() === undefined) await this.#fetch();
  }

  async close(): Promise<void> {
    this.#held.drop();
    this.#closing.abort();
    await this.#refresh.current;
    await this.#closeTransport?.();
  }

  /** The set that may be used as it is: within its life, or past it for as long as there is no asking the endpoint. */
  #atHand(): KeySet | undefined {
    const { keySet, schedule } = this.#held;
    if (keySet === undefined) return undefined;
    const now = this.#clock();
    const phase = schedule.phase(now);
    const backingOff = schedule.backoffSeconds(now) > 0;
    const { shared, current } = this.#refresh;
    // Where flights cannot be shared, one that no request waits for would die with the request that started it.
    if (phase === 'due' && !backingOff && shared && current === undefined) {
      this.#refresh.start().catch(() => undefined);
    }
    const usable = phase === 'fresh' || phase === 'due' || (phase === 'expired' && backingOff);
    return usable ? keySet : undefined;
  }

  async #fetchAndFind(hint: KeyHint): Promise<Found> {
    const joined = this.#refresh.current;
    const keys = (await this.#fetch()).find(hint);
    return joined === undefined ? keys : this.#unlessFound(keys, hint);
  }

  /** For callers who joined a flight that was in the air: it may have been answered before the token's key was published. */
  #unlessFound(found: Found, hint: KeyHint): Found | Promise<Found> {
    if (found.length > 0) return found;
    const flight = this.#refresh.current;
    return flight === undefined ? this.#lookAgain(hint) : this.#findAfter(flight, hint);
  }

  /** One fetch per cooldown because of a key that is not in the set, whoever asks for it. */
  #lookAgain(hint: KeyHint): Found | Promise<Found> {
    return this.#held.schedule.takeRefetch(this.#clock()) ? this.#findAfter(this.#refresh.start(), hint) : NONE;
  }

  async #findAfter(flight: Promise<Outcome>, hint: KeyHint): Promise<Found> {
    return this.#setAfter(await flight).find(hint);
  }

  async #fetch(): Promise<KeySet> {
    const backingOff = this.#refresh.current === undefined && this.#held.schedule.backoffSeconds(this.#clock()) > 0;
    if (backingOff || this.#closing.signal.aborted) throw this.#held.unavailable();
    return this.#setAfter(await this.#refresh.start());
  }

  /** What there is after a refresh: the new set, or the old one within the stale bound when there is no new one. */
  #setAfter(failure: Outcome): KeySet {
    const { keySet } = this.#held;
    if (keySet === undefined || (failure !== undefined && !this.#held.isUsable(this.#clock()))) {
      throw this.#held.unavailable();
    }
    return keySet;
  }

  /** One attempt to get a set; ends with why there is none, and never rejects. */
  async #attempt(sequence: number): Promise<Outcome> {
    const { keySet, validator } = this.#held;
    const { signal } = this.#closing;
    try {
      const [location, limits, transport] = [this.#location, this.#limits, this.#transport];
      const loaded = await loadJwks({ location, limits, transport, validator, signal });
      await this.#held.take(loaded, keySet, () => !signal.aborted && this.#refresh.succeed(sequence));
      return undefined;
    } catch (error) {
      const address = 'url' in this.#location ? this.#location.url : this.#location.issuer;
      const failure = error instanceof KeyEndpointError ? error : new KeyEndpointError('unexpected', address);
      if (!signal.aborted && this.#refresh.fail(sequence)) this.#held.fail(failure);
      return failure;
    }
  }
}

function locationOption(owner: string, { jwksUri, discoverIssuer }: RemoteKeysInit): KeyLocation {
  if ((jwksUri === undefined) === (discoverIssuer === undefined)) {
    throw new TypeError(`${owner}: remote keys need either 'jwksUri' or an issuer to discover`);
  }
  if (discoverIssuer !== undefined) return { issuer: assertDiscoverableIssuer(owner, discoverIssuer) };
  return { url: assertSecureUrl(owner, 'jwksUri', jwksUri).href };
}
