import { AuthError, describe, isAuthError } from './auth-error.js';
import { assertKnownOptions } from './options.js';
import { isScopeToken } from './scopes.js';

/** What {@link toChallenge} may add to a challenge. */
export interface ChallengeOptions {
  /** Where the protected-resource metadata is (RFC 9728 §5.1). */
  readonly resourceMetadataUrl?: string | undefined;
  /** Scopes that every request needs; named together with those that the error says the operation needs. */
  readonly requiredScopes?: readonly string[] | undefined;
}

/** An HTTP answer: status, header fields and JSON text. */
export interface Challenge {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON object as text (RFC 6749 §5.2 members); empty where RFC 6750 §3.1 wants no error information. */
  readonly body: string;
}

/** Used when a challenge would have no parameter at all, which RFC 6750 §3 forbids. */
const DEFAULT_REALM = 'protected resource';

/**
 * The HTTP answer to an {@link AuthError} (RFC 6750 §3): 400, 401 and 403 with one `WWW-Authenticate: Bearer` challenge; 503
 * with `Retry-After` and without a challenge, so that nobody logs in again because of an outage. Never cacheable. The public
 * texts are fixed per code and reason: no claim value, key id or upstream message can be in them. Anything but an AuthError is
 * answered with 503, like every failure that says nothing about the token. Throws a `TypeError` for unknown options.
 */
export function toChallenge(error: AuthError, options: ChallengeOptions = {}): Challenge {
  assertKnownOptions('toChallenge', options, ['resourceMetadataUrl', 'requiredScopes']);
  return challengeOf(publicError(error), options);
}

/**
 * The error with texts of our own: one that a subclass or another copy of this package wrote could end its quotes, or the header
 * field. Anything but an AuthError says nothing about the token: that is an outage, and no reason to log in again.
 */
function publicError(error: unknown): AuthError {
  if (!isAuthError(error)) return new AuthError('temporarily_unavailable');
  try {
    return error.description === describe(error.code, error.reason) ? error : new AuthError(error.code, error);
  } catch {
    return new AuthError('temporarily_unavailable');
  }
}

function challengeOf(error: AuthError, options: ChallengeOptions): Challenge {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store' };
  if (error.code === 'temporarily_unavailable') {
    headers['Retry-After'] = String(delaySeconds(error.retryAfterSeconds));
  } else {
    headers['WWW-Authenticate'] = bearerChallenge(error, options);
  }
  // Without credentials there was no error: a client must not take the first answer for a failure (RFC 6750 §3.1).
  if (error.code === 'missing_token') return { status: error.status, headers, body: '' };
  headers['Content-Type'] = 'application/json';
  const scopes = challengeScopes(error, options);
  const body = JSON.stringify({
    error: error.code,
    error_description: error.description,
    ...(error.code === 'insufficient_scope' && scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
  });
  return { status: error.status, headers, body };
}

/** RFC 9110 §10.2.3: a whole number of seconds. Nothing an upstream says makes it anything else. */
function delaySeconds(seconds: number | undefined): number {
  return seconds !== undefined && seconds > 1 ? Math.min(Math.ceil(seconds), Number.MAX_SAFE_INTEGER) : 1;
}

function bearerChallenge(error: AuthError, options: ChallengeOptions): string {
  const parameters: string[] = [];
  if (error.code !== 'missing_token') {
    parameters.push(`error="${error.code}"`, `error_description="${error.description}"`);
  }
  const scopes = challengeScopes(error, options);
  if (scopes.length > 0) parameters.push(`scope="${scopes.join(' ')}"`);
  if (options.resourceMetadataUrl !== undefined) {
    parameters.push(`resource_metadata="${asciiUrl(options.resourceMetadataUrl)}"`);
  }
  if (parameters.length === 0) parameters.push(`realm="${DEFAULT_REALM}"`);
  return `Bearer ${parameters.join(', ')}`;
}

function challengeScopes(error: AuthError, options: ChallengeOptions): readonly string[] {
  // A role or a policy is not mended by scopes, nor is a malformed request.
  if (error.code === 'access_denied' || error.code === 'invalid_request') return [];
  // Both, since a token for only one of the two lists would be refused for the other one next.
  const scopes = [...(options.requiredScopes ?? []), ...(error.requiredScopes ?? [])];
  // A challenge never asks for a refresh token (MCP authorization, scope selection), and a scope-token cannot end its quotes.
  return [...new Set(scopes)].filter((scope) => isScopeToken(scope) && scope !== 'offline_access');
}

/**
 * The URL as the WHATWG parser serialises it, percent-encoded ASCII, and without the two characters that mean something in a
 * quoted-string (a query keeps its backslashes). Throws a `TypeError` if it is no URL.
 */
function asciiUrl(url: string): string {
  return new URL(url).href.replaceAll('\\', '%5C').replaceAll('"', '%22');
}
