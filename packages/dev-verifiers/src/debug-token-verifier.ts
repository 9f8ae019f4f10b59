import {
  type AccessTokenInit,
  assertKnownOptions,
  assertOptionalBoolean,
  assertOptionalFunction,
  assertText,
  invalidToken,
  type ScopeHierarchy,
  scopeListOption,
  TOKEN_VERIFIER_OPTIONS,
  TokenVerifier,
  type VerifierObserver,
} from '@auth/core';
import { assertNotProduction, warnAboutDevelopment } from './development-guard.js';

/** Options of {@link DebugTokenVerifier}. */
export interface DebugTokenVerifierOptions {
  /** Decides about a token, now or later; only exactly `true` accepts. Default: accepts any token that is not blank. */
  readonly validate?: ((token: string) => boolean | Promise<boolean>) | undefined;
  /** Client id that accepted tokens get. Default: `debug-client`. */
  readonly clientId?: string | undefined;
  /** Scopes that accepted tokens get. Default: none. */
  readonly scopes?: readonly string[] | undefined;
  /** Scopes that every token must hold, else `insufficient_scope`. Default: none. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Scopes that include others. Default: none. */
  readonly scopeHierarchy?: ScopeHierarchy | undefined;
  /** Run although `NODE_ENV` is `production`. Default: false. */
  readonly allowInProduction?: boolean | undefined;
  /** Longest token that is looked at, in UTF-8 bytes. Default 16384. */
  readonly maxTokenBytes?: number | undefined;
  /** Receives an event for each decision. Default: none. */
  readonly observer?: VerifierObserver | undefined;
}

// Its tokens never expire, so it has no use for the time.
const UNUSED = ['clockToleranceSeconds', 'clock'];
const OPTIONS = [
  'validate',
  'clientId',
  'scopes',
  'allowInProduction',
  ...TOKEN_VERIFIER_OPTIONS.filter((name) => !UNUSED.includes(name)),
];

/**
 * Accepts whatever `validate` accepts, for development and tests: any token that is not blank, unless told otherwise. Warns
 * at construction; with `NODE_ENV=production` it throws unless `allowInProduction` is true. A `validate` that answers
 * anything but `true`, throws or rejects makes the token `invalid_token` with reason `not_recognized`.
 *
 * Throws a `TypeError` at construction for options that make no sense.
 */
export class DebugTokenVerifier extends TokenVerifier {
  /** Client id that accepted tokens get. */
  readonly clientId: string;
  /** Scopes that accepted tokens get. */
  readonly scopes: readonly string[];
  readonly #validate: (token: string) => unknown;

  constructor(options: DebugTokenVerifierOptions = {}) {
    const owner = new.target.name;
    assertKnownOptions(owner, options, OPTIONS);
    const { validate, clientId = 'debug-client', scopes, allowInProduction, ...base } = options;
    assertOptionalFunction(owner, 'validate', validate);
    assertText(owner, 'clientId', clientId);
    assertOptionalBoolean(owner, 'allowInProduction', allowInProduction);
    super(base);
    this.clientId = clientId;
    this.scopes = Object.freeze([...scopeListOption(owner, 'scopes', scopes)]);
    this.#validate = validate ?? (() => true);
    assertNotProduction(owner, allowInProduction);
    warnAboutDevelopment(owner);
    if (new.target === DebugTokenVerifier) Object.freeze(this);
  }

  protected override async authenticate(token: string): Promise<AccessTokenInit> {
    const validate = this.#validate;
    let verdict: unknown = false;
    try {
      verdict = token.trim() !== '' && (await validate(token));
    } catch {
      // A rejection like any other. The error is not kept: it comes from code that has seen the token.
    }
    if (verdict !== true) throw invalidToken('not_recognized', { check: 'validate' });
    return { clientId: this.clientId, scopes: this.scopes };
  }
}
