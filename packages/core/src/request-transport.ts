import type { HttpHeaders, HttpRequest, HttpTransport } from './http-transport.js';

/** The part of undici's API that {@link requestTransport} uses, so that core need not depend on undici. */
export interface RequestApi {
  /** `undici.request`, bound to the dispatcher to use; it follows no redirects by itself. */
  request(
    url: string,
    options: {
      readonly method: HttpRequest['method'];
      readonly headers: Record<string, string>;
      readonly body: string | null;
      readonly signal: AbortSignal | null;
      readonly headersTimeout: number;
      readonly bodyTimeout: number;
    },
  ): Promise<{ statusCode: number; headers: HttpHeaders; body: AsyncIterable<Uint8Array> }>;
  /** Closes the idle connections. */
  close(): Promise<void>;
}

/** A transport that holds connections. */
export interface ClosableTransport extends HttpTransport {
  /** Closes the connections. A later request opens new ones. */
  close(): Promise<void>;
}

/**
 * A transport over undici's `request`, loaded by `load` when something is first fetched: importing undici costs more than
 * everything else that a verifier with a static key does at start-up.
 */
export function requestTransport(load: () => Promise<RequestApi>): ClosableTransport {
  // Written by api() and close() alone; a load that failed is forgotten, so that the next request tries again.
  let loading: Promise<RequestApi> | undefined;
  const api = (): Promise<RequestApi> => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  const transport: HttpTransport = async ({ url, method, headers, body, deadlineMs, signal }) => {
    const response = await (await api()).request(url, {
      method,
      // A coding would only add a way to make a small answer large.
      headers: { 'accept-encoding': 'identity', ...headers },
      body: body ?? null,
      signal: signal ?? null,
      headersTimeout: deadlineMs,
      bodyTimeout: deadlineMs,
    });
    return { status: response.statusCode, headers: response.headers, body: response.body };
  };
  const close = async (): Promise<void> => {
    const open = loading;
    loading = undefined;
    // What could not be loaded has no connections.
    await (await open?.catch(() => undefined))?.close();
  };
  return Object.assign(transport, { close });
}
