import { assertKnownOptions, type ClosableTransport, requestTransport } from '@auth/core';
import type { Dispatcher } from 'undici';

/** Options of {@link undiciTransport}. */
export interface UndiciTransportOptions {
  /**
   * The undici dispatcher that sends the requests: an `Agent` with client certificates (mTLS) or a custom CA, a `ProxyAgent`, …
   * It stays the caller's: closing the transport leaves it open. Default: a keep-alive `Agent` of our own.
   */
  readonly dispatcher?: Dispatcher | undefined;
}

/**
 * The transport on Node: undici's `request` with pooled keep-alive connections. undici is loaded with the first request.
 * Throws a `TypeError` for unknown options and for a dispatcher that is none: a typo would silently drop client certificates.
 */
export function undiciTransport(options: UndiciTransportOptions = {}): ClosableTransport {
  assertKnownOptions('undiciTransport', options, ['dispatcher']);
  if (options.dispatcher !== undefined && typeof options.dispatcher?.dispatch !== 'function') {
    throw new TypeError("undiciTransport: option 'dispatcher' must be an undici dispatcher");
  }
  return requestTransport(async () => {
    const { Agent, request } = await import('undici');
    const own = options.dispatcher === undefined ? new Agent({ connections: 64, pipelining: 1 }) : undefined;
    const dispatcher = options.dispatcher ?? own;
    return {
      request: (url, init) => request(url, dispatcher === undefined ? init : { ...init, dispatcher }),
      close: async () => own?.close(),
    };
  });
}
