import { AuthError, type FetchFailure, FetchJsonError, retryAfterSeconds } from '@auth/core';

/**
 * Why introspection gave no answer about a token. Beyond `fetchJson`'s: `unauthorized` (401 or 403: our credentials are wrong),
 * `credentials` (a secret or assertion could not be had), `overloaded` (too many requests wait), `circuit_open` (recent
 * failures or a Retry-After keep us away), `discovery`, `unsigned` and `signature` (RFC 9701).
 */
export type FailureKind =
  | FetchFailure
  | 'unauthorized'
  | 'credentials'
  | 'overloaded'
  | 'circuit_open'
  | 'discovery'
  | 'unsigned'
  | 'signature';

/** What else is known about a failure. */
export interface FailureInit {
  readonly status?: number | undefined;
  /** System or TLS error code, such as ECONNREFUSED. */
  readonly code?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Introspection was not possible. All its texts are fixed: foreign errors are reduced to their code, since undici's parser
 * errors hold the answer's bytes, jose's the claims, and a credential provider's might hold the secret.
 */
export class IntrospectionFailure extends Error {
  override readonly name = 'IntrospectionFailure';
  readonly failure: FailureKind;
  readonly status?: number;
  readonly code?: string;
  readonly retryAfterSeconds?: number;

  constructor(failure: FailureKind, init: FailureInit = {}) {
    const particulars = [init.status === undefined ? undefined : `HTTP ${init.status}`, init.code].filter(Boolean);
    super(particulars.length === 0 ? failure : `${failure} (${particulars.join(', ')})`);
    this.failure = failure;
    if (init.status !== undefined) this.status = init.status;
    if (init.code !== undefined) this.code = init.code;
    if (init.retryAfterSeconds !== undefined) this.retryAfterSeconds = init.retryAfterSeconds;
  }
}

/** Longest Retry-After that is passed on: one day. */
const MAX_RETRY_AFTER_SECONDS = 86_400;

/** The failure behind any error of a request; `now` in seconds, for a Retry-After that is a date. */
export function toFailure(error: unknown, now: number): IntrospectionFailure {
  if (error instanceof IntrospectionFailure) return error;
  if (!(error instanceof FetchJsonError)) return new IntrospectionFailure('network', { code: errorCode(error) });
  const { status, headers, failure } = error;
  if (failure === 'network') return new IntrospectionFailure('network', { code: errorCode(error.cause) });
  const asked = status === 429 || status === 503 ? retryAfterSeconds(headers ?? {}, now) : undefined;
  return new IntrospectionFailure(
    failure === 'status' && (status === 401 || status === 403) ? 'unauthorized' : failure,
    {
      status,
      retryAfterSeconds: asked === undefined ? undefined : Math.min(asked, MAX_RETRY_AFTER_SECONDS),
    },
  );
}

/** What the caller of `verifyToken` gets: nothing is known about the token, which may be fine. */
export function unavailableError(failure: IntrospectionFailure): AuthError {
  const { retryAfterSeconds: seconds } = failure;
  return new AuthError('temporarily_unavailable', {
    ...(seconds === undefined ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) }),
    details: { check: 'introspection', expected: 'HTTP 200 with a JSON object', actual: failure.message },
    cause: failure,
  });
}

/** The code of a system, TLS or undici error; nothing else of it is kept. */
function errorCode(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 3) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,48}$/.test(code) ? code : errorCode(cause, depth + 1);
}
