import { AuthError, type Check, isAuthError, scopesOf } from '@auth/core';
import type { GatePolicy } from './gate-options.js';
import { FAIL_CLOSED, type GateResponse, refusal } from './gate-response.js';

/** A refusal: what the client gets, and what the audit log does. */
export interface Refusal {
  readonly error: AuthError;
  readonly requiredScopes: readonly string[];
  readonly response: GateResponse;
}

/** Turns what went wrong into an answer that names every scope of the operation, those that the verifier demands included. */
export class Challenger {
  readonly #policy: GatePolicy;
  readonly #checks: readonly Check[];
  /** Answers that are the same each time: one per code and reason at most. Written by `refuse`. */
  readonly #answers = new Map<string, GateResponse>();
  /** Written once, when the scopes of the checks are known. */
  #scopes: readonly string[];
  #complete: boolean;

  constructor(policy: GatePolicy, scopes: readonly string[], checks: readonly Check[]) {
    this.#policy = policy;
    this.#checks = checks;
    this.#scopes = Object.freeze([...new Set([...policy.verifierScopes, ...scopes])]);
    this.#complete = checks.length === 0;
  }

  /** The scopes of the operation, as far as they are known without asking the checks. */
  get knownScopes(): readonly string[] {
    return this.#scopes;
  }

  /** Resolves always: when nothing else can be said, the answer is 503. */
  async refuse(thrown: unknown): Promise<Refusal> {
    // Whatever is not an AuthError is a fault of ours: nothing is known about the token then.
    const error = isAuthError(thrown) ? thrown : new AuthError('temporarily_unavailable', { cause: thrown });
    try {
      const known = await this.#operationScopes();
      const requiredScopes =
        error.requiredScopes === undefined ? known : [...new Set([...known, ...error.requiredScopes])];
      return { error, requiredScopes, response: this.#respond(error, requiredScopes) };
    } catch {
      return { error, requiredScopes: this.#scopes, response: FAIL_CLOSED };
    }
  }

  #respond(error: AuthError, requiredScopes: readonly string[]): GateResponse {
    // Only these two codes vary from one time to the next. Errors of another copy of the package may say anything.
    const varies = error.code === 'insufficient_scope' || error.code === 'temporarily_unavailable';
    if (varies || !(error instanceof AuthError) || error.requiredScopes !== undefined) {
      return this.#make(error, requiredScopes);
    }
    const key = `${error.code} ${error.reason ?? ''}`;
    let response = this.#answers.get(key);
    if (response === undefined) {
      response = this.#make(error, requiredScopes);
      this.#answers.set(key, response);
    }
    return response;
  }

  #make(error: AuthError, requiredScopes: readonly string[]): GateResponse {
    const { challengeScopes, metadataUrl } = this.#policy;
    const asked = requiredScopes.map((scope) => challengeScopes.get(scope) ?? scope);
    if (error.requiredScopes === undefined) return refusal(error, asked, metadataUrl);
    return refusal(new AuthError(error.code, { requiredScopes: asked }), asked, metadataUrl);
  }

  async #operationScopes(): Promise<readonly string[]> {
    if (!this.#complete) {
      const found = await Promise.all(this.#checks.map((check) => scopesOf(check)));
      this.#scopes = Object.freeze([...new Set([...this.#scopes, ...found.flat()])]);
      this.#complete = true;
    }
    return this.#scopes;
  }
}
