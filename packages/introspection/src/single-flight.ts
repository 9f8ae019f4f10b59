/** Lets concurrent callers with the same question share one piece of work. */
export class SingleFlight<Value> {
  // Written by `run` alone; an entry lives exactly as long as its work.
  readonly #flights = new Map<string, Promise<Value>>();

  /** Pieces of work under way. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * The outcome of `work`, or of the work already under way for this key. Keys are compared whole, never by a part. `work`
   * must not throw before it returns its promise, as no async function does.
   */
  run(key: string, work: () => Promise<Value>): Promise<Value> {
    const flying = this.#flights.get(key);
    if (flying !== undefined) return flying;
    const flight = work();
    this.#flights.set(key, flight);
    const land = (): void => void this.#flights.delete(key);
    flight.then(land, land);
    return flight;
  }
}
