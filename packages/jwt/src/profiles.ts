import {
  audienceCheck,
  type ClaimCheck,
  expirationCheck,
  issuedAtCheck,
  issuerCheck,
  notBeforeCheck,
  ownClaim,
  senderConstraintCheck,
  shown,
} from '@auth/core';
import type { ClaimPolicy } from './options.js';

// Without u and i together no character outside of ASCII matches. RFC 7515 §4.1.9: without a slash "application/" is meant.
const ACCESS_TOKEN_TYPE = /^(?:application\/)?at\+jwt$/i;
const ANY_TOKEN_TYPE = /^(?:application\/)?(?:at\+)?jwt$/i;

/** `typ` (RFC 8725 §3.11): another kind of JWT is never an access token. */
export function typeCheck(profile: ClaimPolicy['profile']): ClaimCheck {
  const strict = profile === 'rfc9068';
  const accepted = strict ? ACCESS_TOKEN_TYPE : ANY_TOKEN_TYPE;
  const expected = strict ? 'at+jwt' : 'JWT, at+jwt or none';
  return {
    name: 'type',
    expected,
    check: (header) => {
      if (!strict && !Object.hasOwn(header, 'typ')) return undefined;
      const typ = ownClaim(header, 'typ');
      if (typeof typ === 'string' && accepted.test(typ)) return undefined;
      return { reason: 'unsupported_type', expected, actual: shown(typ) };
    },
  };
}

/** The checks of the claims, in the order in which they run. */
export function claimChecks(policy: ClaimPolicy, toleranceSeconds: number): readonly ClaimCheck[] {
  const { issuers, audiences, maxTokenAgeSeconds: maxAgeSeconds, profile } = policy;
  const strict = profile === 'rfc9068';
  return [
    expirationCheck({ required: policy.requireExpiration || strict, toleranceSeconds }),
    notBeforeCheck({ toleranceSeconds }),
    issuedAtCheck({ toleranceSeconds, maxAgeSeconds }),
    ...(issuers === null ? [] : [issuerCheck({ issuers, required: true })]),
    ...(audiences === null ? [] : [audienceCheck({ audiences })]),
    ...(strict ? [rfc9068Check()] : []),
    senderConstraintCheck(),
  ];
}

const FILLED_TEXT = (value: unknown): boolean => typeof value === 'string' && value !== '';
const PRESENT = (value: unknown): boolean => typeof value === 'number';

/** RFC 9068 §2.2: what a token of this profile must have, whether or not it is compared with something. */
const RFC_9068_CLAIMS: Readonly<Record<string, (value: unknown) => boolean>> = {
  iss: FILLED_TEXT,
  exp: PRESENT,
  aud: (value) => FILLED_TEXT(value) || (Array.isArray(value) && value.length > 0 && value.every(FILLED_TEXT)),
  sub: FILLED_TEXT,
  client_id: FILLED_TEXT,
  iat: PRESENT,
  jti: FILLED_TEXT,
};

function rfc9068Check(): ClaimCheck {
  const names = Object.keys(RFC_9068_CLAIMS);
  return {
    name: 'required claims',
    expected: names,
    timeless: true,
    check: (claims) => {
      const missing = names.filter((name) => RFC_9068_CLAIMS[name]?.(ownClaim(claims, name)) !== true);
      return missing.length === 0 ? undefined : { reason: 'missing_claim', expected: missing };
    },
  };
}
