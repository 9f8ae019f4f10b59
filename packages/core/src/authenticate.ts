import type { AccessToken } from './access-token.js';
import { parseBearerToken } from './bearer-token.js';
import type { ScopeHierarchy } from './scopes.js';
import { assertScopes, safeVerify, type Verifier } from './token-verifier.js';

/** What {@link authenticate} needs. */
export interface AuthenticateOptions {
  /** Every value of the Authorization header field. */
  readonly authorization: string | readonly string[] | undefined;
  readonly verifier: Verifier;
  /** Scopes that this request needs, beyond those that the verifier itself demands. Default: none. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Scopes that include others, for `requiredScopes`. Default: none. */
  readonly scopeHierarchy?: ScopeHierarchy | undefined;
  /** Ends the caller's wait. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The main road:
 *
 *     header text ──parse──▶ bearer token ──verify──▶ AccessToken ──authorize──▶ handler
 *                      └───────────── AuthError ──────────────┴──▶ toChallenge: status, headers, body
 *
 * Resolves to the caller's {@link AccessToken}, or rejects with an AuthError and nothing else; `toChallenge` turns that into
 * the HTTP answer. Finer questions than scopes (roles, tenants, arguments) are for `authorize`.
 */
export async function authenticate(options: AuthenticateOptions): Promise<AccessToken> {
  const token = parseBearerToken(options.authorization);
  const result = await safeVerify(options.verifier, token, { signal: options.signal });
  if (!result.ok) throw result.error;
  assertScopes(result.accessToken.scopes, options.requiredScopes ?? [], options.scopeHierarchy);
  return result.accessToken;
}
