import type { AccessToken } from './access-token.js';
import { AuthError } from './auth-error.js';
import { recallToken, registerRecall } from './recall.js';
import { safeVerify, type Verifier, type VerifyOptions } from './token-verifier.js';

/**
 * Several verifiers as one, asked in order. `invalid_token` and `temporarily_unavailable` pass on to the next; the first
 * success ends it, and so does any other refusal, `insufficient_scope` above all: that verifier has recognised the token.
 * When nobody accepts and one verifier was unavailable, the answer is `temporarily_unavailable`, for its token may be fine;
 * else it is the last `invalid_token`. A verifier that throws something foreign counts as unavailable.
 *
 * Throws a `TypeError` for an empty list and for members that are no verifiers.
 */
export function firstMatch(verifiers: readonly Verifier[]): Verifier {
  if (!Array.isArray(verifiers) || verifiers.length === 0) {
    throw new TypeError('firstMatch: at least one verifier is needed');
  }
  for (const verifier of verifiers) {
    if (typeof (verifier as Partial<Verifier> | null)?.verifyToken !== 'function') {
      throw new TypeError('firstMatch: every member must be a verifier, with a verifyToken method');
    }
  }
  return Object.freeze(new FirstMatchVerifier([...verifiers]));
}

class FirstMatchVerifier implements Verifier {
  readonly #verifiers: readonly Verifier[];

  constructor(verifiers: readonly Verifier[]) {
    this.#verifiers = verifiers;
  }

  async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken> {
    let rejection: AuthError | undefined;
    let outage: AuthError | undefined;
    for (const [index, verifier] of this.#verifiers.entries()) {
      const result = await safeVerify(verifier, token, options);
      if (result.ok) return result.accessToken;
      const { error } = result;
      if (error.code === 'temporarily_unavailable') outage ??= error;
      else if (error.code === 'invalid_token') rejection = error;
      else throw error;
      // Nobody waits any more, so that the others are not asked; what they would have said of the token is not known.
      if (options?.signal?.aborted && index < this.#verifiers.length - 1) {
        throw outage ?? new AuthError('temporarily_unavailable');
      }
    }
    throw outage ?? rejection ?? new AuthError('temporarily_unavailable');
  }

  static {
    // What the first one recalls: of a token that it does not, it may have to say something before the others are asked.
    registerRecall(FirstMatchVerifier.prototype.verifyToken, (verifier, token) => {
      const [first] = #verifiers in verifier ? verifier.#verifiers : [];
      return first === undefined ? undefined : recallToken(first, token);
    });
  }
}
