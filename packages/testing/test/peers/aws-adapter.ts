import { type AccessToken, AuthError, createAccessToken, type InvalidTokenReason } from '@auth/core';
import { JwtVerifier } from 'aws-jwt-verify';
import {
  FetchError,
  JwkInvalidKtyError,
  JwksNotAvailableInCacheError,
  JwksValidationError,
  JwtBaseError,
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { AUDIENCE, type PeerConfiguration, type PeerVerify } from './peer-setup.js';

/** `JwtVerifier.create` with a fetcher that also speaks http: its own does https only. */
export function configureAws({ issuer, jwksUri }: PeerConfiguration): PeerVerify {
  const fetcher = {
    async fetch(uri: string): Promise<ArrayBuffer> {
      const response = await fetch(uri);
      if (!response.ok) throw new FetchError(uri, `status ${response.status}`);
      return await response.arrayBuffer();
    },
  };
  const verifier = JwtVerifier.create(
    { issuer, audience: AUDIENCE, jwksUri },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  );
  return async (token): Promise<AccessToken> => {
    try {
      const payload = await verifier.verify(token);
      const scopes = typeof payload.scope === 'string' ? payload.scope.split(' ') : [];
      return createAccessToken(token, { subject: payload.sub, scopes, expiresAt: payload.exp });
    } catch (error) {
      throw translate(error);
    }
  };
}

const REASONS: readonly (readonly [kind: abstract new (...args: never[]) => Error, reason: InvalidTokenReason])[] = [
  [JwtExpiredError, 'expired'],
  [JwtNotBeforeError, 'not_yet_valid'],
  [JwtInvalidIssuerError, 'issuer_mismatch'],
  [JwtInvalidAudienceError, 'audience_mismatch'],
  [JwtInvalidSignatureAlgorithmError, 'algorithm_not_allowed'],
  [JwtInvalidSignatureError, 'signature_invalid'],
  [KidNotFoundInJwksError, 'unknown_key'],
  [JwtWithoutValidKidError, 'unknown_key'],
  [JwtParseError, 'malformed'],
];

const OUTAGES = [
  FetchError,
  JwksValidationError,
  JwksNotAvailableInCacheError,
  JwkInvalidKtyError,
  WaitPeriodNotYetEndedJwkError,
];

/** Each documented class as what it means; what is none of the library's own stays as it is. */
function translate(error: unknown): unknown {
  if (OUTAGES.some((kind) => error instanceof kind)) return new AuthError('temporarily_unavailable', { cause: error });
  const reason = REASONS.find(([kind]) => error instanceof kind)?.[1];
  if (reason !== undefined) return new AuthError('invalid_token', { reason, cause: error });
  if (error instanceof JwtBaseError) return new AuthError('invalid_token', { reason: 'claim_rejected', cause: error });
  return error;
}
