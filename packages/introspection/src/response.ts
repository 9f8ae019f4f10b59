import {
  type AccessTokenInit,
  audienceCheck,
  audienceList,
  type ClaimCheck,
  type Claims,
  expirationCheck,
  issuerCheck,
  mapPrincipal,
  notBeforeCheck,
  ownClaim,
  senderConstraintCheck,
  shown,
} from '@auth/core';

/** What the server said about a token. */
export type Answer =
  /** The JSON object of RFC 7662 §2.2, or of RFC 9701's `token_introspection`. */
  | { readonly kind: 'response'; readonly claims: Claims }
  /** The server would not even look at it (400, 413, 414, 422). */
  | { readonly kind: 'not_recognized' };

/** What the checks are made from. */
export interface ResponseCheckOptions {
  readonly issuers: readonly string[] | null;
  readonly audiences: readonly string[] | null;
  readonly toleranceSeconds: number;
}

/** The rules for an answer, in order. The ones that JWTs have as well are core's own. */
export function responseChecks(options: ResponseCheckOptions): readonly ClaimCheck[] {
  const { issuers, audiences, toleranceSeconds } = options;
  return Object.freeze([
    activeCheck(),
    expiration(toleranceSeconds),
    notBeforeCheck({ toleranceSeconds }),
    // RFC 7662 §2.2: iss is optional, and the endpoint is the issuer's own.
    ...(issuers === null ? [] : [issuerCheck({ issuers, required: false })]),
    ...(audiences === null ? [] : [audienceCheck({ audiences })]),
    tokenUseCheck(),
    tokenTypeCheck(),
    senderConstraintCheck(),
  ]);
}

/** Whether the answer breaks RFC 7662 §2.2: `active` must be a boolean. */
export function isViolation(claims: Claims): boolean {
  return typeof ownClaim(claims, 'active') !== 'boolean';
}

/** Who the token belongs to, by an answer that passed the checks. */
export function tokenInit(claims: Claims, issuers: readonly string[] | null): AccessTokenInit {
  const { clientId, subject, scopes } = mapPrincipal(claims);
  const iss = ownClaim(claims, 'iss');
  const exp = expiresAt(claims);
  return {
    clientId,
    subject,
    scopes,
    issuer: typeof iss === 'string' && iss !== '' ? iss : onlyIssuer(issuers),
    audience: audienceList(ownClaim(claims, 'aud')),
    expiresAt: exp === undefined ? undefined : Math.floor(exp),
    claims,
  };
}

/** `exp` of an answer that passed the checks. */
export function expiresAt(claims: Claims): number | undefined {
  const exp = ownClaim(claims, 'exp');
  return typeof exp === 'number' ? exp : undefined;
}

/** The configured issuer, when there is exactly one. */
export function onlyIssuer(issuers: readonly string[] | null): string | undefined {
  return issuers?.length === 1 ? issuers[0] : undefined;
}

/** RFC 7662 §2.2: a boolean. `"true"`, 1 and the like are not it. */
function activeCheck(): ClaimCheck {
  return {
    name: 'active',
    expected: true,
    check: (claims) => {
      const active = ownClaim(claims, 'active');
      return active === true ? undefined : { reason: 'inactive', expected: true, actual: shown(active) };
    },
  };
}

/** As for JWTs, but optional here; servers that write every member give `null` for a token that does not expire. */
function expiration(toleranceSeconds: number): ClaimCheck {
  const strict = expirationCheck({ required: false, toleranceSeconds });
  return {
    ...strict,
    check: (claims, context) => (ownClaim(claims, 'exp') === null ? undefined : strict.check(claims, context)),
  };
}

/** Not of the standard, but of many servers: it tells refresh tokens and id tokens apart. */
function tokenUseCheck(): ClaimCheck {
  const accepted: readonly unknown[] = ['access', 'access_token'];
  return {
    name: 'token use',
    expected: 'access, or absent',
    check: (claims) => {
      const use = ownClaim(claims, 'token_use');
      if (use === undefined || accepted.includes(use)) return undefined;
      return { reason: 'unsupported_type', expected: 'token_use: access, or absent', actual: shown(use) };
    },
  };
}

/** RFC 6749 §5.1 and §7.1: compared without case. `DPoP` (RFC 9449 §6.2), `N_A` and `refresh_token` are no bearer tokens. */
function tokenTypeCheck(): ClaimCheck {
  return {
    name: 'token type',
    expected: 'Bearer, or absent',
    check: (claims) => {
      const type = ownClaim(claims, 'token_type');
      if (type === undefined || (typeof type === 'string' && type.toLowerCase() === 'bearer')) return undefined;
      return { reason: 'unsupported_type', expected: 'token_type: Bearer, or absent', actual: shown(type) };
    },
  };
}
