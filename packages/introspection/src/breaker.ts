import type { Clock } from '@auth/core';

/** Options of {@link Breaker}. */
export interface BreakerInit {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it is open at first, in milliseconds; doubles with each failed probe. */
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly clock: Clock;
  /** From 0 to 1: takes up to a fifth off each opening, so that many processes do not probe in step. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  readonly onOpened?: ((openMs: number, failures: number) => void) | undefined;
  readonly onClosed?: (() => void) | undefined;
}

/** Leave to call upstream once. Exactly one of its methods must be called, once. */
export interface Permit {
  /** The server did its work. */
  succeed(): void;
  /** The server failed, and perhaps asked not to be called for some time. */
  fail(pauseSeconds?: number): void;
  /** The outcome says nothing about the server. */
  release(): void;
}

/** Longest pause that a server can ask for: a mistaken Retry-After must not end introspection for good. */
export const MAX_PAUSE_SECONDS = 300;

const JITTER = 0.2;

/**
 * Keeps us away from a server that fails: after some failures in a row calls fail at once for a while, then one probe at a
 * time may pass; its success closes, its failure opens for twice as long. A pause that the server asked for counts as well.
 */
export class Breaker {
  readonly #init: BreakerInit;
  // All written by #open, #close, enter and the settling of permits alone.
  #failures = 0;
  /** Seconds; undefined while closed. */
  #openedAt: number | undefined;
  #openForSeconds = 0;
  #nextOpenMs: number;
  #pausedAt = 0;
  #pauseSeconds = 0;
  #probing = false;
  /** Counts openings and closings: what was sent before one of them says nothing about what came after. */
  #epoch = 0;

  constructor(init: BreakerInit) {
    this.#init = init;
    this.#nextOpenMs = init.openMs;
  }

  get isOpen(): boolean {
    return this.#openedAt !== undefined;
  }

  /** Seconds until a call may pass, as far as can be told; 0 when one may pass now. */
  retryAfterSeconds(): number {
    const paused = this.#remaining(this.#pausedAt, this.#pauseSeconds);
    if (this.#openedAt === undefined) return paused;
    const open = this.#remaining(this.#openedAt, this.#openForSeconds);
    // A probe under way decides within its deadline; a second is a fair guess.
    return Math.max(paused, open, this.#probing ? 1 : 0);
  }

  /** Leave to call, or undefined when calls fail at once. */
  enter(): Permit | undefined {
    if (this.retryAfterSeconds() > 0) return undefined;
    const probe = this.#openedAt !== undefined;
    if (probe) this.#probing = true;
    return new IssuedPermit(this.#settle, this.#epoch, probe);
  }

  /** What came of a permit. An arrow function, so that the permits need not know the breaker. */
  readonly #settle: Settle = (outcome, epoch, probe, pauseSeconds) => {
    if (pauseSeconds > 0) this.#pause(pauseSeconds);
    if (epoch !== this.#epoch) return;
    if (outcome === 'released') {
      if (probe) this.#probing = false;
    } else if (outcome === 'succeeded') {
      if (probe) this.#close();
      this.#failures = 0;
    } else {
      this.#failures++;
      if (probe || this.#failures >= this.#init.failures) this.#open();
    }
  };

  #open(): void {
    const { maxOpenMs, clock, random = Math.random, onOpened } = this.#init;
    const openMs = this.#nextOpenMs * (1 - JITTER * random());
    this.#nextOpenMs = Math.min(this.#nextOpenMs * 2, maxOpenMs);
    this.#openedAt = clock();
    this.#openForSeconds = openMs / 1000;
    this.#probing = false;
    this.#epoch++;
    onOpened?.(openMs, this.#failures);
  }

  #close(): void {
    this.#openedAt = undefined;
    this.#nextOpenMs = this.#init.openMs;
    this.#probing = false;
    this.#epoch++;
    this.#init.onClosed?.();
  }

  #pause(seconds: number): void {
    const bounded = Math.min(seconds, MAX_PAUSE_SECONDS);
    if (bounded <= this.#remaining(this.#pausedAt, this.#pauseSeconds)) return;
    this.#pausedAt = this.#init.clock();
    this.#pauseSeconds = bounded;
  }

  /** Seconds left of a span; none when the clock was set back before its start, or the span would never end. */
  #remaining(startedAt: number, seconds: number): number {
    if (seconds === 0) return 0;
    const elapsed = this.#init.clock() - startedAt;
    return elapsed < 0 ? 0 : Math.max(0, seconds - elapsed);
  }
}

type Outcome = 'succeeded' | 'failed' | 'released';

type Settle = (outcome: Outcome, epoch: number, probe: boolean, pauseSeconds: number) => void;

/** There is one for each request: an object without closures. */
class IssuedPermit implements Permit {
  readonly #settle: Settle;
  readonly #epoch: number;
  readonly #probe: boolean;

  constructor(settle: Settle, epoch: number, probe: boolean) {
    this.#settle = settle;
    this.#epoch = epoch;
    this.#probe = probe;
  }

  succeed(): void {
    this.#settle('succeeded', this.#epoch, this.#probe, 0);
  }

  fail(pauseSeconds = 0): void {
    this.#settle('failed', this.#epoch, this.#probe, pauseSeconds);
  }

  release(): void {
    this.#settle('released', this.#epoch, this.#probe, 0);
  }
}
