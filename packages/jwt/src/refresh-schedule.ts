/**
 * What a set of keys is good for at the moment:
 * - `none`: nothing was ever loaded.
 * - `fresh`: within its life; used.
 * - `due`: still within its life, near the end of it; used, and refreshed behind the back of the request.
 * - `expired`: past its life; used only while the endpoint fails.
 * - `lost`: past its life and past the stale bound; never used again.
 */
export type KeysPhase = 'none' | 'fresh' | 'due' | 'expired' | 'lost';

const FIRST_BACKOFF_SECONDS = 1;
const MAX_BACKOFF_SECONDS = 60;
/** The last tenth of a set's life is the time to refresh it. */
const DUE_AFTER_SHARE = 0.9;

/** The bounds that a {@link RefreshSchedule} keeps. */
export interface ScheduleLimits {
  readonly cooldownSeconds: number;
  readonly maxStaleSeconds: number;
}

/**
 * When keys may be used and when they may be fetched: the clockwork of remote keys, without network and without keys. It has no
 * timer; everything follows from the time that it is asked at. A clock set back never prolongs anything.
 */
export class RefreshSchedule {
  readonly #limits: ScheduleLimits;
  /** Written by succeeded(), and by phase() when the clock was set back. Undefined: never loaded. */
  #loadedAt: number | undefined;
  /** Written by succeeded(). */
  #ttlSeconds = 0;
  /** Failures in a row. Written by succeeded() and failed(). */
  #failures = 0;
  /** Time of the last failure. Written by failed(). */
  #failedAt = 0;
  /** When an unknown kid last caused a fetch. Written by takeRefetch(). */
  #refetchedAt: number | undefined;

  constructor(limits: ScheduleLimits) {
    this.#limits = limits;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** What the keys at hand are good for. */
  phase(now: number): KeysPhase {
    if (this.#loadedAt === undefined) return 'none';
    // The clock was set back, so the set's age is unknown: it counts as just expired.
    if (now < this.#loadedAt) this.#loadedAt = now - this.#ttlSeconds;
    const age = now - this.#loadedAt;
    if (age < this.#ttlSeconds * DUE_AFTER_SHARE) return 'fresh';
    if (age < this.#ttlSeconds) return 'due';
    return age < this.#ttlSeconds + this.#limits.maxStaleSeconds ? 'expired' : 'lost';
  }

  /** Seconds until the endpoint may be asked again after failures; 0 when it may be asked now. */
  backoffSeconds(now: number): number {
    const elapsed = now - this.#failedAt;
    const backoff = this.#backoff();
    return elapsed < 0 || elapsed >= backoff ? 0 : backoff - elapsed;
  }

  /** Whether an unknown kid may cause a fetch now; if so, the next one may not until the cooldown is over. */
  takeRefetch(now: number): boolean {
    const elapsed = now - (this.#refetchedAt ?? Number.NEGATIVE_INFINITY);
    if (this.backoffSeconds(now) > 0 || (elapsed >= 0 && elapsed < this.#limits.cooldownSeconds)) return false;
    this.#refetchedAt = now;
    return true;
  }

  /** A good set has arrived, or the one at hand was confirmed. */
  succeeded(now: number, ttlSeconds: number): void {
    this.#loadedAt = now;
    this.#ttlSeconds = ttlSeconds;
    this.#failures = 0;
  }

  /** An attempt failed; returns the seconds until the next one: 1, 2, 4 … 60. */
  failed(now: number): number {
    this.#failures++;
    this.#failedAt = now;
    return this.#backoff();
  }

  #backoff(): number {
    if (this.#failures === 0) return 0;
    return Math.min(FIRST_BACKOFF_SECONDS * 2 ** (this.#failures - 1), MAX_BACKOFF_SECONDS);
  }
}
