import { type AccessToken, AuthError, createAccessToken, type InvalidTokenReason } from '@auth/core';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { AUDIENCE, type PeerConfiguration, type PeerVerify } from './peer-setup.js';

/** Plain `jwtVerify` with `createRemoteJWKSet`, as jose's documentation shows it. */
export function configureJose({ issuer, jwksUri, clock }: PeerConfiguration): PeerVerify {
  const keys = createRemoteJWKSet(new URL(jwksUri));
  return async (token): Promise<AccessToken> => {
    try {
      const currentDate = new Date(clock() * 1000);
      const { payload } = await jwtVerify(token, keys, { issuer, audience: AUDIENCE, currentDate });
      const scopes = typeof payload.scope === 'string' ? payload.scope.split(' ') : [];
      return createAccessToken(token, { subject: payload.sub, scopes, expiresAt: payload.exp });
    } catch (error) {
      throw translate(error);
    }
  };
}

const REASONS: Readonly<Record<string, InvalidTokenReason>> = {
  ERR_JWT_EXPIRED: 'expired',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'claim_rejected',
  ERR_JWT_INVALID: 'malformed',
  ERR_JWS_INVALID: 'malformed',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature_invalid',
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm_not_allowed',
  ERR_JOSE_NOT_SUPPORTED: 'critical_header',
  ERR_JWKS_NO_MATCHING_KEY: 'unknown_key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'unknown_key',
};

/** Each documented code as what it means. What has no code of its own, an outage among it, stays as it is. */
function translate(error: unknown): unknown {
  if (!(error instanceof errors.JOSEError)) return error;
  const reason = REASONS[error.code];
  if (reason !== undefined) return new AuthError('invalid_token', { reason, cause: error });
  // Its code for "expected 200 OK from the key set" and for a set that is none: the keys could not be had.
  return new AuthError('temporarily_unavailable', { cause: error });
}
