import {
  canPush,
  type HttpDelivery,
  type HttpHeaders,
  type HttpReceiver,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  headerValue,
} from './http-transport.js';
import { withoutSecrets } from './secret-traces.js';
import { parseJsonObject } from './strict-json.js';

/** Longer timers fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Kinds of failure of {@link fetchJson}. */
export type FetchFailure =
  | 'timeout'
  | 'aborted'
  | 'network'
  | 'redirect'
  | 'status'
  | 'content_encoding'
  | 'too_large'
  | 'not_json';

/** What is known of an answer before its body. */
type ResponseHead = Pick<HttpResponse, 'status' | 'headers'>;

/** {@link fetchJson} got no usable answer. Its texts are fixed: nothing of the request or of the answer's body is in them. */
export class FetchJsonError extends Error {
  override readonly name = 'FetchJsonError';
  readonly failure: FetchFailure;
  // Declared only: a field would be there, undefined, in every printed copy.
  declare readonly status?: number;
  declare readonly headers?: HttpHeaders;

  constructor(failure: FetchFailure, response?: ResponseHead, options?: ErrorOptions) {
    super(response === undefined ? failure : `${failure} (HTTP ${response.status})`, options);
    this.failure = failure;
    if (response !== undefined) {
      this.status = response.status;
      // For Retry-After and the like; not enumerable, so that an upstream's fields do not end up in a log.
      Object.defineProperty(this, 'headers', { value: response.headers, enumerable: false });
    }
  }
}

/** What {@link fetchJson} is asked to do. */
export interface FetchJsonRequest extends Omit<HttpRequest, 'method'> {
  readonly transport: HttpTransport;
  /** Default GET. */
  readonly method?: HttpRequest['method'];
  /** Longest body that is read, in bytes after decoding. */
  readonly maxBytes: number;
}

/** A JSON object, or the confirmation that the one we had is still current. */
export type JsonResponse =
  | { readonly status: 200; readonly headers: HttpHeaders; readonly json: Record<string, unknown> }
  | { readonly status: 304; readonly headers: HttpHeaders };

/**
 * One request for a JSON object: one deadline from connecting to the last byte, a cap on the body, no redirects, status 200
 * only (or 304, when the request was conditional), strict UTF-8 JSON. Rejects with a {@link FetchJsonError}.
 */
export function fetchJson(request: FetchJsonRequest): Promise<JsonResponse> {
  return new Promise((resolve, reject) => new JsonExchange(request, resolve, reject).start());
}

/** One request under way. The rules are here, once, whichever way the answer comes. */
class JsonExchange implements HttpReceiver {
  readonly #request: FetchJsonRequest;
  readonly #resolve: (response: JsonResponse) => void;
  readonly #reject: (error: FetchJsonError) => void;
  readonly #chunks: Uint8Array[] = [];
  // All written by the methods below, in the order in which an answer comes.
  #timer: ReturnType<typeof setTimeout> | undefined;
  #delivery: HttpDelivery | undefined;
  #head: ResponseHead | undefined;
  #length = 0;
  #settled = false;

  constructor(
    request: FetchJsonRequest,
    resolve: (response: JsonResponse) => void,
    reject: (error: FetchJsonError) => void,
  ) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { transport, url, method = 'GET', headers, body, deadlineMs, signal } = this.#request;
    if (signal?.aborted) {
      this.#fail('aborted');
      return;
    }
    this.#timer = setTimeout(() => this.#fail('timeout'), Math.min(deadlineMs, MAX_TIMER_MS));
    (this.#timer as { unref?: () => void }).unref?.();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    try {
      const request: HttpRequest = { url, method, headers, body, deadlineMs };
      this.#delivery = canPush(transport) ? transport.push(request, this) : pull(transport, request, this);
    } catch (error) {
      this.onError(error);
    }
    // What failed within the call had nothing to cancel yet.
    if (this.#settled) this.#cancel();
  }

  onHead(status: number, headers: HttpHeaders): void {
    if (this.#settled) return;
    this.#head = { status, headers };
    if (status === 200) {
      const coding = headerValue(headers, 'content-encoding')?.trim().toLowerCase() ?? '';
      if (coding !== '' && coding !== 'identity') {
        this.#fail('content_encoding');
        return;
      }
    }
    if (Number(headerValue(headers, 'content-length') ?? 0) > this.#request.maxBytes) this.#fail('too_large');
  }

  onData(chunk: Uint8Array): void {
    if (this.#settled) return;
    this.#length += chunk.byteLength;
    // Written so that a chunk without a length is no way around the cap.
    if (!(this.#length <= this.#request.maxBytes)) this.#fail('too_large');
    // The body of another status is read to its end, so that the connection can be used again; what it says does not matter.
    else if (this.#head?.status === 200) this.#chunks.push(chunk);
  }

  onEnd(): void {
    if (this.#settled) return;
    const { status = 0, headers = {} } = this.#head ?? {};
    if (status === 304 && this.#isConditional()) {
      this.#settle();
      this.#resolve({ status, headers });
    } else if (status !== 200) {
      this.#fail('status');
    } else {
      let json: Record<string, unknown>;
      try {
        json = parseJsonObject(joined(this.#chunks, this.#length));
      } catch (error) {
        this.#fail('not_json', error);
        return;
      }
      this.#settle();
      this.#resolve({ status, headers, json });
    }
  }

  onError(error: unknown): void {
    if (!this.#settled) this.#fail('network', error);
  }

  readonly #onAbort = (): void => this.#fail('aborted');

  /** Only a conditional request is answered by a 304. */
  #isConditional(): boolean {
    const { method = 'GET', headers } = this.#request;
    return method === 'GET' && Object.hasOwn(headers, 'if-none-match');
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
  }

  #fail(failure: FetchFailure, cause?: unknown): void {
    this.#settle();
    this.#cancel();
    this.#reject(this.#errorOf(failure, cause));
  }

  /** Frees the connection of an answer that nobody reads to its end. */
  #cancel(): void {
    try {
      this.#delivery?.cancel();
    } catch {
      // A transport that cannot cancel changes nothing about the outcome, least of all from within a timer.
    }
  }

  #errorOf(failure: FetchFailure, cause: unknown): FetchJsonError {
    if (failure === 'timeout' || failure === 'aborted') return new FetchJsonError(failure);
    const head = this.#head;
    // A status that is none of ours is the failure, whatever else went wrong with its body.
    if (head !== undefined && head.status !== 200 && !(head.status === 304 && this.#isConditional())) {
      return new FetchJsonError(head.status >= 300 && head.status < 400 ? 'redirect' : 'status', head);
    }
    if (failure !== 'network') return new FetchJsonError(failure, head, cause === undefined ? undefined : { cause });
    return new FetchJsonError(failure, undefined, { cause: withoutSecrets(cause, secretsOf(this.#request)) });
  }
}

/** Reads the answer of a transport that has only an iterable body. */
function pull(transport: HttpTransport, request: HttpRequest, receiver: HttpReceiver): HttpDelivery {
  const controller = new AbortController();
  void relay(transport, { ...request, signal: controller.signal }, receiver, controller.signal);
  return { cancel: () => controller.abort() };
}

async function relay(
  transport: HttpTransport,
  request: HttpRequest,
  receiver: HttpReceiver,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { status, headers, body } = await transport(request);
    const isLate = signal.aborted;
    receiver.onHead(status, headers);
    // Refused by its head: not a byte is read. A late one of a transport that heeds no signal is opened, to be closed.
    if (signal.aborted && !isLate) return;
    for await (const chunk of body) {
      receiver.onData(chunk);
      // Leaving the loop ends the iteration, also of a transport that does not heed the signal.
      if (signal.aborted) return;
    }
    receiver.onEnd();
  } catch (error) {
    receiver.onError(error);
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}

/** What a transport's error must not repeat: credentials, and the body with the values of its form. */
function secretsOf({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>): readonly string[] {
  const fields = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'authorization');
  const credentials = fields.flatMap(([, value]) => value.split(' '));
  const form = body === undefined ? [] : [body, ...new URLSearchParams(body).values()];
  return [...credentials, ...form].filter((text) => text.length >= 8);
}
