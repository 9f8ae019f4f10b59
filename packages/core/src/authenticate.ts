import type { AccessToken } from './access-token.js';
import { isAuthError } from './auth-error.js';
import { parseBearerToken } from './bearer-token.js';
import { unavailable } from './foreign-error.js';
import type { ScopeHierarchy } from './scopes.js';
import { assertScopes, type Verifier } from './token-verifier.js';

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
  const accessToken = await verify(options.verifier, token, options.signal);
  assertScopes(accessToken.scopes, options.requiredScopes ?? [], options.scopeHierarchy);
  return accessToken;
}

async function verify(verifier: Verifier, token: string, signal: AbortSignal | undefined): Promise<AccessToken> {
  try {
    return await verifier.verifyToken(token, { signal });
  } catch (error) {
    // A verifier of somebody else's making may break the contract; the caller still gets an honest answer.
    throw isAuthError(error) ? error : unavailable(error, token);
  }
}
