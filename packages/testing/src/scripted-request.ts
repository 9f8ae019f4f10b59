import type { Socket } from 'node:net';

/**
 * One request that a scripted server saw. All but `method` and `path` may hold credentials, since seeing them is what a test
 * tool is for: it is reachable by name and not enumerable, so that printing a request shows none of them.
 */
export interface ScriptedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly query: URLSearchParams;
  /** Fields by lower-case name; the values of a repeated one joined by `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Every field as it was sent, in order. */
  readonly headerLines: readonly (readonly [name: string, value: string])[];
  /** The body as text. */
  readonly body: string;
  /** The body read as a form, whatever its content type. */
  readonly form: URLSearchParams;
}

const MAX_REQUEST_BYTES = 1_048_576;

/**
 * Reads HTTP/1.1 requests off a socket and hands each on as soon as it is complete, whatever became of those before it: that
 * an answer may be no HTTP at all is the point of a scripted server. A request that cannot be read, or one over 1 MiB, ends
 * the connection.
 */
export function readRequests(socket: Socket, handle: (request: ScriptedRequest) => void): void {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (let next = firstRequest(received); next !== undefined; next = firstRequest(received)) {
      if (Number.isNaN(next.length)) {
        socket.destroy();
        return;
      }
      received = received.subarray(next.length);
      handle(next.request);
    }
    if (received.length > MAX_REQUEST_BYTES) socket.destroy();
  });
}

interface Framed {
  /** Bytes that it took; NaN where that cannot be read. */
  readonly length: number;
}

/** The first complete request in some bytes. */
function firstRequest(bytes: Buffer): (Framed & { readonly request: ScriptedRequest }) | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headerLines = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const headers: Record<string, string | undefined> = Object.create(null);
  for (const [name, value] of headerLines) {
    const before = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = before === undefined ? value : `${before}, ${value}`;
  }
  const rest = bytes.subarray(end + 4);
  const body = /chunked/i.test(headers['transfer-encoding'] ?? '')
    ? chunkedBody(rest)
    : sizedBody(rest, lengthIn(headers['content-length'] ?? '0', /^\d+$/, 10));
  if (body === undefined) return undefined;
  const [method = '', target = ''] = first.split(' ');
  return { request: recorded(method, target, headers, headerLines, body.text), length: end + 4 + body.length };
}

function sizedBody(bytes: Buffer, length: number): (Framed & { readonly text: string }) | undefined {
  return bytes.length < length ? undefined : { text: bytes.toString('utf8', 0, length), length };
}

function lengthIn(text: string, pattern: RegExp, radix: number): number {
  return Number.parseInt(pattern.exec(text)?.[0] ?? '', radix);
}

/** RFC 9112 §7.1, without trailers. */
function chunkedBody(bytes: Buffer): (Framed & { readonly text: string }) | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lengthIn(bytes.toString('latin1', at, Math.max(at, lineEnd)), /^[\da-f]+/i, 16);
    const start = lineEnd + 2;
    if (lineEnd === -1 || bytes.length < start + size + 2) return undefined;
    at = start + size + 2;
    if (!(size > 0)) return { text: Buffer.concat(chunks).toString('utf8'), length: at };
    chunks.push(bytes.subarray(start, start + size));
  }
}

function recorded(
  method: string,
  target: string,
  headers: ScriptedRequest['headers'],
  headerLines: ScriptedRequest['headerLines'],
  body: string,
): ScriptedRequest {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const hidden = {
    target,
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
    headers: Object.freeze(headers),
    headerLines: Object.freeze(headerLines),
    body,
    form: new URLSearchParams(body),
  };
  const request = { method, path };
  for (const [name, value] of Object.entries(hidden)) Object.defineProperty(request, name, { value });
  return Object.freeze(request) as ScriptedRequest;
}
