/** What went wrong, in the words of RFC 6750 §3.1 where it has one. The HTTP status follows from the code alone. */
export type AuthErrorCode =
  | 'missing_token'
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'access_denied'
  | 'temporarily_unavailable';

/** Why a token is an `invalid_token`. */
export type InvalidTokenReason =
  | 'malformed'
  | 'too_large'
  | 'algorithm_not_allowed'
  | 'unsupported_type'
  | 'critical_header'
  | 'unknown_key'
  | 'signature_invalid'
  | 'missing_claim'
  | 'expired'
  | 'not_yet_valid'
  | 'issued_in_future'
  | 'too_old'
  | 'issuer_mismatch'
  | 'audience_mismatch'
  | 'claim_rejected'
  | 'inactive'
  | 'revoked'
  | 'not_recognized'
  | 'sender_constrained';

/** The HTTP status of a code. `temporarily_unavailable` is never a 401: the token may be fine. */
export type AuthErrorStatus = 400 | 401 | 403 | 503;

/** What a check saw. For logs only: it may hold claim values. It never holds the token, a secret or a key. */
export interface AuthErrorDetails {
  /** Name of the check that failed, for example `audience`. */
  readonly check?: string;
  readonly expected?: unknown;
  readonly actual?: unknown;
  /** What an operator should look at, for example a trailing slash. */
  readonly hint?: string;
}

/** What an {@link AuthError} is made of, beside its code. */
export interface AuthErrorInit {
  /** Only for `invalid_token`. */
  readonly reason?: InvalidTokenReason;
  /** Only for `temporarily_unavailable`: when a retry makes sense. */
  readonly retryAfterSeconds?: number;
  /** Only for `insufficient_scope`: every scope the operation needs. */
  readonly requiredScopes?: readonly string[];
  /** Only for `insufficient_scope`: those of the required scopes that the token lacks. */
  readonly missingScopes?: readonly string[];
  readonly details?: AuthErrorDetails;
  /** The error behind this one; kept for logs. */
  readonly cause?: unknown;
}

const STATUS = {
  missing_token: 401,
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  access_denied: 403,
  temporarily_unavailable: 503,
} as const satisfies Record<AuthErrorCode, AuthErrorStatus>;

const CODE_DESCRIPTIONS = {
  missing_token: 'A bearer token is required',
  invalid_request: 'The request must carry exactly one well-formed bearer token in one Authorization header field',
  invalid_token: 'The access token is not valid',
  insufficient_scope: 'The access token lacks a scope that this operation needs',
  access_denied: 'The access token does not permit this operation',
  temporarily_unavailable: 'The access token cannot be checked at the moment; it may be valid, try again later',
} as const satisfies Record<AuthErrorCode, string>;

const REASON_DESCRIPTIONS = {
  malformed: 'The access token is malformed',
  too_large: 'The access token is too large',
  algorithm_not_allowed: 'The access token is signed with an algorithm that is not allowed here',
  unsupported_type: 'The token is not of a type that is accepted as an access token here',
  critical_header: 'The access token has a critical header parameter that is not supported',
  unknown_key: 'The access token is signed with a key that is not known here',
  signature_invalid: 'The signature of the access token is not valid',
  missing_claim: 'The access token lacks a required claim',
  expired: 'The access token has expired',
  not_yet_valid: 'The access token is not valid yet',
  issued_in_future: 'The access token was issued in the future',
  too_old: 'The access token was issued too long ago',
  issuer_mismatch: 'The access token is from an issuer that is not accepted here',
  audience_mismatch: 'The access token is not intended for this resource',
  claim_rejected: 'A claim of the access token was not accepted',
  inactive: 'The access token is not active',
  revoked: 'The access token has been revoked',
  not_recognized: 'The access token is not recognized',
  sender_constrained: 'The access token is bound to a key and cannot be used as a bearer token',
} as const satisfies Record<InvalidTokenReason, string>;

/** V8's setting, which other engines have taken over; not a part of the language. */
const engine: { stackTraceLimit?: unknown } = Error as { stackTraceLimit?: unknown };

/** Switches stack traces off and returns what to set again; `undefined` where that cannot be done, in a hardened realm for example. */
function suspendStackTraces(): unknown {
  const { stackTraceLimit } = engine;
  if (typeof stackTraceLimit !== 'number') return undefined;
  try {
    engine.stackTraceLimit = 0;
    return stackTraceLimit;
  } catch {
    return undefined;
  }
}

// In the global registry, so that copies of this package loaded side by side recognise each other's errors.
const BRAND: unique symbol = Symbol.for('mcp-bearer-auth.AuthError.1') as never;

/**
 * The only error that verification ever rejects with.
 * `message` and `description` are the same fixed text per code and reason: safe to send to a client, free of claim values.
 * Only `temporarily_unavailable` has a stack trace: the others say something about a request, and where they were made says
 * nothing more, while taking the trace costs more than finding the fault.
 */
export class AuthError extends Error {
  readonly code: AuthErrorCode;
  // Declared only: a field would be there, undefined, in every printed copy.
  declare readonly reason?: InvalidTokenReason;
  readonly status: AuthErrorStatus;
  readonly description: string;
  declare readonly retryAfterSeconds?: number;
  declare readonly requiredScopes?: readonly string[];
  declare readonly missingScopes?: readonly string[];
  declare readonly details?: AuthErrorDetails;

  constructor(code: AuthErrorCode, init: AuthErrorInit = {}) {
    const description = describe(code, init.reason);
    // Read before traces are off: a getter that throws would leave them off for the whole process.
    const { cause } = init;
    const stackTraceLimit = code === 'temporarily_unavailable' ? undefined : suspendStackTraces();
    super(description, cause === undefined ? undefined : { cause });
    if (stackTraceLimit !== undefined) engine.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.status = STATUS[code];
    this.description = description;
    if (init.reason !== undefined) this.reason = init.reason;
    if (init.retryAfterSeconds !== undefined) this.retryAfterSeconds = init.retryAfterSeconds;
    if (init.requiredScopes !== undefined) this.requiredScopes = Object.freeze([...init.requiredScopes]);
    if (init.missingScopes !== undefined) this.missingScopes = Object.freeze([...init.missingScopes]);
    if (init.details !== undefined) this.details = Object.freeze({ ...init.details });
  }

  static {
    // On the prototype and not enumerable: neither shows in logs of the error's own fields.
    Object.defineProperty(AuthError.prototype, 'name', { value: 'AuthError' });
    Object.defineProperty(AuthError.prototype, BRAND, { value: true });
  }
}

/** The public text of a code and reason. Throws a `TypeError` for one that is not ours. */
export function describe(code: AuthErrorCode, reason: InvalidTokenReason | undefined): string {
  if (!Object.hasOwn(STATUS, code)) throw new TypeError('AuthError: unknown code');
  if (reason === undefined) return CODE_DESCRIPTIONS[code];
  if (!Object.hasOwn(REASON_DESCRIPTIONS, reason)) throw new TypeError('AuthError: unknown reason');
  return REASON_DESCRIPTIONS[reason];
}

/** Whether a value is an {@link AuthError}, also one made by another copy of this package. */
export function isAuthError(value: unknown): value is AuthError {
  try {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  } catch {
    // A thrown proxy may do anything when looked at.
    return false;
  }
}

/** An `invalid_token` error with a reason; `details` are for logs. */
export function invalidToken(reason: InvalidTokenReason, details?: AuthErrorDetails, cause?: unknown): AuthError {
  return new AuthError('invalid_token', {
    reason,
    ...(details === undefined ? {} : { details }),
    ...(cause === undefined ? {} : { cause }),
  });
}
