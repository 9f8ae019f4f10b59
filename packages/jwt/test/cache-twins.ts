import { isDeepStrictEqual } from 'node:util';
import { type AccessToken, isAuthError, recallToken, systemClock, type VerifyOptions } from '@auth/core';
// Spelt otherwise than in the tests, where it leads here.
import { JWTVerifier as RealVerifier } from '../src/./jwt-verifier.js';
import type { JWTVerifierOptions } from '../src/options.js';

/** What was found and not yet reported; and how many tokens were compared. Read and emptied by the setup file. */
export const findings: string[] = [];
export let compared = 0;

/**
 * Takes the place of `JWTVerifier` in the tests of the `cache` project. It answers as the verifier itself does, and gives every
 * token to others of the same options that have no cache, the usual one, and one that is too small: with the cache warm or
 * cold, all of them have to come to the same result, to the last detail.
 *
 * Verifiers with functions of the user's and with remote keys are left alone: their tests count calls.
 */
export class JWTVerifier extends RealVerifier {
  readonly #plain: RealVerifier | undefined;
  readonly #cached: readonly RealVerifier[] = [];
  readonly #clock: () => number;
  /** The time of the comparison that runs; written by #compare. */
  #now = 0;
  /** Comparisons run one after the other: they share the time. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: JWTVerifierOptions) {
    super(options);
    this.#clock = options.clock ?? systemClock;
    const { validate, mapClaims, isRevoked, jwksUri, discover } = options;
    const calls = [validate, mapClaims, isRevoked, jwksUri, discover];
    if (calls.some((option) => option !== undefined && option !== false)) return;
    const shared = { ...options, observer: undefined, clock: () => this.#now };
    this.#plain = new RealVerifier({ ...shared, cache: false });
    this.#cached = [undefined, { maxEntries: 1 }, { maxEntries: 2 }].map(
      (cache) => new RealVerifier({ ...shared, cache }),
    );
  }

  override async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken> {
    if (this.#plain !== undefined && options?.signal === undefined) {
      this.#turn = this.#turn.then(() => this.#compare(token, this.#plain));
      await this.#turn;
    }
    return super.verifyToken(token, options);
  }

  async #compare(token: string, plain: RealVerifier | undefined): Promise<void> {
    if (plain === undefined) return;
    try {
      this.#now = this.#clock();
    } catch {
      return;
    }
    const wanted = await outcome(plain, token);
    compared++;
    for (const [index, verifier] of this.#cached.entries()) {
      for (const use of ['first', 'second', 'third']) {
        const found = await outcome(verifier, token);
        if (isDeepStrictEqual(found, wanted)) continue;
        findings.push(`cache ${index}, ${use} use: ${JSON.stringify({ token, found, wanted })}`);
      }
      // What is recalled is what was given; nothing is recalled of a token that is refused.
      const recalled = recallToken(verifier, token);
      if (recalled === undefined || isDeepStrictEqual(shownOf(recalled), wanted)) continue;
      findings.push(`cache ${index}, recalled: ${JSON.stringify({ token, wanted })}`);
    }
  }
}

function shownOf(accessToken: AccessToken): object {
  return { ...accessToken, token: accessToken.token, frozen: Object.isFrozen(accessToken.claims) };
}

/** Everything that a caller can see of an answer. */
async function outcome(verifier: RealVerifier, token: string): Promise<object> {
  try {
    return shownOf(await verifier.verifyToken(token));
  } catch (error) {
    if (!isAuthError(error)) return { foreign: String(error) };
    return {
      ...error,
      message: error.message,
      cause: error.cause instanceof Error ? error.cause.message : error.cause,
    };
  }
}
