import type { IncomingMessage, ServerResponse } from 'node:http';
import { numberOption } from '@auth/core';
import type { Answer } from './answer.js';
import type { Endpoint } from './recorded-request.js';

/** Answers a request by hand. `answer()` gives what the endpoint would have said. */
export type FaultHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<Answer>,
) => void | Promise<void>;

/** Something that goes wrong on the wire. Defaults are in brackets. */
export type FaultKind =
  /** An error status [503], with header fields and a body [an OAuth error] of your own. */
  | {
      readonly kind: 'status';
      readonly status?: number;
      /** A list repeats a field. */
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
      readonly body?: string;
    }
  /** The right answer, `delayMs` [100] late. */
  | { readonly kind: 'delay'; readonly delayMs?: number }
  /** The request is read and nothing ever comes back. */
  | { readonly kind: 'hang-before-headers' }
  /** Status and header fields of the right answer come, the body never. */
  | { readonly kind: 'hang-after-headers' }
  /** The connection is reset (TCP RST) once the request is read. */
  | { readonly kind: 'reset' }
  /** Half of the body that `Content-Length` promises, then the connection closes. */
  | { readonly kind: 'truncated' }
  /** Status 200 and a web page, as from a captive portal. */
  | { readonly kind: 'html' }
  /** Status 200 and a JSON object of `bytes` [2 MiB], chunked unless `contentLength` says how long it claims to be. */
  | { readonly kind: 'oversized'; readonly bytes?: number; readonly contentLength?: boolean }
  /** The right answer, one byte every `intervalMs` [50]. */
  | { readonly kind: 'slow-body'; readonly intervalMs?: number }
  /** A redirect [307] to `location` [the same URL]. */
  | { readonly kind: 'redirect'; readonly status?: number; readonly location?: string }
  /** Status 200 and a body [`[]`] that is not what the endpoint promises; bytes need not even be UTF-8. */
  | { readonly kind: 'wrong-json'; readonly body?: string | Uint8Array }
  /** Status 200 and a JSON object of `bytes` [64 MiB] that gzip makes small. */
  | { readonly kind: 'gzip-bomb'; readonly bytes?: number }
  /** Exactly these `bytes` [a greeting of SMTP] on the wire, HTTP or not, and then `afterwards` [`close`]. */
  | { readonly kind: 'raw'; readonly bytes?: string | Uint8Array; readonly afterwards?: 'close' | 'reset' }
  /** Every other request fails, the first one included, with `fault` [status 503]. */
  | { readonly kind: 'flapping'; readonly fault?: FaultKind }
  /** Whatever `handler` does. */
  | { readonly kind: 'custom'; readonly handler: FaultHandler };

/** A fault, for the next `times` requests. Default: until it is restored. */
export type Fault = FaultKind & { readonly times?: number | undefined };

/** How an endpoint fails: a fault, its kind alone, a status code, or a handler. */
export type FaultInit = Fault | Exclude<FaultKind['kind'], 'custom'> | number | FaultHandler;

/** One endpoint, or both kinds of metadata at once. */
export type FaultTarget = Endpoint | 'metadata';

const MEMBERS = {
  status: ['status', 'headers', 'body'],
  delay: ['delayMs'],
  'hang-before-headers': [],
  'hang-after-headers': [],
  reset: [],
  truncated: [],
  html: [],
  oversized: ['bytes', 'contentLength'],
  'slow-body': ['intervalMs'],
  redirect: ['status', 'location'],
  'wrong-json': ['body'],
  'gzip-bomb': ['bytes'],
  raw: ['bytes', 'afterwards'],
  flapping: ['fault'],
  custom: ['handler'],
} as const satisfies Record<FaultKind['kind'], readonly string[]>;

const ENDPOINTS: readonly Endpoint[] = [
  ...(['oauthMetadata', 'oidcMetadata', 'jwks', 'authorization'] as const),
  ...(['token', 'registration', 'introspection', 'revocation'] as const),
];

/** Which endpoint fails how, and for how long still. */
export class FaultPlan {
  // Written by fail, restore and next.
  readonly #planned = new Map<Endpoint, { readonly fault: FaultKind; left: number; seen: number }>();

  /** Replaces what was planned for the endpoint. Throws a `TypeError` or `RangeError` for a fault that makes no sense. */
  fail(target: FaultTarget, how: FaultInit): void {
    const { times, ...fault } = faultOf(how);
    const left = numberOption('fail', 'times', times, Number.POSITIVE_INFINITY, { min: 1, integer: true });
    for (const endpoint of endpointsOf(target)) this.#planned.set(endpoint, { fault, left, seen: 0 });
  }

  /** Mends one endpoint, or all of them. */
  restore(target?: FaultTarget): void {
    if (target === undefined) this.#planned.clear();
    else for (const endpoint of endpointsOf(target)) this.#planned.delete(endpoint);
  }

  /** What goes wrong with the next request to an endpoint. */
  next(endpoint: Endpoint): FaultKind | undefined {
    const planned = this.#planned.get(endpoint);
    if (planned === undefined) return undefined;
    const { fault } = planned;
    planned.seen++;
    // Of a flapping endpoint the good answers count as well: `times` is the length of the episode.
    if (--planned.left <= 0) this.#planned.delete(endpoint);
    if (fault.kind !== 'flapping') return fault;
    return planned.seen % 2 === 1 ? (fault.fault ?? { kind: 'status' }) : undefined;
  }
}

function endpointsOf(target: FaultTarget): readonly Endpoint[] {
  if (target === 'metadata') return ['oauthMetadata', 'oidcMetadata'];
  if (!ENDPOINTS.includes(target)) {
    throw new TypeError(`fail: endpoint must be one of metadata, ${ENDPOINTS.join(', ')}`);
  }
  return [target];
}

function faultOf(how: FaultInit): Fault {
  if (typeof how === 'number') return { kind: 'status', status: statusCode(how) };
  if (typeof how === 'function') return { kind: 'custom', handler: how };
  const fault = typeof how === 'string' ? ({ kind: how } as Fault) : how;
  if (typeof fault !== 'object' || fault === null || !Object.hasOwn(MEMBERS, fault.kind)) {
    throw new TypeError(`fail: kind must be one of ${Object.keys(MEMBERS).join(', ')}`);
  }
  const known: readonly string[] = ['kind', 'times', ...MEMBERS[fault.kind]];
  const unknown = Object.keys(fault).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`fail: ${fault.kind} has no '${unknown}'; it has ${known.join(', ')}`);
  if ((fault.kind === 'status' || fault.kind === 'redirect') && fault.status !== undefined) statusCode(fault.status);
  if (fault.kind === 'custom' && typeof fault.handler !== 'function') {
    throw new TypeError("fail: option 'handler' must be a function");
  }
  if (fault.kind === 'raw' && !['close', 'reset', undefined].includes(fault.afterwards)) {
    throw new TypeError("fail: option 'afterwards' must be close or reset");
  }
  if (fault.kind === 'flapping' && fault.fault !== undefined) faultOf(fault.fault);
  return fault;
}

function statusCode(status: number): number {
  return numberOption('fail', 'status', status, 503, { min: 200, max: 599, integer: true });
}
