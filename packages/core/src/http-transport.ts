/** Header fields by lower-case name. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One request of ours. */
export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Everything from connecting to the last byte has to be done within this time. */
  readonly deadlineMs: number;
  /** Fires when the answer is no longer wanted; the transport then frees the connection. */
  readonly signal?: AbortSignal | undefined;
}

/** One answer. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Sends one request, without following redirects. A content coding is either undone (and `content-encoding` removed) or left
 * in place; {@link fetchJson} enforces the deadline and the size and refuses what is still encoded.
 */
export type HttpTransport = (request: HttpRequest) => Promise<HttpResponse>;

/** Takes one answer as it arrives: its head, its bytes, then its end or an error. After one of the last two nothing comes. */
export interface HttpReceiver {
  onHead(status: number, headers: HttpHeaders): void;
  onData(chunk: Uint8Array): void;
  onEnd(): void;
  onError(error: unknown): void;
}

/** A request that was handed to {@link PushTransport.push}. */
export interface HttpDelivery {
  /** The answer is no longer wanted: frees the connection. Does nothing once the answer has come to its end. */
  cancel(): void;
}

/**
 * A transport that can also hand an answer over as it arrives, without a signal, a stream and a promise for each piece: what
 * {@link fetchJson} prefers, since a small answer costs more to iterate over than to receive.
 */
export interface PushTransport extends HttpTransport {
  /** Sends the request, whose `signal` has no meaning here. Errors go to the receiver. */
  push(request: HttpRequest, receiver: HttpReceiver): HttpDelivery;
}

/** Whether a transport has the quicker way. */
export function canPush(transport: HttpTransport): transport is PushTransport {
  return typeof (transport as Partial<PushTransport>).push === 'function';
}

/** The value of a header field, the first one of several. */
export function headerValue(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** An HTTP-date in any of its three forms (RFC 9110 §5.6.7) begins with the day of the week; `Date.parse` reads much else. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [ \w:-]{18,28}$/;

/** A year; nobody means more. */
const MAX_RETRY_AFTER_SECONDS = 31_536_000;

/** `Retry-After` in seconds: delay-seconds or an HTTP-date (RFC 9110 §10.2.3); undefined when absent or meaningless. */
export function retryAfterSeconds(headers: HttpHeaders, now: number): number | undefined {
  const value = headerValue(headers, 'retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+$/.test(value)) return Math.min(Number(value), MAX_RETRY_AFTER_SECONDS);
  if (!HTTP_DATE.test(value)) return undefined;
  // Always UTC, although the asctime form does not say so.
  const date = Date.parse(value.endsWith(' GMT') ? value : `${value} GMT`);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, Math.ceil(date / 1000 - now)), MAX_RETRY_AFTER_SECONDS);
}
