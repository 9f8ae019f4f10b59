import type { AccessToken } from './access-token.js';
import { parseBearerToken } from './bearer-token.js';
import { assertKnownOptions } from './options.js';
import { type ScopeHierarchy, scopeListOption } from './scopes.js';
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

const OPTIONS = ['authorization', 'verifier', 'requiredScopes', 'scopeHierarchy', 'signal'];

/**
 * The main road:
 *
 *     header text ──parse──▶ bearer token ──verify──▶ AccessToken ──authorize──▶ handler
 *                      └───────────── AuthError ──────────────┴──▶ toChallenge: status, headers, body
 *
 * Resolves to the caller's {@link AccessToken}, or rejects with an AuthError and nothing else; `toChallenge` turns that into
 * the HTTP answer. A misspelt option or scopes that are no list are a `TypeError`: neither may switch a check off. Finer questions than scopes (roles, tenants, arguments) are for `authorize`.
 */
export async function authenticate(options: AuthenticateOptions): Promise<AccessToken> {
  assertKnownOptions('authenticate', options, OPTIONS);
  const requiredScopes = scopeListOption('authenticate', 'requiredScopes', options.requiredScopes);
  const token = parseBearerToken(options.authorization);
  const result = await safeVerify(options.verifier, token, { signal: options.signal });
  if (!result.ok) throw result.error;
  assertScopes(result.accessToken.scopes, requiredScopes, options.scopeHierarchy);
  return result.accessToken;
}
