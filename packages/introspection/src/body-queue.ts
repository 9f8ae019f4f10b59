/** What paces the bytes of one answer: undici's controller. */
export interface Flow {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

/** Bytes that may wait for a reader before the sender is told to pause. */
const HIGH_WATER_BYTES = 65_536;

type Part = IteratorResult<Uint8Array, undefined>;

const DONE: Part = { done: true, value: undefined };

/**
 * The body of one answer on its way from a callback to one reader: an async iterable without the cost of a stream. Holds at
 * most about 64 KiB; ending the iteration early frees the connection.
 */
export class BodyQueue implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #chunks: Uint8Array[] = [];
  // Written by the callbacks below and by the reader's next and return.
  #flow: Flow | undefined;
  #waitingBytes = 0;
  #paused = false;
  #ended = false;
  #error: Error | undefined;
  #reader: { readonly resolve: (part: Part) => void; readonly reject: (error: Error) => void } | undefined;

  attach(flow: Flow): void {
    this.#flow = flow;
  }

  push(chunk: Uint8Array): void {
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    if (this.#waitingBytes > HIGH_WATER_BYTES && !this.#paused) {
      this.#paused = true;
      this.#flow?.pause();
    }
  }

  end(): void {
    this.#ended = true;
    this.#reader?.resolve(DONE);
    this.#reader = undefined;
  }

  fail(error: Error): void {
    this.#error = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Part> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#waitingBytes -= chunk.byteLength;
      if (this.#paused && this.#waitingBytes <= HIGH_WATER_BYTES) {
        this.#paused = false;
        this.#flow?.resume();
      }
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  return(): Promise<Part> {
    if (!this.#ended && this.#error === undefined) this.#flow?.abort(new Error('not read to its end'));
    this.#chunks.length = 0;
    return Promise.resolve(DONE);
  }
}
