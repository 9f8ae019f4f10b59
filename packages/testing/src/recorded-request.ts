import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What the local authorization server can be asked for. */
export type Endpoint =
  | 'oauthMetadata'
  | 'oidcMetadata'
  | 'jwks'
  | 'authorization'
  | 'token'
  | 'registration'
  | 'introspection'
  | 'revocation';

/**
 * One request that the server saw. `headers`, `query`, `form` and `body` hold credentials, since seeing them is what a test
 * tool is for: they are reachable by name and not enumerable, so that printing a request shows none of them.
 */
export interface RecordedRequest {
  /** `unknown` for a path that the server does not have. */
  readonly endpoint: Endpoint | 'unknown';
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Header fields by lower-case name; of repeated ones what node:http makes of them. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly query: URLSearchParams;
  /** The body read as a form; empty for any other content type. */
  readonly form: URLSearchParams;
  /** The body as text. */
  readonly body: string;
}

const MAX_BODY_BYTES = 1_048_576;

/** Reads a request to its end and records it. `undefined` for a body over 1 MiB, or one that never came. */
export async function recordRequest(
  request: IncomingMessage,
  endpoint: Endpoint | 'unknown',
  url: URL,
): Promise<RecordedRequest | undefined> {
  const body = await readBody(request);
  if (body === undefined) return undefined;
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(request.headers['content-type'] ?? '');
  const recorded = { endpoint, method: request.method ?? '', path: url.pathname };
  for (const [name, value] of Object.entries({
    headers: Object.freeze({ ...request.headers }),
    query: url.searchParams,
    form: new URLSearchParams(isForm ? body : ''),
    body,
  })) {
    Object.defineProperty(recorded, name, { value });
  }
  return Object.freeze(recorded) as RecordedRequest;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}
