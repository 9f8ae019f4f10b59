import {
  assertKnownOptions,
  type ClosableTransport,
  type HttpDelivery,
  type HttpReceiver,
  type HttpRequest,
  type HttpResponse,
  numberOption,
  type PushTransport,
} from '@auth/core';
import type { Dispatcher } from 'undici';
import { Delivery, Exchange } from './undici-handlers.js';

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
 * undici is loaded with the first request. It follows no redirects; deadlines are the caller's. Throws a `TypeError`
 * or `RangeError` for options that make no sense: a typo would silently drop client certificates.
 */
export function undiciTransport(options: UndiciTransportOptions = {}): ClosableTransport & PushTransport {
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
  const send = (ready: Dispatcher, request: HttpRequest, handler: Dispatcher.DispatchHandler): void => {
    ready.dispatch(dispatchOptions(addressOf(request.url), request), handler);
  };
  const transport = (request: HttpRequest): Promise<HttpResponse> =>
    new Promise((resolve, reject) => {
      const { signal } = request;
      if (signal?.aborted) {
        reject(new Error('aborted'));
        return;
      }
      const exchange = new Exchange(signal, resolve, reject);
      if (loaded !== undefined) send(loaded, request, exchange);
      else
        agent()
          .then((ready) => send(ready, request, exchange))
          .catch(reject);
    });
  const push = (request: HttpRequest, receiver: HttpReceiver): HttpDelivery => {
    const delivery = new Delivery(receiver);
    try {
      if (loaded !== undefined) send(loaded, request, delivery);
      else
        agent()
          .then((ready) => send(ready, request, delivery))
          .catch((error: unknown) => receiver.onError(error));
    } catch (error) {
      receiver.onError(error);
    }
    return delivery;
  };
  const close = async (): Promise<void> => {
    const open = own;
    own = undefined;
    loaded = dispatcher;
    await (await open)?.close();
  };
  return Object.assign(transport, { close, push });
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

function dispatchOptions(address: Address, { method, headers, body }: HttpRequest): Dispatcher.DispatchOptions {
  return {
    origin: address.origin,
    path: address.path,
    method,
    // A coding would only add a way to make a small answer large.
    headers: { 'accept-encoding': 'identity', ...headers },
    body: body ?? null,
    // The deadline comes from without, for all of the exchange; undici's own timers would only cost.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}
