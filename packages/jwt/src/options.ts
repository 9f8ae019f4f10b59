import {
  type AccessToken,
  assertKnownOptions,
  assertOptionalBoolean,
  assertOptionalFunction,
  type Claims,
  type HttpTransport,
  identifierListOption,
  numberOption,
  TOKEN_VERIFIER_OPTIONS,
  type TokenVerifierOptions,
} from '@auth/core';
import type { Algorithm } from './algorithms.js';
import type { RemoteKeysOptions } from './remote-key-options.js';

/** What {@link JWTVerifierOptions.mapClaims} may say about the caller; what it leaves out is read from the usual claims. */
export interface ClaimMapping {
  readonly clientId?: string | undefined;
  readonly subject?: string | undefined;
  /** Members that are not scope-tokens (RFC 6749 §3.3) are dropped. */
  readonly scopes?: readonly string[] | undefined;
}

/** Options of {@link JWTVerifier}. Exactly one of `jwksUri`, `publicKey`, `secret`, `jwks` and `discover`. */
export interface JWTVerifierOptions extends TokenVerifierOptions {
  /** Where the issuer publishes its JWK Set: https, or http on loopback. Fetched when first needed. */
  readonly jwksUri?: string | undefined;
  /** One public key: PEM (SPKI, PKCS#1 or X.509), a JWK or its JSON text, or DER bytes. A literal `\n` is a line break. */
  readonly publicKey?: string | Uint8Array | Readonly<Record<string, unknown>> | undefined;
  /** A shared secret for HS*: text (its UTF-8 bytes) or bytes, at least as long as the hash (32, 48, 64 bytes). */
  readonly secret?: string | Uint8Array | undefined;
  /** A JWK Set given here. Keys that cannot be used are skipped. */
  readonly jwks?: { readonly keys: readonly unknown[] } | undefined;
  /** `true`: find the JWK Set by the metadata of the one `issuer` (RFC 8414, then OpenID Connect Discovery). */
  readonly discover?: boolean | undefined;
  /** Who may have issued tokens, compared exactly; `null`: anyone who has the key. There is no default. */
  readonly issuer: string | readonly string[] | null;
  /** Whom tokens must be meant for, compared exactly, any of them; `null`: anyone. There is no default. */
  readonly audience: string | readonly string[] | null;
  /**
   * The signature algorithms that are allowed. Default: what the key can do; HS256 for a secret; for sets of keys RS256, ES256,
   * EdDSA, PS256 and the 384 and 512 forms.
   */
  readonly algorithms?: Algorithm | readonly Algorithm[] | undefined;
  /** Oldest token that is accepted, in seconds since its `iat`, which is then required. Default: no limit. */
  readonly maxTokenAgeSeconds?: number | undefined;
  /** Whether `exp` has to be there. Default `true`. */
  readonly requireExpiration?: boolean | undefined;
  /** `rfc9068`: only tokens of RFC 9068, typ `at+jwt` with all its required claims. Default `jwt`. */
  readonly profile?: 'jwt' | 'rfc9068' | undefined;
  /**
   * One more check, after all others. Anything but `true`, a throw included, is `claim_rejected`. Claims and header are frozen.
   * Default: none.
   */
  readonly validate?: ((claims: Claims, header: Claims) => boolean | Promise<boolean>) | undefined;
  /** Reads client, subject or scopes from other claims, such as `permissions`. A throw is `claim_rejected`. Default: none. */
  readonly mapClaims?: ((claims: Claims) => ClaimMapping | Promise<ClaimMapping>) | undefined;
  /**
   * Asked last, on every use of a token: `true` is `revoked`, `false` passes; a throw and anything else is
   * `temporarily_unavailable`. Default: none.
   */
  readonly isRevoked?: ((accessToken: AccessToken) => boolean | Promise<boolean>) | undefined;
  /**
   * Remembers whose signature was good, at most `maxEntries` tokens (default 2000), so that it is not computed again. Times,
   * `validate`, `isRevoked` and scopes are looked at every time. `false`: no cache. Default: on.
   */
  readonly cache?: false | { readonly maxEntries?: number | undefined } | undefined;
  /** How remote keys are fetched. Default: undici on Node, else the platform's `fetch`. */
  readonly transport?: HttpTransport | undefined;
  /** How remote keys are kept; only with `jwksUri` or `discover`. */
  readonly remoteKeys?: RemoteKeysOptions | undefined;
}

const OWN_OPTIONS = {
  jwksUri: true,
  publicKey: true,
  secret: true,
  jwks: true,
  discover: true,
  issuer: true,
  audience: true,
  algorithms: true,
  maxTokenAgeSeconds: true,
  requireExpiration: true,
  profile: true,
  validate: true,
  mapClaims: true,
  isRevoked: true,
  cache: true,
  transport: true,
  remoteKeys: true,
} as const satisfies Record<Exclude<keyof JWTVerifierOptions, keyof TokenVerifierOptions>, true>;

const KNOWN_OPTIONS = [...TOKEN_VERIFIER_OPTIONS, ...Object.keys(OWN_OPTIONS)];
const DEFAULT_CACHE_ENTRIES = 2000;

/** What the options say about claims, checked and with their defaults filled in. */
export interface ClaimPolicy {
  readonly issuers: readonly string[] | null;
  readonly audiences: readonly string[] | null;
  readonly maxTokenAgeSeconds: number | undefined;
  readonly requireExpiration: boolean;
  readonly profile: 'jwt' | 'rfc9068';
  readonly validate: JWTVerifierOptions['validate'];
  readonly mapClaims: JWTVerifierOptions['mapClaims'];
  readonly isRevoked: JWTVerifierOptions['isRevoked'];
}

/** Throws a `TypeError` unless the options are an object with known names only. */
export function assertOptions(owner: string, options: JWTVerifierOptions): JWTVerifierOptions {
  assertKnownOptions(owner, options, KNOWN_OPTIONS);
  return options;
}

/** Checks the options about claims. Throws a `TypeError` or `RangeError` that names the option. */
export function claimPolicy(owner: string, options: JWTVerifierOptions): ClaimPolicy {
  const { profile = 'jwt', requireExpiration, validate, mapClaims, isRevoked, maxTokenAgeSeconds } = options;
  if (profile !== 'jwt' && profile !== 'rfc9068') {
    throw new TypeError(`${owner}: option 'profile' must be 'jwt' or 'rfc9068'`);
  }
  assertOptionalBoolean(owner, 'requireExpiration', requireExpiration);
  assertOptionalFunction(owner, 'validate', validate);
  assertOptionalFunction(owner, 'mapClaims', mapClaims);
  assertOptionalFunction(owner, 'isRevoked', isRevoked);
  assertOptionalFunction(owner, 'transport', options.transport);
  const bounds = { min: 0, exclusiveMin: true };
  return {
    issuers: identifierListOption(owner, 'issuer', options.issuer),
    audiences: identifierListOption(owner, 'audience', options.audience),
    maxTokenAgeSeconds:
      maxTokenAgeSeconds === undefined
        ? undefined
        : numberOption(owner, 'maxTokenAgeSeconds', maxTokenAgeSeconds, 0, bounds),
    requireExpiration: requireExpiration ?? true,
    profile,
    validate,
    mapClaims,
    isRevoked,
  };
}

/** Most tokens that are remembered; undefined: none. Throws a `TypeError` or `RangeError`. */
export function cacheEntries(owner: string, cache: unknown): number | undefined {
  if (cache === false) return undefined;
  if (cache === undefined) return DEFAULT_CACHE_ENTRIES;
  // `true` would look like a choice and say nothing.
  if (typeof cache !== 'object')
    throw new TypeError(`${owner}: option 'cache' must be false, or an object such as { maxEntries: 2000 }`);
  assertKnownOptions(`${owner} cache`, cache, ['maxEntries']);
  const { maxEntries } = cache as { readonly maxEntries?: unknown };
  return numberOption(owner, 'cache.maxEntries', maxEntries, DEFAULT_CACHE_ENTRIES, { min: 1, integer: true });
}
