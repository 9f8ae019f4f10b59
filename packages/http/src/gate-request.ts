/** A Fetch `Headers` object, or a record of header fields such as Node's `req.headers`. */
export type HeaderFields =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a gate looks at. A Fetch `Request` and a Node `IncomingMessage` (Express, Fastify's `raw`) are both one as they are. */
export interface GateRequest {
  /** Default: `GET`. */
  readonly method?: string | undefined;
  /** The request target: a path with its query, or an absolute URL. Default: `/`. */
  readonly url?: string | undefined;
  /** The target as it came, where a router has shortened `url` (Express, Connect). */
  readonly originalUrl?: string | undefined;
  readonly headers: HeaderFields;
  /** Names and values in turn, as they came: Node's `headers` hides every Authorization field but the first. */
  readonly rawHeaders?: readonly string[] | undefined;
}

/** The request target as the client sent it. */
export function targetOf(request: GateRequest): string {
  return request.originalUrl ?? request.url ?? '/';
}

/** Every value of a header field; `undefined` when there is none. The name is in lower case. */
export function fieldValues(request: GateRequest, name: string): string | readonly string[] | undefined {
  const { rawHeaders, headers } = request;
  // What came over the wire counts; `headers` only adds what code in front of the gate has put there.
  const sent = rawHeaders === undefined ? undefined : rawFieldValues(rawHeaders, name);
  if (sent !== undefined) return sent;
  // Headers have no HTTP/2 pseudo fields, and throw when asked for one.
  if (isHeaders(headers)) return name.startsWith(':') ? undefined : (headers.get(name) ?? undefined);
  const found: string[] = [];
  for (const key of Object.keys(headers)) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const value = headers[key];
    if (value !== undefined) found.push(...(typeof value === 'string' ? [value] : value));
  }
  return found.length > 1 ? found : found[0];
}

function rawFieldValues(rawHeaders: readonly string[], name: string): string | readonly string[] | undefined {
  let first: string | undefined;
  let all: string[] | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const key = rawHeaders[index] ?? '';
    if (key.length !== name.length || (key !== name && key.toLowerCase() !== name)) continue;
    const value = rawHeaders[index + 1] ?? '';
    if (first === undefined) first = value;
    else if (all === undefined) all = [first, value];
    else all.push(value);
  }
  return all ?? first;
}

// A client can send a field named `get`, but not a function.
function isHeaders(headers: HeaderFields): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}

const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** The authority in a request target of absolute form (RFC 9112 §3.2.2), as in a Fetch `Request`'s URL. */
export function authorityOf(target: string): string | undefined {
  return target.startsWith('/') ? undefined : ABSOLUTE_FORM.exec(target)?.[1];
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const start = pathStart(target);
  for (let end = start; end < target.length; end++) {
    const character = target.charCodeAt(end);
    if (character === 0x3f || character === 0x23) return target.slice(start, end) || '/';
  }
  return target.slice(start) || '/';
}

/** Whether the path of a request target starts with `prefix`; copies nothing. */
export function pathStartsWith(target: string, prefix: string): boolean {
  return target.startsWith(prefix, pathStart(target));
}

function pathStart(target: string): number {
  return target.startsWith('/') ? 0 : (ABSOLUTE_FORM.exec(target)?.[0].length ?? 0);
}

/** Whether the query has an `access_token` (RFC 6750 §2.3). Its value is looked at by nobody. */
export function hasQueryToken(target: string): boolean {
  const query = target.indexOf('?');
  return query !== -1 && new URLSearchParams(target.slice(query)).has('access_token');
}
