import { AuthError, type Clock, notify, type VerifierObserver } from '@auth/core';
import type { Algorithm } from './algorithms.js';
import { DEFAULT_TTL_SECONDS } from './cache-control.js';
import { type JwksValidator, KeyEndpointError, type LoadedJwks } from './key-endpoint.js';
import { type IgnoredKey, KeySet } from './key-set.js';
import { RefreshSchedule } from './refresh-schedule.js';
import type { RemoteKeysLimits } from './remote-key-options.js';

/** What {@link HeldKeys} needs. */
export interface HeldKeysInit {
  readonly algorithms: readonly Algorithm[];
  readonly limits: RemoteKeysLimits;
  readonly clock: Clock;
  readonly observer: VerifierObserver | undefined;
}

/** The last good set, how it came and how long it may be used: all that remote keys remember from one fetch to the next. */
export class HeldKeys {
  readonly schedule: RefreshSchedule;
  readonly #algorithms: readonly Algorithm[];
  readonly #limits: RemoteKeysLimits;
  readonly #clock: Clock;
  readonly #observer: VerifierObserver | undefined;
  /** Written by #hold(), and by drop(). */
  #keySet: KeySet | undefined;
  /** Written by #hold(), together with the set that it belongs to. */
  #validator: JwksValidator | undefined;
  /** What the server last said about the life of the set. Written by #hold(). */
  #serverTtlSeconds: number | undefined;
  /** Written by #hold(). */
  #generation = 0;
  /** What `keys.ignored` last said: an unchanged list is not reported with every refresh. Written by #reportIgnored(). */
  #reported = '[]';
  /** Why the last attempt failed. Written by fail(). */
  #failure: KeyEndpointError | undefined;

  constructor({ algorithms, limits, clock, observer }: HeldKeysInit) {
    this.schedule = new RefreshSchedule(limits);
    this.#algorithms = algorithms;
    this.#limits = limits;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** The last good set, whatever its age. */
  get keySet(): KeySet | undefined {
    return this.#keySet;
  }

  /** What makes the next request conditional. */
  get validator(): JwksValidator | undefined {
    return this.#keySet === undefined ? undefined : this.#validator;
  }

  /** Counts the changes of the set. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Makes a set of what came and holds it, unless `current` then says that it came too late. `previous` is the set that was
   * held when it was asked for. Rejects with a {@link KeyEndpointError} when it has no usable key: such a set tells nothing,
   * least of all that the keys at hand are no longer good.
   */
  async take(loaded: LoadedJwks, previous: KeySet | undefined, current: () => boolean): Promise<void> {
    const made = loaded.jwks === undefined ? undefined : await KeySet.of(loaded.jwks, this.#algorithms, previous);
    if (made !== undefined) this.#reportIgnored(loaded.url, made.ignored);
    const keySet = made?.keySet ?? previous;
    if (keySet === undefined || keySet.size === 0) throw new KeyEndpointError('no_usable_key', loaded.url);
    if (current()) this.#hold(keySet, loaded);
  }

  /** Counts a failed attempt and tells of it. */
  fail(error: KeyEndpointError): void {
    this.#failure = error;
    const now = this.#clock();
    const { url, failure, status } = error;
    const retryInSeconds = this.schedule.failed(now);
    const { failures } = this.schedule;
    const servingStale = this.isUsable(now);
    notify(this.#observer, {
      type: 'keys.refresh_failed',
      url,
      failure,
      status,
      failures,
      retryInSeconds,
      servingStale,
    });
  }

  /** Whether the set may be used when no newer one can be had. */
  isUsable(now: number): boolean {
    const phase = this.schedule.phase(now);
    return this.#keySet !== undefined && phase !== 'none' && phase !== 'lost';
  }

  /** Forgets the set. */
  drop(): void {
    this.#keySet = undefined;
  }

  /** The error for callers who cannot be given keys. */
  unavailable(): AuthError {
    const retryAfterSeconds = Math.max(1, Math.ceil(this.schedule.backoffSeconds(this.#clock())));
    return new AuthError('temporarily_unavailable', { retryAfterSeconds, cause: this.#failure });
  }

  #hold(keySet: KeySet, { url, jwks, etag, ttlSeconds: stated }: LoadedJwks): void {
    const confirmed = jwks === undefined;
    if (this.#keySet === undefined || !this.#keySet.equals(keySet)) this.#generation++;
    this.#keySet = keySet;
    this.#validator = etag === undefined ? undefined : { url, etag };
    // What a 304 does not say again still holds (RFC 9111 §4.3.4).
    this.#serverTtlSeconds = stated ?? (confirmed ? this.#serverTtlSeconds : undefined);
    const ttlSeconds = this.#limits.ttlSeconds ?? this.#serverTtlSeconds ?? DEFAULT_TTL_SECONDS;
    this.schedule.succeeded(this.#clock(), ttlSeconds);
    const notModified = confirmed ? { notModified: true } : {};
    notify(this.#observer, { type: 'keys.refreshed', url, keyCount: keySet.size, ttlSeconds, ...notModified });
  }

  #reportIgnored(url: string, ignored: readonly IgnoredKey[]): void {
    const text = JSON.stringify(ignored);
    if (text === this.#reported) return;
    this.#reported = text;
    if (ignored.length > 0) notify(this.#observer, { type: 'keys.ignored', url, ignored });
  }
}
