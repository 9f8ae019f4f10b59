import {
  type AccessTokenInit,
  assertKnownOptions,
  invalidToken,
  TOKEN_VERIFIER_OPTIONS,
  TokenVerifier,
  type TokenVerifierOptions,
} from '@auth/core';

/** Options of {@link LookupVerifier}. */
export interface LookupVerifierOptions extends TokenVerifierOptions {
  /** Whom a token speaks for; `undefined` for a token that is not known. What it throws makes the answer a 503. */
  readonly lookUp: (token: string) => Promise<AccessTokenInit | undefined>;
}

/**
 * Accepts the tokens that a lookup of yours knows.
 *
 * Throws a `TypeError` or `RangeError` at construction for options that make no sense.
 */
export class LookupVerifier extends TokenVerifier {
  readonly #lookUp: LookupVerifierOptions['lookUp'];

  constructor(options: LookupVerifierOptions) {
    const owner = new.target.name;
    assertKnownOptions(owner, options, ['lookUp', ...TOKEN_VERIFIER_OPTIONS]);
    const { lookUp, ...base } = options;
    if (typeof lookUp !== 'function') throw new TypeError(`${owner}: option 'lookUp' must be a function`);
    super(base);
    this.#lookUp = lookUp;
  }

  protected override async authenticate(token: string): Promise<AccessTokenInit> {
    const found = await this.#lookUp(token);
    if (found === undefined) throw invalidToken('not_recognized', { check: 'lookUp' });
    return found;
  }
}
