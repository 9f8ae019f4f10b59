import type { HttpTransport, TokenCacheStore, TokenVerifierOptions } from '@auth/core';
import type { SigningAlgorithm } from './private-key.js';
import type { Secret } from './secret-source.js';

/** How we authenticate at the introspection endpoint (RFC 6749 §2.3, RFC 7523 §2.2, RFC 7662 §2.1). */
export type ClientAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'bearer' | 'none';

/** The methods, in the order in which discovery prefers them. */
export const CLIENT_AUTH_METHODS: readonly ClientAuthMethod[] = Object.freeze([
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'bearer',
  'none',
]);

/** Options of {@link IntrospectionTokenVerifier}. */
export interface IntrospectionTokenVerifierOptions extends TokenVerifierOptions {
  /** The endpoint: https, or http on loopback; no user, password or fragment. Required unless `discover`. */
  readonly introspectionUrl?: string | undefined;
  /** Find the endpoint, and the method unless given, in the metadata of `issuer` (RFC 8414, then OpenID Connect). Default: no. */
  readonly discover?: true | undefined;
  /** Who we are at the authorization server. Required; with `bearer` it may be left out. */
  readonly clientId?: string | undefined;
  /** For `client_secret_basic` and `client_secret_post`, never sent with another method. A function is asked for each request. */
  readonly clientSecret?: Secret | undefined;
  /** Default `client_secret_basic`. */
  readonly clientAuthMethod?: ClientAuthMethod | undefined;
  /** Send id and secret as they are, for servers that do not form-decode them (against RFC 6749 §2.3.1). Default false. */
  readonly rawBasicCredentials?: boolean | undefined;
  /** For `private_key_jwt`: PEM, a JWK or a JWK's JSON text. */
  readonly privateKey?: string | Readonly<Record<string, unknown>> | undefined;
  /** For `private_key_jwt`. Default: the JWK's `alg`, or what the key can do (RS256, ES256 …, EdDSA). */
  readonly signingAlgorithm?: SigningAlgorithm | undefined;
  /** For `private_key_jwt`: `aud` of the assertion. Default: the issuer when there is exactly one, else the endpoint. */
  readonly assertionAudience?: string | undefined;
  /** For `bearer`: the access token that lets us introspect. A function is asked for each request. */
  readonly bearerToken?: Secret | undefined;
  /** Accepted `iss` of the answer, compared exactly; an answer without one passes (RFC 7662 §2.2). Default: not checked. */
  readonly issuer?: string | readonly string[] | null | undefined;
  /** Of which one must be in `aud` of the answer, compared exactly. Default: not checked. */
  readonly audience?: string | readonly string[] | null | undefined;
  /** From the call to the last byte of the answer, waiting for a free place included. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Longest answer, in bytes. Default 262144. */
  readonly maxBytes?: number | undefined;
  /** Off unless given: a cached token stays accepted for up to `ttlSeconds` after it was revoked. */
  readonly cache?: IntrospectionCacheOptions | false | undefined;
  /** When to stop asking a server that fails. */
  readonly breaker?: BreakerOptions | undefined;
  /** Requests under way at once. Default 64. */
  readonly maxConcurrentRequests?: number | undefined;
  /** Requests that may wait for a place; beyond, calls fail at once. Default 4096. */
  readonly maxQueuedRequests?: number | undefined;
  /** Ask for signed answers and accept no others (RFC 9701). `true` finds the keys by `discover`. Default: no. */
  readonly signedResponses?: boolean | SignedResponseOptions | undefined;
  /** How requests are sent. Default: undici on Node, `fetch` elsewhere. It stays the caller's: `close` leaves it open. */
  readonly transport?: HttpTransport | undefined;
}

/** The `cache` option. */
export interface IntrospectionCacheOptions {
  /** Longest life of an accepted token's entry, never beyond its `exp`. 0 keeps none. */
  readonly ttlSeconds: number;
  /** Most entries in memory; the least recently used goes first. Without meaning for a `store`. Default 10000. */
  readonly maxEntries?: number | undefined;
  /** Life of a refused token's entry. Default 0: refusals are asked again. */
  readonly negativeTtlSeconds?: number | undefined;
  /** A store outside of the process, used instead of memory. */
  readonly store?: TokenCacheStore | undefined;
  /** How long the store may take. Default 250. */
  readonly storeTimeoutMs?: number | undefined;
}

/** The `breaker` option. */
export interface BreakerOptions {
  /** Failures in a row that open it. Default 5. */
  readonly failures?: number | undefined;
  /** How long it stays open at first; twice as long after each failed probe. Default 1000. */
  readonly openMs?: number | undefined;
  /** Longest time that it stays open. Default 30000. */
  readonly maxOpenMs?: number | undefined;
}

/** The `signedResponses` option. */
export interface SignedResponseOptions {
  /** Where the issuer's keys are. Default: found by `discover`. */
  readonly jwksUri?: string | undefined;
  /** Default: all asymmetric ones. */
  readonly algorithms?: readonly SigningAlgorithm[] | undefined;
}
