import type { HttpHeaders, HttpRequest, HttpResponse, HttpTransport } from './http-transport.js';
import { headerValue } from './http-transport.js';
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

/** {@link fetchJson} got no usable answer. Its texts are fixed: nothing of the request or of the answer's body is in them. */
export class FetchJsonError extends Error {
  override readonly name = 'FetchJsonError';
  readonly failure: FetchFailure;
  // Declared only: a field would be there, undefined, in every printed copy.
  declare readonly status?: number;
  declare readonly headers?: HttpHeaders;

  constructor(failure: FetchFailure, response?: HttpResponse, options?: ErrorOptions) {
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
export async function fetchJson(request: FetchJsonRequest): Promise<JsonResponse> {
  const { transport, maxBytes, signal, method = 'GET', ...rest } = request;
  if (signal?.aborted) throw new FetchJsonError('aborted');
  const controller = new AbortController();
  let stop: (error: FetchJsonError) => void = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (error): void => {
      reject(error);
      controller.abort();
    };
  });
  // A transport that throws before anything waits for it leaves this rejection to nobody.
  stopped.catch(() => undefined);
  const onAbort = (): void => stop(new FetchJsonError('aborted'));
  const timer = setTimeout(() => stop(new FetchJsonError('timeout')), Math.min(rest.deadlineMs, MAX_TIMER_MS));
  (timer as { unref?: () => void }).unref?.();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const work = readJson(transport({ ...rest, method, signal: controller.signal }), {
      maxBytes,
      conditional: method === 'GET' && Object.hasOwn(rest.headers, 'if-none-match'),
      signal: controller.signal,
    });
    return await Promise.race([work, stopped]);
  } catch (error) {
    // Frees the connection of an answer that nobody reads to its end.
    controller.abort();
    if (error instanceof FetchJsonError) throw error;
    throw new FetchJsonError('network', undefined, { cause: withoutSecrets(error, secretsOf(rest)) });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** What a transport's error must not repeat: credentials, and the body with the values of its form. */
function secretsOf({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>): readonly string[] {
  const fields = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'authorization');
  const credentials = fields.flatMap(([, value]) => value.split(' '));
  const form = body === undefined ? [] : [body, ...new URLSearchParams(body).values()];
  return [...credentials, ...form].filter((text) => text.length >= 8);
}

interface ReadOptions {
  readonly maxBytes: number;
  /** Whether a 304 answers what was asked. */
  readonly conditional: boolean;
  readonly signal: AbortSignal;
}

async function readJson(answer: Promise<HttpResponse>, options: ReadOptions): Promise<JsonResponse> {
  const response = await answer;
  const { status } = response;
  if (status === 304 && options.conditional) {
    await readBody(response, options);
    return { status, headers: response.headers };
  }
  if (status !== 200) {
    // Read to the end, so that the connection can be used again; what it says does not matter.
    await readBody(response, options).catch(() => undefined);
    throw new FetchJsonError(status >= 300 && status < 400 ? 'redirect' : 'status', response);
  }
  const coding = headerValue(response.headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (coding !== '' && coding !== 'identity') throw new FetchJsonError('content_encoding', response);
  const body = await readBody(response, options);
  try {
    return { status, headers: response.headers, json: parseJsonObject(body) };
  } catch (error) {
    throw new FetchJsonError('not_json', response, { cause: error });
  }
}

async function readBody(response: HttpResponse, { maxBytes, signal }: ReadOptions): Promise<Uint8Array> {
  const declared = Number(headerValue(response.headers, 'content-length') ?? 0);
  if (declared > maxBytes) throw new FetchJsonError('too_large', response);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    // Leaving the loop ends the iteration, also of a transport that does not heed the signal.
    if (signal.aborted) throw new FetchJsonError('aborted', response);
    length += chunk.byteLength;
    // Written so that a chunk without a length is no way around the cap.
    if (!(length <= maxBytes)) throw new FetchJsonError('too_large', response);
    chunks.push(chunk);
  }
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}
