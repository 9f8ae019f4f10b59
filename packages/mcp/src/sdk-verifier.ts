import { type AuthErrorCode, principalKey, safeVerify, type Verifier } from '@auth/core';
import { type AuthInfo, OAuthError, OAuthErrorCode, type OAuthTokenVerifier } from '@modelcontextprotocol/server';
import { authInfoPolicy, type OAuthTokenVerifierOptions, TokenAuthInfo } from './token-auth-info.js';

/** The SDK's gate answers 401, 403, 400 and 500 by these codes. It has no 503: an outage is a 500 there, and never a 401. */
const CODES = {
  missing_token: OAuthErrorCode.InvalidToken,
  invalid_request: OAuthErrorCode.InvalidRequest,
  invalid_token: OAuthErrorCode.InvalidToken,
  insufficient_scope: OAuthErrorCode.InsufficientScope,
  access_denied: OAuthErrorCode.InsufficientScope,
  temporarily_unavailable: OAuthErrorCode.ServerError,
} as const satisfies Record<AuthErrorCode, OAuthErrorCode>;

/**
 * Any verifier for those who keep the SDK's own gate (`requireBearerAuth`). Rejects with the SDK's `OAuthError`, whose message
 * is the fixed public text. A token without an end gets one 60 seconds from now, since the SDK's gate insists on one. For exact
 * answers (503, `Retry-After`, scope hierarchies) use the gate of `@auth/http`. Throws a `TypeError` for options that make no sense.
 */
export function toOAuthTokenVerifier(verifier: Verifier, options: OAuthTokenVerifierOptions = {}): OAuthTokenVerifier {
  const policy = authInfoPolicy(verifier, options);
  return {
    async verifyAccessToken(token): Promise<AuthInfo> {
      const result = await safeVerify(verifier, token);
      if (!result.ok) throw new OAuthError(CODES[result.error.code], result.error.description);
      const { accessToken } = result;
      return new TokenAuthInfo(accessToken, accessToken.clientId ?? principalKey(accessToken), policy);
    },
  };
}
