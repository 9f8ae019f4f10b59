import { abortedError, withSignal } from './abort.js';
import { type AccessToken, type AccessTokenInit, createAccessToken, isAccessToken } from './access-token.js';
import { AuthError, invalidToken } from './auth-error.js';
import { type Clock, systemClock } from './clock.js';
import { toAuthError, unavailable } from './foreign-error.js';
import { assertOptionalFunction, numberOption } from './options.js';
import { missingScopes, type ScopeHierarchy, scopeHierarchyOption, scopeListOption } from './scopes.js';
import { notify, type VerifierObserver } from './verifier-events.js';

/** Per-call options of {@link Verifier.verifyToken}. */
export interface VerifyOptions {
  /** Ends the caller's wait, never work that other callers share. */
  readonly signal?: AbortSignal | undefined;
}

/** Decides whether a token is good and who the caller is. Resolves, or rejects with an {@link AuthError}; never anything else. */
export interface Verifier {
  verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken>;
}

/** Options that every {@link TokenVerifier} has. */
export interface TokenVerifierOptions {
  /** Scopes that every token must hold, else `insufficient_scope`. Default: none. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Scopes that include others. Default: none. */
  readonly scopeHierarchy?: ScopeHierarchy | undefined;
  /** How far clocks may differ, in seconds. Default 5, at most 300. */
  readonly clockToleranceSeconds?: number | undefined;
  /** Longest token that is looked at, in UTF-8 bytes. Default 16384. */
  readonly maxTokenBytes?: number | undefined;
  /** The time, in seconds since the epoch. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Receives an event for each decision. Default: none. */
  readonly observer?: VerifierObserver | undefined;
}

/** Names of {@link TokenVerifierOptions}, for subclasses that refuse unknown options. */
export const TOKEN_VERIFIER_OPTIONS: readonly string[] = Object.freeze([
  'requiredScopes',
  'scopeHierarchy',
  'clockToleranceSeconds',
  'maxTokenBytes',
  'clock',
  'observer',
]);

/**
 * Base of all verifiers. A subclass writes {@link TokenVerifier.authenticate}; bounding the token, expiry, required scopes,
 * foreign errors, freezing and events are done here, once.
 *
 * Throws a `TypeError` or `RangeError` at construction for options that make no sense.
 */
export abstract class TokenVerifier implements Verifier {
  /** Scopes that every token must hold. */
  readonly requiredScopes: readonly string[];
  protected readonly scopeHierarchy: ScopeHierarchy;
  protected readonly clockToleranceSeconds: number;
  protected readonly maxTokenBytes: number;
  protected readonly clock: Clock;
  protected readonly observer: VerifierObserver | undefined;

  constructor(options: TokenVerifierOptions = {}) {
    const owner = new.target.name;
    this.requiredScopes = scopeListOption(owner, 'requiredScopes', options.requiredScopes);
    this.scopeHierarchy = scopeHierarchyOption(owner, 'scopeHierarchy', options.scopeHierarchy);
    this.clockToleranceSeconds = numberOption(owner, 'clockToleranceSeconds', options.clockToleranceSeconds, 5, {
      min: 0,
      max: 300,
    });
    this.maxTokenBytes = numberOption(owner, 'maxTokenBytes', options.maxTokenBytes, 16_384, { min: 1, integer: true });
    assertOptionalFunction(owner, 'clock', options.clock);
    assertOptionalFunction(owner, 'observer', options.observer);
    this.clock = options.clock ?? systemClock;
    this.observer = options.observer;
  }

  /**
   * Verifies a token: bounds it, authenticates it, checks expiry and required scopes.
   * Rejects with an {@link AuthError} and nothing else; a foreign error of a subclass becomes `temporarily_unavailable` with
   * the error as its cause, because nothing is known about the token then.
   */
  async verifyToken(token: string, options: VerifyOptions = {}): Promise<AccessToken> {
    try {
      assertTokenSize(token, this.maxTokenBytes);
      // Untyped callers say "none" with null.
      const signal = (options as VerifyOptions | null)?.signal ?? undefined;
      if (signal?.aborted) throw abortedError(signal);
      const answer = this.authenticate(token, options ?? {});
      // To await what is there already costs as much as a check.
      const init = isThenable(answer) ? await withSignal(Promise.resolve(answer), signal) : answer;
      const accessToken = createAccessToken(token, init);
      this.assertUsable(accessToken);
      if (this.observer !== undefined) {
        const { clientId, subject, issuer } = accessToken;
        notify(this.observer, { type: 'token.accepted', clientId, subject, issuer });
      }
      return accessToken;
    } catch (thrown) {
      const error = toAuthError(thrown, token);
      const { code, reason, details } = error;
      notify(this.observer, { type: 'token.rejected', code, reason, details });
      throw error;
    }
  }

  /**
   * Says who a token belongs to, or throws an {@link AuthError}. The token is a text of bounded size that is not empty. Expiry
   * and required scopes need not be checked here; the result is copied and frozen, unless it is an {@link AccessToken} of this
   * token already.
   */
  protected abstract authenticate(
    token: string,
    options: VerifyOptions,
  ): AccessTokenInit | AccessToken | Promise<AccessTokenInit | AccessToken>;

  /** Expiry and required scopes: what is checked again on each use of an {@link AccessToken} that was kept. */
  protected assertUsable(accessToken: AccessToken): void {
    const { expiresAt, scopes } = accessToken;
    if (expiresAt !== undefined) {
      if (typeof expiresAt !== 'number' || !Number.isFinite(expiresAt)) throw invalidToken('malformed');
      const now = this.clock();
      // Written so that a clock that reads NaN refuses.
      if (!(now < expiresAt + this.clockToleranceSeconds)) {
        throw invalidToken('expired', { check: 'expiration', expected: `later than ${now}`, actual: expiresAt });
      }
    }
    assertScopes(scopes, this.requiredScopes, this.scopeHierarchy);
  }
}

function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as Partial<PromiseLike<Value>> | null | undefined)?.then === 'function';
}

/** Throws `malformed` for a token that is no text or empty, `too_large` for one over the limit, before anything reads it. */
export function assertTokenSize(token: unknown, maxTokenBytes: number): asserts token is string {
  if (typeof token !== 'string' || token === '') throw invalidToken('malformed');
  // A UTF-16 unit takes one to three bytes; only texts near the limit are worth counting.
  const tooLarge =
    token.length > maxTokenBytes ||
    (token.length * 3 > maxTokenBytes && new TextEncoder().encode(token).byteLength > maxTokenBytes);
  if (tooLarge) throw invalidToken('too_large', { check: 'size', expected: `at most ${maxTokenBytes} bytes` });
}

/** Throws `insufficient_scope`, naming all required scopes and the missing ones, unless the granted scopes suffice. */
export function assertScopes(
  granted: readonly string[],
  required: readonly string[],
  hierarchy: ScopeHierarchy = {},
): void {
  const missing = missingScopes(granted, required, hierarchy);
  if (missing.length > 0) {
    const details = { check: 'scopes', expected: required, actual: granted };
    throw new AuthError('insufficient_scope', { requiredScopes: required, missingScopes: missing, details });
  }
}

/** The outcome of {@link safeVerify}. */
export type VerifyResult =
  | { readonly ok: true; readonly accessToken: AccessToken }
  | { readonly ok: false; readonly error: AuthError };

/**
 * Like `verifier.verifyToken`, as a value instead of a rejection. Verifiers of somebody else's making may break the contract:
 * one that rejects with a foreign error, or resolves to something that is no {@link AccessToken}, is `temporarily_unavailable`.
 */
export async function safeVerify(verifier: Verifier, token: string, options?: VerifyOptions): Promise<VerifyResult> {
  try {
    const accessToken = await verifier.verifyToken(token, options);
    if (isAccessToken(accessToken)) return { ok: true, accessToken };
    return { ok: false, error: unavailable(new TypeError('the verifier resolved to no AccessToken'), token) };
  } catch (error) {
    return { ok: false, error: toAuthError(error, token) };
  }
}
