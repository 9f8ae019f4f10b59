import {
  assertKnownOptions,
  type ClosableTransport,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  numberOption,
} from '@auth/core';
import type { Dispatcher } from 'undici';
import { BodyQueue } from './body-queue.js';

/** Options of {@link undiciTransport}. */
export interface UndiciTransportOptions {
  /**
   * The undici dispatcher that sends the requests: an `Agent` with client certificates (mTLS) or a custom CA, a `ProxyAgent`, …
   * It stays the caller's: closing the transport leaves it open. Default: a keep-alive `Agent` of our own.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /** Connections of our own `Agent` to one host. Default 64. Without meaning for a `dispatcher`. */
  readonly connections?: number | undefined;
}

/**
 * The transport on Node: undici's `dispatch` with pooled keep-alive connections, which costs a third less than its `request`.
 * undici is loaded with the first request. It follows no redirects; deadlines come as the request's signal. Throws a `TypeError`
 * or `RangeError` for options that make no sense: a typo would silently drop client certificates.
 */
export function undiciTransport(options: UndiciTransportOptions = {}): ClosableTransport {
  assertKnownOptions('undiciTransport', options, ['dispatcher', 'connections']);
  const { dispatcher } = options;
  if (dispatcher !== undefined && typeof dispatcher?.dispatch !== 'function') {
    throw new TypeError("undiciTransport: option 'dispatcher' must be an undici dispatcher");
  }
  const connections = numberOption('undiciTransport', 'connections', options.connections, 64, {
    min: 1,
    integer: true,
  });
  // Written by agent() and close() alone.
  let own: Promise<Dispatcher> | undefined;
  let loaded: Dispatcher | undefined = dispatcher;
  const agent = async (): Promise<Dispatcher> => {
    own ??= import('undici').then(({ Agent }) => new Agent({ connections, pipelining: 1 }));
    const current = own;
    // A failed load is not kept: the next request tries again.
    current.catch(() => {
      if (own === current) own = undefined;
    });
    const ready = await current;
    if (own === current) loaded = ready;
    return ready;
  };
  const addressOf = addressReader();
  const transport = (request: HttpRequest): Promise<HttpResponse> =>
    loaded === undefined ? agent().then((ready) => send(ready, addressOf, request)) : send(loaded, addressOf, request);
  const close = async (): Promise<void> => {
    const open = own;
    own = undefined;
    loaded = dispatcher;
    await (await open)?.close();
  };
  return Object.assign(transport, { close });
}

/** Where a URL leads, in undici's words. */
type Address = Pick<Dispatcher.DispatchOptions, 'path'> & { readonly origin: string };

/** Reads URLs; a verifier asks the same one over and over. */
function addressReader(): (url: string) => Address {
  let last = '';
  let address: Address = { origin: '', path: '' };
  return (url) => {
    if (url !== last) {
      const { origin, pathname, search } = new URL(url);
      address = { origin, path: pathname + search };
      last = url;
    }
    return address;
  };
}

function send(
  dispatcher: Dispatcher,
  addressOf: (url: string) => Address,
  { url, method, headers, body, signal }: HttpRequest,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { origin, path } = addressOf(url);
    if (signal?.aborted) {
      reject(new Error('aborted'));
      return;
    }
    dispatcher.dispatch(
      {
        origin,
        path,
        method,
        // A coding would only add a way to make a small answer large.
        headers: { 'accept-encoding': 'identity', ...headers },
        body: body ?? null,
        // The signal brings the deadline; undici's own timers would only cost.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      new Exchange(signal, resolve, reject),
    );
  });
}

/** One request under way: undici's handler, the signal's listener and the body in one object, since there is one per request. */
class Exchange extends BodyQueue implements Dispatcher.DispatchHandler, EventListenerObject {
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: Error) => void;
  // Written by onRequestStart alone.
  #controller: Dispatcher.DispatchController | undefined;

  constructor(
    signal: AbortSignal | undefined,
    resolve: (response: HttpResponse) => void,
    reject: (error: Error) => void,
  ) {
    super();
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal?.addEventListener('abort', this);
  }

  /** The signal has fired. */
  handleEvent(): void {
    const reason = new Error('aborted');
    // Before the request has started there is no controller, and onRequestStart looks at the signal again.
    this.#controller?.abort(reason);
    this.#reject(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal?.aborted) controller.abort(new Error('aborted'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    // 1xx: the answer is still to come.
    if (status < 200) return;
    this.attach(controller);
    this.#resolve({ status, headers: headers as HttpHeaders, body: this });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.push(chunk);
  }

  onResponseEnd(): void {
    this.#signal?.removeEventListener('abort', this);
    this.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#signal?.removeEventListener('abort', this);
    this.fail(error);
    this.#reject(error);
  }
}
