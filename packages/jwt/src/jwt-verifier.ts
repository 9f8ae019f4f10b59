import {
  type AccessToken,
  assertClaims,
  assertScopes,
  assertTokenSize,
  type ClaimCheck,
  notify,
  registerRecall,
  TokenVerifier,
  unavailable,
  type VerifyOptions,
} from '@auth/core';
import type { Algorithm } from './algorithms.js';
import { type Explanation, explainSteps } from './explain.js';
import { headerChecks } from './header-checks.js';
import type { KeySource } from './key-source.js';
import { keysOption } from './key-sources.js';
import { assertOptions, type ClaimPolicy, cacheEntries, claimPolicy, type JWTVerifierOptions } from './options.js';
import { accessTokenOf, isPure, policySteps } from './policy-steps.js';
import { claimChecks } from './profiles.js';
import { proofSteps } from './proof-steps.js';
import { known, runSteps, type Step, type Verification, verificationOf } from './verification.js';
import { type VerifiedToken, VerifiedTokenCache } from './verified-token-cache.js';

const OWNER = 'JWTVerifier';

/**
 * Verifies JWT access tokens: bound the token, parse the header, refuse by header, find the key, verify the signature, check the
 * claims, map them. Keeps no state of a request.
 *
 * Throws a `TypeError` or `RangeError` at construction for options that make no sense; none of its texts repeats a key or secret.
 */
export class JWTVerifier extends TokenVerifier {
  /** Who may have issued tokens, as configured. */
  readonly issuer: string | readonly string[] | null;
  /** Whom tokens must be meant for, as configured. */
  readonly audience: string | readonly string[] | null;
  /** Where the keys are, when that was configured. */
  readonly jwksUri: string | undefined;
  /** The signature algorithms that are allowed. */
  readonly algorithms: readonly Algorithm[];
  readonly #keys: KeySource;
  readonly #policy: ClaimPolicy;
  /** Of the checks of the claims, `exp`: looked at again when everything else is done. */
  readonly #expiryCheck: readonly ClaimCheck[];
  /** Of the checks of the claims, those whose outcome may change with time: what a remembered token is checked for. */
  readonly #timeChecks: readonly ClaimCheck[];
  /** All steps in order, as `explain` shows them. */
  readonly #explainedSteps: readonly Step[];
  /** What `verifyToken` runs: the same in fewer steps, and with a cache the proof is remembered on the way. */
  readonly #steps: readonly Step[];
  /** The last of them: for every use of a token, a remembered one included, that is not handed out again as it is. */
  readonly #policySteps: readonly Step[];
  readonly #cache: VerifiedTokenCache | undefined;
  /** Whether an access token that was made once may be handed out again, as long as its times are good. */
  readonly #reusable: boolean;

  constructor(options: JWTVerifierOptions) {
    super(assertOptions(OWNER, options));
    const policy = claimPolicy(OWNER, options);
    const maxEntries = cacheEntries(OWNER, options.cache);
    const { keys, algorithms } = keysOption(OWNER, options, policy.issuers);
    this.issuer = asGiven(options.issuer, policy.issuers);
    this.audience = asGiven(options.audience, policy.audiences);
    this.jwksUri = options.jwksUri;
    this.algorithms = Object.freeze([...algorithms]);
    this.#keys = keys;
    this.#policy = policy;
    const checks = claimChecks(policy, this.clockToleranceSeconds);
    this.#expiryCheck = checks.slice(0, 1);
    this.#timeChecks = checks.filter(({ timeless }) => timeless !== true);
    const proof = proofSteps(keys, headerChecks(algorithms, policy.profile));
    const { requiredScopes, scopeHierarchy } = this;
    const rules = policySteps(checks, policy, { requiredScopes, scopeHierarchy });
    this.#policySteps = rules.brief;
    this.#explainedSteps = [...proof.explained, ...rules.explained];
    this.#cache = maxEntries === undefined ? undefined : new VerifiedTokenCache(maxEntries);
    const remember: Step = { name: 'remember', run: (state) => this.#remember(state) };
    this.#steps = [...proof.brief, ...(this.#cache === undefined ? [] : [remember]), ...rules.brief];
    // What a subclass adds in `authenticate` or `assertUsable` is asked for every use of a token.
    this.#reusable = new.target === JWTVerifier && isPure(policy);
    // Checked once, in force as checked; a subclass may still add fields of its own.
    if (new.target === JWTVerifier) Object.freeze(this);
  }

  /** Verifies a token; see {@link TokenVerifier.verifyToken}. */
  override verifyToken(token: string, options: VerifyOptions = {}): Promise<AccessToken> {
    const recalled = this.#recall(token, options);
    return recalled === undefined ? super.verifyToken(token, options) : Promise.resolve(recalled);
  }

  static {
    // For a gate it is the same answer without a promise, and the same event.
    registerRecall(JWTVerifier.prototype.verifyToken, (verifier, token) =>
      #cache in verifier ? verifier.#recall(token) : undefined,
    );
  }

  /** Every check of a token with its outcome, and hints for the classic mistakes. Never rejects, and reports no event. */
  async explain(token: string): Promise<Explanation> {
    const size: Step = {
      name: 'size',
      expected: `1 to ${this.maxTokenBytes} bytes`,
      run: (state) => assertTokenSize(state.token, this.maxTokenBytes),
    };
    const steps = [size, ...this.#explainedSteps];
    try {
      return await explainSteps(steps, verificationOf(token, this.clock(), this.#keys.generation), this.#policy);
    } catch (error) {
      // The user's clock threw: nothing could be checked.
      return Object.freeze({ accepted: false, error: unavailable(error, token), checks: [] });
    }
  }

  /** Fetches the keys now if they are not at hand: for readiness probes. Rejects with `temporarily_unavailable`. */
  ready(): Promise<void> {
    return this.#keys.ready();
  }

  /** Stops background work, closes connections and forgets tokens. */
  async close(): Promise<void> {
    this.#cache?.clear();
    await this.#keys.close();
  }

  protected override authenticate(token: string): AccessToken | Promise<AccessToken> {
    const state = verificationOf(token, this.clock(), this.#keys.generation);
    const pending = this.#walk(state);
    return pending === undefined ? this.#accessTokenOf(state) : pending.then(() => this.#accessTokenOf(state));
  }

  /** Times by the exact `exp`: the `expiresAt` of an access token is rounded down. */
  protected override assertUsable(accessToken: AccessToken): void {
    assertClaims(this.#expiryCheck, accessToken.claims, { now: this.clock() });
    assertScopes(accessToken.scopes, this.requiredScopes, this.scopeHierarchy);
  }

  /** The whole road, or, for a token whose signature was found good before, what may have changed since. */
  #walk(state: Verification): void | Promise<void> {
    const kept = this.#cache?.get(state.token);
    if (kept === undefined || !this.#isStillProven(kept)) return runSteps(this.#steps, state);
    state.header = kept.header;
    state.claims = kept.claims;
    state.remembered = kept;
    return runSteps(this.#policySteps, state);
  }

  /** Between proof and policy: what is remembered is the proof, whatever becomes of the token. */
  #remember(state: Verification): void {
    const { token, header, claims, hint, key, generation } = state;
    const entry: VerifiedToken = {
      token,
      header: known(header),
      claims: known(claims),
      hint: known(hint),
      key: known(key),
      generation,
      accessToken: undefined,
    };
    this.#cache?.set(entry);
    state.remembered = entry;
  }

  #accessTokenOf(state: Verification): AccessToken {
    const accessToken = accessTokenOf(state);
    if (this.#reusable && state.remembered !== undefined) state.remembered.accessToken = accessToken;
    return accessToken;
  }

  /**
   * Whether the key that proved the token is one that it would be tried against now. Asks the key source on every use: that is
   * what keeps the keys fresh, and what ends trust in a key that was removed. Where keys have to be fetched first, the token
   * goes the whole road, which asks for them once.
   */
  #isStillProven({ hint, key, generation }: VerifiedToken): boolean {
    return generation === this.#keys.generation && this.#keys.keysAtHand(hint)?.includes(key) === true;
  }

  /** What is remembered of the token and still good, handed out and reported. The long way turns away who no longer waits. */
  #recall(token: string, options?: VerifyOptions | null): AccessToken | undefined {
    const handedOut = this.#handOut(token, options);
    if (handedOut !== undefined && this.observer !== undefined) {
      const { clientId, subject, issuer } = handedOut;
      notify(this.observer, { type: 'token.accepted', clientId, subject, issuer });
    }
    return handedOut;
  }

  /** The access token made of this very token before, if everything that may have changed since is still good. */
  #handOut(token: string, options: VerifyOptions | null | undefined): AccessToken | undefined {
    const kept = typeof token === 'string' ? this.#cache?.get(token) : undefined;
    if (kept?.accessToken === undefined) return undefined;
    try {
      const good = !options?.signal?.aborted && this.#isStillProven(kept) && this.#timesAreGood(kept);
      return good ? kept.accessToken : undefined;
    } catch {
      // A clock of the user's that throws, for example: the long way meets it again and reports it.
      return undefined;
    }
  }

  #timesAreGood({ claims }: VerifiedToken): boolean {
    const context = { now: this.clock() };
    for (const { check } of this.#timeChecks) if (check(claims, context) !== undefined) return false;
    return true;
  }
}

function asGiven(value: unknown, list: readonly string[] | null): string | readonly string[] | null {
  return typeof value === 'string' ? value : list;
}
