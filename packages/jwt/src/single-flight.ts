/**
 * Work that many callers wait for and that is done once: at most one flight is in the air. Flights are numbered, so that the
 * late result of an old one never replaces that of a newer one.
 *
 * On Cloudflare Workers a request must not wait for the I/O of another one, so there every caller has a flight of its own, and
 * only the numbers keep order.
 */
export class SingleFlight<Outcome> {
  readonly #work: (sequence: number) => Promise<Outcome>;
  /** Whether callers can share a flight on this runtime. */
  readonly shared: boolean;
  /** The flight in the air. Written by start(). */
  #current: Promise<Outcome> | undefined;
  /** Number of the last flight that was started. Written by start(). */
  #started = 0;
  /** Number of the newest flight that succeeded. Written by succeed(). */
  #succeeded = 0;
  /** Flights up to this number count as one failure. Written by fail(). */
  #failedThrough = 0;

  constructor(work: (sequence: number) => Promise<Outcome>) {
    this.#work = work;
    this.shared = globalThis.navigator?.userAgent !== 'Cloudflare-Workers';
  }

  /** The flight in the air that a caller may join. */
  get current(): Promise<Outcome> | undefined {
    return this.#current;
  }

  /** Joins the flight in the air, or starts one. */
  start(): Promise<Outcome> {
    if (this.#current !== undefined) return this.#current;
    const flight = this.#fly(++this.#started);
    if (this.shared) this.#current = flight;
    return flight;
  }

  /** To be asked before the result of a flight is used: false when that of a newer one is in use already. */
  succeed(sequence: number): boolean {
    if (sequence < this.#succeeded) return false;
    this.#succeeded = sequence;
    return true;
  }

  /** To be asked before a failure is counted: flights that were in the air together count once, overtaken ones not at all. */
  fail(sequence: number): boolean {
    if (sequence < this.#succeeded || sequence <= this.#failedThrough) return false;
    this.#failedThrough = this.#started;
    return true;
  }

  async #fly(sequence: number): Promise<Outcome> {
    // One turn later, so that start() has noted the flight before it can end.
    await undefined;
    try {
      return await this.#work(sequence);
    } finally {
      // Before anyone who waits goes on, so that they never find a flight that is over.
      this.#current = undefined;
    }
  }
}
