import { type AuthError, type AuthErrorDetails, type InvalidTokenReason, invalidToken } from './auth-error.js';
import { type Claims, nearMissHint, ownClaim, shown } from './claim-values.js';

/** What a check may look at beside the claims. */
export interface ClaimCheckContext {
  /** Now, in seconds since the epoch. */
  readonly now: number;
}

/** Why a check refused. */
export interface ClaimCheckFailure extends Omit<AuthErrorDetails, 'check'> {
  readonly reason: InvalidTokenReason;
}

/** One named rule about claims. Checks are data: verification runs a list of them to the first failure, `explain` to its end. */
export interface ClaimCheck {
  /** Name in the words of the standard, for example `audience`. */
  readonly name: string;
  /** What the rule expects, for `explain`. */
  readonly expected?: unknown;
  /**
   * Whether the outcome follows from the claims alone, whatever the time: claims that passed once need not be asked again.
   * Default: it may change with time.
   */
  readonly timeless?: boolean;
  readonly check: (claims: Claims, context: ClaimCheckContext) => ClaimCheckFailure | undefined;
}

/** One line of an explanation. */
export interface CheckOutcome {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly expected?: unknown;
  readonly actual?: unknown;
  readonly hint?: string;
}

/** Runs the checks in order and throws the first failure as an `invalid_token` AuthError. */
export function assertClaims(checks: readonly ClaimCheck[], claims: Claims, context: ClaimCheckContext): void {
  for (const { name, check } of checks) {
    const failure = check(claims, context);
    if (failure !== undefined) throw claimError(name, failure);
  }
}

/** Runs every check and says how each came out. */
export function explainClaims(
  checks: readonly ClaimCheck[],
  claims: Claims,
  context: ClaimCheckContext,
): readonly CheckOutcome[] {
  return checks.map(({ name, expected, check }) => {
    const failure = check(claims, context);
    const known = expected === undefined ? {} : { expected };
    if (failure === undefined) return { name, outcome: 'passed', ...known };
    const { reason: _reason, ...details } = failure;
    return { name, outcome: 'failed', ...known, ...details };
  });
}

/** The `invalid_token` AuthError of a failed check. */
export function claimError(check: string, { reason, ...details }: ClaimCheckFailure): AuthError {
  return invalidToken(reason, { check, ...details });
}

/** Last second of the year 9999: no token lives longer, and a time in milliseconds lies far beyond. */
export const MAX_NUMERIC_DATE = 253_402_300_799;

type TimeReading = { readonly seconds: number | undefined } | { readonly failure: ClaimCheckFailure };

/** RFC 7519 §2: a NumericDate is a JSON number of seconds; fractions are allowed. */
function readTime(claims: Claims, name: string): TimeReading {
  if (!Object.hasOwn(claims, name)) return { seconds: undefined };
  const value = claims[name];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    return { failure: { reason: 'malformed', expected: `${name}: seconds since the epoch`, actual: shown(value) } };
  }
  return { seconds: value };
}

/** `exp` (RFC 7519 §4.1.4): expired means now ≥ exp + tolerance. */
export function expirationCheck(options: { required: boolean; toleranceSeconds: number }): ClaimCheck {
  return {
    name: 'expiration',
    expected: options.required ? 'a time in the future' : 'a time in the future, or none',
    check: (claims, { now }) => {
      const time = readTime(claims, 'exp');
      if ('failure' in time) return time.failure;
      const { seconds } = time;
      if (seconds === undefined) return options.required ? { reason: 'missing_claim', expected: 'exp' } : undefined;
      if (seconds > MAX_NUMERIC_DATE) {
        return {
          reason: 'malformed',
          expected: 'exp: a time before the year 10000',
          actual: seconds,
          hint: 'exp is in seconds; this looks like milliseconds or like "for ever"',
        };
      }
      // 0 is not a time but a mistake, whatever the clock says.
      if (seconds !== 0 && now < seconds + options.toleranceSeconds) return undefined;
      return { reason: 'expired', expected: `later than ${now}`, actual: seconds };
    },
  };
}

/** `nbf` (RFC 7519 §4.1.5), when there is one. */
export function notBeforeCheck(options: { toleranceSeconds: number }): ClaimCheck {
  return {
    name: 'not before',
    check: (claims, { now }) => {
      const time = readTime(claims, 'nbf');
      if ('failure' in time) return time.failure;
      if (time.seconds === undefined || time.seconds <= now + options.toleranceSeconds) return undefined;
      return { reason: 'not_yet_valid', expected: `not later than ${now}`, actual: time.seconds };
    },
  };
}

/** `iat` (RFC 7519 §4.1.6): never in the future, and not older than `maxAgeSeconds`, for which it must be there. */
export function issuedAtCheck(options: { toleranceSeconds: number; maxAgeSeconds?: number | undefined }): ClaimCheck {
  const { toleranceSeconds, maxAgeSeconds } = options;
  return {
    name: 'issued at',
    check: (claims, { now }) => {
      const time = readTime(claims, 'iat');
      if ('failure' in time) return time.failure;
      const { seconds } = time;
      if (seconds === undefined) {
        return maxAgeSeconds === undefined ? undefined : { reason: 'missing_claim', expected: 'iat' };
      }
      // Written so that a clock that reads NaN refuses.
      if (!(seconds <= now + toleranceSeconds)) {
        const hint = `issued ${Math.round(seconds - now)} s ahead of this machine's clock: compare the clocks`;
        return { reason: 'issued_in_future', expected: `not later than ${now}`, actual: seconds, hint };
      }
      if (maxAgeSeconds === undefined || now < seconds + maxAgeSeconds + toleranceSeconds) return undefined;
      return { reason: 'too_old', expected: `issued within ${maxAgeSeconds} s`, actual: seconds };
    },
  };
}

/** `iss`: exactly one of the configured texts, compared without any normalisation (RFC 9068 §4). */
export function issuerCheck(options: { issuers: readonly string[]; required: boolean }): ClaimCheck {
  const { issuers, required } = options;
  const expected = issuers.length === 1 ? issuers[0] : issuers;
  return {
    name: 'issuer',
    expected,
    timeless: true,
    check: (claims) => {
      const iss = ownClaim(claims, 'iss');
      if (iss === undefined && !required) return undefined;
      if (typeof iss === 'string' && issuers.includes(iss)) return undefined;
      return { reason: 'issuer_mismatch', expected, actual: shown(iss), ...nearMissHint([iss], issuers) };
    },
  };
}

/** `aud`: a text or a list of texts of which one is exactly one of ours (RFC 7519 §4.1.3, RFC 9068 §4). */
export function audienceCheck(options: { audiences: readonly string[] }): ClaimCheck {
  const { audiences } = options;
  const expected = audiences.length === 1 ? audiences[0] : audiences;
  return {
    name: 'audience',
    expected,
    timeless: true,
    check: (claims) => {
      const aud = ownClaim(claims, 'aud');
      const list = audienceList(aud);
      if (list !== undefined && hasOneOf(list, audiences)) return undefined;
      return { reason: 'audience_mismatch', expected, actual: shown(aud), ...nearMissHint(list ?? [], audiences) };
    },
  };
}

/** The members of an `aud` claim, or undefined when it is neither a text nor a list of texts. */
export function audienceList(aud: unknown): readonly string[] | undefined {
  if (typeof aud === 'string') return [aud];
  return Array.isArray(aud) && holdsTexts(aud) ? aud : undefined;
}

// Loops: the methods of arrays are several times as slow on frozen ones, and all claims are frozen.
function holdsTexts(list: readonly unknown[]): list is readonly string[] {
  for (const item of list) if (typeof item !== 'string') return false;
  return true;
}

function hasOneOf(list: readonly string[], wanted: readonly string[]): boolean {
  for (const item of list) if (wanted.includes(item)) return true;
  return false;
}

/** Claims that must be there, as texts that are not empty. */
export function requiredTextClaimsCheck(names: readonly string[]): ClaimCheck {
  return {
    name: 'required claims',
    expected: names,
    timeless: true,
    check: (claims) => {
      const missing = names.filter((name) => {
        const value = ownClaim(claims, name);
        return typeof value !== 'string' || value === '';
      });
      return missing.length === 0 ? undefined : { reason: 'missing_claim', expected: missing };
    },
  };
}

/** A token with `cnf` (RFC 7800) is bound to a key (RFC 9449 DPoP, RFC 8705 mTLS): without a proof it is not a bearer token. */
export function senderConstraintCheck(): ClaimCheck {
  return {
    name: 'sender constraint',
    expected: 'no cnf claim',
    timeless: true,
    check: (claims) =>
      Object.hasOwn(claims, 'cnf')
        ? { reason: 'sender_constrained', hint: 'the authorization server issued a DPoP- or mTLS-bound token' }
        : undefined,
  };
}
