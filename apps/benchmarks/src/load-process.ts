import { connect, type Socket } from 'node:net';

/** Closed loop: each connection sends its next request when it has the answer to the last one. */
export interface LoadOrder {
  readonly port: number;
  /** Whole requests, as they go over the wire; taken in turn. */
  readonly requests: readonly Uint8Array[];
  readonly connections: number;
  readonly durationMs: number;
}

export interface LoadResult {
  /** Time from a request's first byte sent to its answer's last byte received, in milliseconds, in order of arrival. */
  readonly latencies: Float64Array;
  readonly durationMs: number;
  /** Answers that were no 200. */
  readonly failed: number;
}

/** Answers of a server under test are small: each read either ends one or is the beginning of one. */
class Connection {
  readonly #socket: Socket;
  readonly #next: () => Uint8Array;
  readonly #onAnswer: (ms: number, good: boolean) => boolean;
  #sentAt = 0;
  #received = '';

  constructor(port: number, next: () => Uint8Array, onAnswer: (ms: number, good: boolean) => boolean) {
    this.#next = next;
    this.#onAnswer = onAnswer;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('connect', () => this.#send());
    this.#socket.on('data', (text: string) => this.#receive(text));
    this.#socket.on('error', () => onAnswer(0, false));
  }

  #send(): void {
    this.#received = '';
    this.#sentAt = performance.now();
    this.#socket.write(this.#next());
  }

  #receive(text: string): void {
    this.#received = this.#received === '' ? text : this.#received + text;
    if (!isComplete(this.#received)) return;
    const good = this.#received.startsWith('HTTP/1.1 200 ');
    if (this.#onAnswer(performance.now() - this.#sentAt, good)) this.#send();
    else this.#socket.destroy();
  }
}

function isComplete(answer: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd === -1) return false;
  const head = answer.slice(0, headEnd).toLowerCase();
  const at = head.indexOf('content-length: ');
  if (at === -1) return answer.endsWith('0\r\n\r\n');
  return answer.length >= headEnd + 4 + Number.parseInt(head.slice(at + 16), 10);
}

function load({ port, requests, connections, durationMs }: LoadOrder): Promise<LoadResult> {
  return new Promise((resolve) => {
    const latencies: number[] = [];
    let sent = 0;
    let failed = 0;
    let open = connections;
    const start = performance.now();
    const next = (): Uint8Array => requests[sent++ % requests.length] ?? new Uint8Array();
    const onAnswer = (ms: number, good: boolean): boolean => {
      latencies.push(ms);
      if (!good) failed++;
      const elapsed = performance.now() - start;
      if (elapsed < durationMs) return true;
      if (--open === 0) resolve({ latencies: Float64Array.from(latencies), durationMs: elapsed, failed });
      return false;
    };
    for (let count = 0; count < connections; count++) new Connection(port, next, onAnswer);
  });
}

process.on('message', (order: LoadOrder) => void load(order).then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit());
