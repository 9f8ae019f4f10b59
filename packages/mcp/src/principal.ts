import type { AccessToken } from '@auth/core';

/** What is read of the MCP SDK's `AuthInfo` (v1 and v2). */
export interface AuthInfoLike {
  readonly resourceMetadataUrl?: string | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The {@link AccessToken} that a gate of ours put into `authInfo.extra.accessToken`; `undefined` without an `authInfo`.
 * Throws a `TypeError` for an `authInfo` of anybody else: what it says about the caller is not enough to decide from, and to
 * take it for "no caller" would send people to log in again.
 */
export function accessTokenOf(authInfo: AuthInfoLike | undefined): AccessToken | undefined {
  if (authInfo === undefined || authInfo === null) return undefined;
  const candidate: unknown = authInfo.extra?.accessToken;
  if (!isAccessToken(candidate)) {
    throw new TypeError(
      "authInfo.extra.accessToken is missing: use the gate of '@auth/http', or the SDK's gate with toOAuthTokenVerifier",
    );
  }
  return candidate;
}

function isAccessToken(value: unknown): value is AccessToken {
  if (typeof value !== 'object' || value === null) return false;
  const { scopes, audience, claims, expiresAt } = value as Partial<Record<keyof AccessToken, unknown>>;
  return (
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === 'string') &&
    Array.isArray(audience) &&
    typeof claims === 'object' &&
    claims !== null &&
    (expiresAt === undefined || typeof expiresAt === 'number')
  );
}

/** Where challenges say the protected-resource metadata is; `undefined` for anything that is no URL. */
export function metadataUrlOf(authInfo: AuthInfoLike | undefined): string | undefined {
  const url: unknown = authInfo?.resourceMetadataUrl;
  return typeof url === 'string' && URL.canParse(url) ? url : undefined;
}
