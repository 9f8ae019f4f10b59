import {
  assertDiscoverableIssuer,
  assertKnownOptions,
  assertOptionalBoolean,
  assertOptionalFunction,
  assertSecureUrl,
  assertText,
  identifierListOption,
  numberOption,
  TOKEN_VERIFIER_OPTIONS,
  type TokenCacheStore,
} from '@auth/core';
import {
  type BreakerOptions,
  CLIENT_AUTH_METHODS,
  type ClientAuthMethod,
  type IntrospectionCacheOptions,
  type IntrospectionTokenVerifierOptions,
} from './options.js';

/** The options that hold no secret, checked, with defaults. */
export interface Settings {
  readonly introspectionUrl: string | undefined;
  readonly discover: boolean;
  readonly clientId: string | undefined;
  readonly clientAuthMethod: ClientAuthMethod | undefined;
  readonly issuers: readonly string[] | null;
  readonly audiences: readonly string[] | null;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly cache: CacheSettings | undefined;
  readonly breaker: BreakerSettings;
  readonly maxConcurrentRequests: number;
  readonly maxQueuedRequests: number;
}

/** The `breaker` option, with defaults. */
export interface BreakerSettings {
  readonly failures: number;
  readonly openMs: number;
  readonly maxOpenMs: number;
}

/** The `cache` option, with defaults. */
export interface CacheSettings {
  readonly ttlSeconds: number;
  readonly maxEntries: number;
  readonly negativeTtlSeconds: number;
  readonly store: TokenCacheStore | undefined;
  readonly storeTimeoutMs: number;
}

const KNOWN = [
  ...TOKEN_VERIFIER_OPTIONS,
  'introspectionUrl',
  'discover',
  'clientId',
  'clientSecret',
  'clientAuthMethod',
  'rawBasicCredentials',
  'privateKey',
  'signingAlgorithm',
  'assertionAudience',
  'bearerToken',
  'issuer',
  'audience',
  'timeoutMs',
  'maxBytes',
  'cache',
  'breaker',
  'maxConcurrentRequests',
  'maxQueuedRequests',
  'signedResponses',
  'transport',
];

/** Throws a `TypeError` for options that are no object or hold a name we do not know. */
export function assertOptions(owner: string, options: IntrospectionTokenVerifierOptions): typeof options {
  assertKnownOptions(owner, options, KNOWN);
  return options;
}

/** Checks all that is no secret. Throws a `TypeError` or `RangeError` that names the option. */
export function readSettings(owner: string, options: IntrospectionTokenVerifierOptions): Settings {
  const { introspectionUrl, discover, clientId, clientAuthMethod } = options;
  if (discover !== undefined && typeof discover !== 'boolean') {
    throw new TypeError(`${owner}: option 'discover' must be true, or left out`);
  }
  if (discover !== true) {
    assertSecureUrl(owner, 'introspectionUrl', introspectionUrl);
  } else if (introspectionUrl !== undefined) {
    throw new TypeError(`${owner}: give either 'introspectionUrl' or 'discover', not both`);
  }
  if (clientAuthMethod !== undefined && !CLIENT_AUTH_METHODS.includes(clientAuthMethod)) {
    throw new TypeError(`${owner}: option 'clientAuthMethod' must be one of ${CLIENT_AUTH_METHODS.join(', ')}`);
  }
  if (clientId !== undefined || clientAuthMethod !== 'bearer') assertText(owner, 'clientId', clientId);
  if (clientId?.isWellFormed() === false) throw new TypeError(`${owner}: option 'clientId' must be Unicode text`);
  assertOptionalBoolean(owner, 'rawBasicCredentials', options.rawBasicCredentials);
  assertOptionalFunction(owner, 'transport', options.transport);
  const issuers = options.issuer === undefined ? null : identifierListOption(owner, 'issuer', options.issuer);
  if (discover === true) assertDiscoverable(owner, issuers);
  const audiences = options.audience === undefined ? null : identifierListOption(owner, 'audience', options.audience);
  const positive = { min: 1, integer: true };
  return {
    introspectionUrl,
    discover: discover === true,
    clientId,
    clientAuthMethod: clientAuthMethod ?? (discover === true ? undefined : 'client_secret_basic'),
    issuers,
    audiences,
    // Beyond, a timer would overflow and fire at once.
    timeoutMs: numberOption(owner, 'timeoutMs', options.timeoutMs, 5_000, {
      min: 0,
      exclusiveMin: true,
      max: 2 ** 31 - 1,
    }),
    maxBytes: numberOption(owner, 'maxBytes', options.maxBytes, 262_144, positive),
    cache: readCache(owner, options.cache),
    breaker: readBreaker(owner, options.breaker),
    maxConcurrentRequests: numberOption(owner, 'maxConcurrentRequests', options.maxConcurrentRequests, 64, positive),
    maxQueuedRequests: numberOption(owner, 'maxQueuedRequests', options.maxQueuedRequests, 4_096, {
      min: 0,
      integer: true,
    }),
  };
}

function assertDiscoverable(owner: string, issuers: readonly string[] | null): void {
  const [issuer, ...more] = issuers ?? [];
  if (issuer === undefined || more.length > 0) {
    throw new TypeError(`${owner}: 'discover' needs exactly one 'issuer'`);
  }
  assertDiscoverableIssuer(owner, issuer);
}

function readCache(owner: string, cache: unknown): Settings['cache'] {
  if (cache === undefined || cache === false) return undefined;
  if (typeof cache !== 'object') {
    throw new TypeError(`${owner}: option 'cache' must be an object such as { ttlSeconds: 60 }, or false`);
  }
  const known = ['ttlSeconds', 'maxEntries', 'negativeTtlSeconds', 'store', 'storeTimeoutMs'];
  assertKnownOptions(`${owner}: cache`, cache, known);
  const { ttlSeconds, maxEntries, negativeTtlSeconds, store, storeTimeoutMs } = cache as IntrospectionCacheOptions;
  if (ttlSeconds === undefined)
    throw new TypeError(
      `${owner}: option 'cache.ttlSeconds' is needed: how long a token that was revoked may still be accepted`,
    );
  if (store !== undefined && !isStore(store)) {
    throw new TypeError(`${owner}: option 'cache.store' must be an object with the methods get and set`);
  }
  return {
    ttlSeconds: numberOption(owner, 'cache.ttlSeconds', ttlSeconds, 0, { min: 0 }),
    maxEntries: numberOption(owner, 'cache.maxEntries', maxEntries, 10_000, { min: 1, integer: true }),
    negativeTtlSeconds: numberOption(owner, 'cache.negativeTtlSeconds', negativeTtlSeconds, 0, { min: 0 }),
    store,
    storeTimeoutMs: numberOption(owner, 'cache.storeTimeoutMs', storeTimeoutMs, 250, {
      min: 0,
      exclusiveMin: true,
      max: 60_000,
    }),
  };
}

function isStore(store: unknown): store is TokenCacheStore {
  const { get, set } = (store ?? {}) as Partial<TokenCacheStore>;
  return typeof get === 'function' && typeof set === 'function';
}

function readBreaker(owner: string, breaker: unknown): Settings['breaker'] {
  if (breaker !== undefined) assertKnownOptions(`${owner}: breaker`, breaker, ['failures', 'openMs', 'maxOpenMs']);
  const { failures, openMs, maxOpenMs } = (breaker ?? {}) as BreakerOptions;
  const open = numberOption(owner, 'breaker.openMs', openMs, 1_000, { min: 0, exclusiveMin: true });
  return {
    failures: numberOption(owner, 'breaker.failures', failures, 5, { min: 1, integer: true }),
    openMs: open,
    maxOpenMs: numberOption(owner, 'breaker.maxOpenMs', maxOpenMs, Math.max(30_000, open), { min: open }),
  };
}
