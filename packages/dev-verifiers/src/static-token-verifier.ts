import {
  type AccessTokenInit,
  assertKnownOptions,
  assertOptionalBoolean,
  type Clock,
  invalidToken,
  type ScopeHierarchy,
  TOKEN_VERIFIER_OPTIONS,
  TokenVerifier,
  type VerifierObserver,
} from '@auth/core';
import { assertNotProduction, warnAboutDevelopment } from './development-guard.js';
import { assertTokensGiven, type StaticToken, type StaticTokenEntry, staticTokenEntries } from './static-tokens.js';

/** Options of {@link StaticTokenVerifier}. */
export interface StaticTokenVerifierOptions {
  /** The accepted tokens and what each stands for. Copied: what is added later is unknown. */
  readonly tokens: Readonly<Record<string, StaticToken>>;
  /** Scopes that every token must hold, else `insufficient_scope`. Default: none. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Scopes that include others. Default: none. */
  readonly scopeHierarchy?: ScopeHierarchy | undefined;
  /** Run although `NODE_ENV` is `production`. Default: false. */
  readonly allowInProduction?: boolean | undefined;
  /** Longest token that is looked at, in UTF-8 bytes. Default 16384. */
  readonly maxTokenBytes?: number | undefined;
  /** The time, in seconds since the epoch. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Receives an event for each decision. Default: none. */
  readonly observer?: VerifierObserver | undefined;
}

/** There is no clock but our own, so there is nothing to tolerate. */
const NO_TOLERANCE = { clockToleranceSeconds: 0 };

const OPTIONS = [
  'tokens',
  'allowInProduction',
  ...TOKEN_VERIFIER_OPTIONS.filter((name) => !Object.hasOwn(NO_TOLERANCE, name)),
];

/**
 * Accepts a fixed list of tokens, for development and tests. Warns at construction; with `NODE_ENV=production` it throws
 * unless `allowInProduction` is true. An unknown token is `invalid_token` with reason `not_recognized`; `expiresAt` is
 * honoured without tolerance (`expired`).
 *
 * Throws a `TypeError` or `RangeError` at construction for definitions and options that make no sense; no message holds a
 * token.
 */
export class StaticTokenVerifier extends TokenVerifier {
  /**
   * Looked up by digest: comparing digests tells a caller's stopwatch nothing about the tokens. The constructor cannot wait,
   * so this is a promise; it starts there, and once it is fulfilled the verifier no longer holds any token's text.
   */
  readonly #tokens: Promise<ReadonlyMap<string, AccessTokenInit>>;

  constructor(options: StaticTokenVerifierOptions) {
    const owner = new.target.name;
    assertTokensGiven(owner, options);
    assertKnownOptions(owner, options, OPTIONS);
    const { tokens, allowInProduction, ...base } = options;
    assertOptionalBoolean(owner, 'allowInProduction', allowInProduction);
    super({ ...base, ...NO_TOLERANCE });
    const entries = staticTokenEntries(owner, tokens);
    assertNotProduction(owner, allowInProduction);
    this.#tokens = byDigest(entries);
    // Where there is no SHA-256, each verification says so; nobody may be waiting yet.
    this.#tokens.catch(() => undefined);
    warnAboutDevelopment(owner);
    if (new.target === StaticTokenVerifier) Object.freeze(this);
  }

  protected override async authenticate(token: string): Promise<AccessTokenInit> {
    // Lone surrogates would all be encoded as the same replacement character.
    const known = token.isWellFormed() ? (await this.#tokens).get(await digest(token)) : undefined;
    if (known === undefined) throw invalidToken('not_recognized', { check: 'static tokens' });
    return known;
  }
}

async function byDigest(entries: readonly StaticTokenEntry[]): Promise<ReadonlyMap<string, AccessTokenInit>> {
  return new Map(
    await Promise.all(entries.map(async ([token, init]): Promise<StaticTokenEntry> => [await digest(token), init])),
  );
}

async function digest(token: string): Promise<string> {
  const hash = await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return String.fromCharCode(...new Uint8Array(hash));
}
