import {
  type AccessTokenInit,
  type AuthError,
  assertClaims,
  assertScopes,
  assertTokenSize,
  type ClaimCheck,
  createAccessToken,
  invalidToken,
  isAuthError,
  TokenVerifier,
  unavailable,
} from '@auth/core';
import type { AnswerCache } from './answer-cache.js';
import { type Assembly, assemble } from './assembly.js';
import { type Explanation, explainFindings, type Findings } from './explain.js';
import { IntrospectionFailure, unavailableError } from './failure.js';
import type { ClientAuthMethod, IntrospectionTokenVerifierOptions } from './options.js';
import { type Answer, expiresAt, isViolation, responseChecks, tokenInit } from './response.js';
import { assertOptions, readSettings, type Settings } from './settings.js';
import { SingleFlight } from './single-flight.js';

const OWNER = 'IntrospectionTokenVerifier';

/**
 * Verifies opaque tokens by asking the authorization server (RFC 7662).
 *
 * A token that the server calls inactive, or whose answer breaks a rule, is an `invalid_token`; a server that cannot be had is
 * `temporarily_unavailable`, since the token may be fine. Concurrent calls for one token share one request.
 *
 * Throws a `TypeError` or `RangeError` at construction for options that make no sense; no secret is in its text. Nothing that
 * prints, copies or serialises a verifier shows a secret.
 */
export class IntrospectionTokenVerifier extends TokenVerifier {
  readonly #settings: Settings;
  readonly #checks: readonly ClaimCheck[];
  readonly #parts: Assembly;
  readonly #flights = new SingleFlight<Answer>();

  constructor(options: IntrospectionTokenVerifierOptions) {
    super(assertOptions(OWNER, options));
    const settings = readSettings(OWNER, options);
    const { clock, observer, requiredScopes, scopeHierarchy, clockToleranceSeconds: toleranceSeconds } = this;
    this.#settings = settings;
    this.#checks = responseChecks({ ...settings, toleranceSeconds });
    this.#parts = assemble(OWNER, options, settings, {
      clock,
      observer,
      toleranceSeconds,
      policy: { requiredScopes, scopeHierarchy, toleranceSeconds },
    });
    // Checked once, in force as checked; a subclass may still add fields of its own.
    if (new.target === IntrospectionTokenVerifier) Object.freeze(this);
  }

  /** The configured endpoint; undefined with `discover`. */
  get introspectionUrl(): string | undefined {
    return this.#settings.introspectionUrl;
  }

  get clientId(): string | undefined {
    return this.#settings.clientId;
  }

  /** The configured or default method; undefined when `discover` chooses it. */
  get clientAuthMethod(): ClientAuthMethod | undefined {
    return this.#settings.clientAuthMethod;
  }

  /** Accepted issuers; null when not checked. */
  get issuer(): readonly string[] | null {
    return this.#settings.issuers;
  }

  /** Accepted audiences; null when not checked. */
  get audience(): readonly string[] | null {
    return this.#settings.audiences;
  }

  get timeoutMs(): number {
    return this.#settings.timeoutMs;
  }

  get maxBytes(): number {
    return this.#settings.maxBytes;
  }

  /** Longest time for which an accepted token is not asked about again; 0 when there is no cache. */
  get cacheTtlSeconds(): number {
    return this.#settings.cache?.ttlSeconds ?? 0;
  }

  /** Entries in memory at most; 0 when there is no cache. */
  get cacheMaxEntries(): number {
    return this.#settings.cache?.maxEntries ?? 0;
  }

  /**
   * Asks the server about a token, past any cache, and says how each check came out: for operators, not for requests. Never
   * rejects.
   */
  async explain(token: string): Promise<Explanation> {
    const findings = await this.#find(token);
    const { requiredScopes, scopeHierarchy } = this;
    return explainFindings(findings, { checks: this.#checks, requiredScopes, scopeHierarchy, now: this.clock() });
  }

  /** Closes idle connections, unless the transport is the caller's. A later call opens new ones. */
  async close(): Promise<void> {
    await this.#parts.close();
  }

  protected override async authenticate(token: string): Promise<AccessTokenInit> {
    assertWellFormed(token);
    const { cache, upstream } = this.#parts;
    // Shared by concurrent callers; each of them judges the answer, and gets an error, for itself.
    const work = (): Promise<Answer> => (cache === undefined ? upstream.ask(token) : this.#askThrough(cache, token));
    try {
      return this.#accept(await this.#flights.run(token, work));
    } catch (error) {
      throw error instanceof IntrospectionFailure ? unavailableError(error) : error;
    }
  }

  async #askThrough(cache: AnswerCache, token: string): Promise<Answer> {
    const known = await cache.get(token);
    if (known !== undefined) return known;
    const answer = await this.#parts.upstream.ask(token);
    // A broken answer is no decision to keep.
    if (answer.kind === 'not_recognized') await cache.set(token, answer, false, undefined);
    else if (!isViolation(answer.claims)) {
      await cache.set(token, answer, this.#isAccepted(answer), expiresAt(answer.claims));
    }
    return answer;
  }

  /** The checks, the same ones for a fresh answer, a shared one and a kept one. */
  #accept(answer: Answer): AccessTokenInit {
    if (answer.kind === 'not_recognized') throw invalidToken('not_recognized', { check: 'introspection' });
    assertClaims(this.#checks, answer.claims, { now: this.clock() });
    return tokenInit(answer.claims, this.#settings.issuers);
  }

  #isAccepted(answer: Answer): boolean {
    try {
      assertScopes(this.#accept(answer).scopes ?? [], this.requiredScopes, this.scopeHierarchy);
      return true;
    } catch {
      return false;
    }
  }

  async #find(token: string): Promise<Findings> {
    let answer: Answer | undefined;
    let scopes: readonly string[] | undefined;
    try {
      assertTokenSize(token, this.maxTokenBytes);
      assertWellFormed(token);
      answer = await this.#parts.upstream.ask(token).catch((error: unknown) => {
        throw error instanceof IntrospectionFailure ? unavailableError(error) : error;
      });
      if (answer.kind === 'response') {
        // A server may repeat the token; here values are shown, so it is taken out first.
        const { claims } = createAccessToken(token, { clientId: undefined, claims: answer.claims });
        answer = { kind: 'response', claims };
        ({ scopes } = tokenInit(claims, null));
      }
      const accessToken = createAccessToken(token, this.#accept(answer));
      this.assertUsable(accessToken);
      return { accessToken, answer, scopes };
    } catch (thrown) {
      const error: AuthError = isAuthError(thrown) ? thrown : unavailable(thrown, token);
      return { error, answer, scopes };
    }
  }
}

/** A lone surrogate would arrive as another character: the server would be asked about another token. */
function assertWellFormed(token: string): void {
  if (!token.isWellFormed()) throw invalidToken('malformed', { check: 'encoding', expected: 'Unicode text' });
}
