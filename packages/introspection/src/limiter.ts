import { IntrospectionFailure } from './failure.js';

/** One who waits for a place. */
interface Waiter {
  readonly admit: () => void;
}

/** Caps how many run at once; a bounded number of others wait in line, first come, first served. */
export class Limiter {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  // Both written by enter and leave alone.
  #running = 0;
  readonly #line = new Set<Waiter>();

  constructor(options: { readonly maxRunning: number; readonly maxWaiting: number }) {
    this.#maxRunning = options.maxRunning;
    this.#maxWaiting = options.maxWaiting;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#line.size;
  }

  /**
   * Takes a place: `undefined` when one is free, else a promise for one. A full line, or a wait longer than `maxWaitMs`, is the
   * failure `overloaded`. Whoever got a place must `leave`.
   */
  enter(maxWaitMs: number): Promise<void> | undefined {
    if (this.#running < this.#maxRunning) {
      this.#running++;
      return undefined;
    }
    if (this.#line.size >= this.#maxWaiting) throw new IntrospectionFailure('overloaded');
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        admit: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#line.delete(waiter);
        reject(new IntrospectionFailure('overloaded'));
      }, maxWaitMs);
      (timer as { unref?: () => void }).unref?.();
      this.#line.add(waiter);
    });
  }

  /** Gives the place to the next in line, or back. */
  leave(): void {
    const [next] = this.#line;
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#line.delete(next);
    next.admit();
  }
}
