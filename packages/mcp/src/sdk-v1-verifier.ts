import { type AuthErrorCode, principalKey, safeVerify, type Verifier } from '@auth/core';
import {
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  type OAuthError,
  ServerError,
} from '@modelcontextprotocol/sdk/server/auth/errors.js';
import type { OAuthTokenVerifier } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import { authInfoPolicy, type OAuthTokenVerifierOptions, TokenAuthInfo } from './token-auth-info.js';

/** The SDK's gate answers 401, 403, 400 and 500 by these classes. It has no 503: an outage is a 500 there, and never a 401. */
const ERRORS = {
  missing_token: InvalidTokenError,
  invalid_request: InvalidRequestError,
  invalid_token: InvalidTokenError,
  insufficient_scope: InsufficientScopeError,
  access_denied: InsufficientScopeError,
  temporarily_unavailable: ServerError,
} as const satisfies Record<AuthErrorCode, new (message: string) => OAuthError>;

/**
 * Any verifier for those who keep the SDK's own gate (`requireBearerAuth`). Rejects with the SDK's own error classes, whose message
 * is the fixed public text. A token without an end gets one 60 seconds from now, since the SDK's gate insists on one. For exact
 * answers (503, `Retry-After`, scope hierarchies) use the gate of `@auth/http`. Throws a `TypeError` for options that make no sense.
 */
export function toOAuthTokenVerifier(verifier: Verifier, options: OAuthTokenVerifierOptions = {}): OAuthTokenVerifier {
  const policy = authInfoPolicy(verifier, options);
  return {
    async verifyAccessToken(token): Promise<AuthInfo> {
      const result = await safeVerify(verifier, token);
      if (!result.ok) throw new ERRORS[result.error.code](result.error.description);
      const { accessToken } = result;
      return new TokenAuthInfo(accessToken, accessToken.clientId ?? principalKey(accessToken), policy);
    },
  };
}
