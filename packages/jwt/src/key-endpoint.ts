import {
  type FetchFailure,
  FetchJsonError,
  fetchJson,
  type HttpTransport,
  type JsonResponse,
  serverMetadataUrls,
} from '@auth/core';
import { ttlFromHeaders } from './cache-control.js';
import { jwksUriOf, type MetadataFailure } from './discovery.js';
import type { RemoteKeysLimits } from './remote-key-options.js';

/** Where keys come from: a JWK Set, or an issuer whose metadata says where its JWK Set is. */
export type KeyLocation = { readonly url: string } | { readonly issuer: string };

/** Why there is no new set of keys. */
export type KeyFailure =
  | FetchFailure
  | MetadataFailure
  | 'not_a_key_set'
  | 'too_many_keys'
  | 'no_usable_key'
  | 'unexpected';

/** A refresh failed. The errors below are not kept, since some of them quote what the endpoint sent. */
export class KeyEndpointError extends Error {
  override readonly name = 'KeyEndpointError';
  readonly failure: KeyFailure;
  readonly url: string;
  readonly status: number | undefined;
  /** The system's code for a connection that failed, for example `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(failure: KeyFailure, url: string, status?: number, code?: string) {
    super(`no keys from the endpoint: ${code ?? failure}`);
    this.failure = failure;
    this.url = url;
    this.status = status;
    this.code = code;
  }
}

/** A JWK Set as it came. */
export interface LoadedJwks {
  readonly url: string;
  /** Undefined: the set that we have is still the current one (HTTP 304). */
  readonly jwks: readonly unknown[] | undefined;
  readonly etag: string | undefined;
  /** Life of the set in seconds, when the server said something about it. */
  readonly ttlSeconds: number | undefined;
}

/** What of the set at hand makes the next request conditional (RFC 9110 §13.1.2). */
export interface JwksValidator {
  readonly url: string;
  readonly etag: string;
}

/** How a {@link loadJwks} is done. */
export interface LoadJwksInit {
  readonly location: KeyLocation;
  readonly limits: Pick<RemoteKeysLimits, 'timeoutMs' | 'maxBytes' | 'maxKeys'>;
  readonly transport: HttpTransport;
  readonly validator?: JwksValidator | undefined;
  readonly signal: AbortSignal;
}

/** Longest entity tag that is sent back, in characters. */
const MAX_ETAG = 512;
const ETAG = /^(W\/)?"[\x21\x23-\x7e]*"$/;

/**
 * One attempt to get the JWK Set, with one deadline for everything, discovery included: bounded in bytes and keys, without
 * redirects. What was discovered is not kept, so a `jwks_uri` that moves is followed with the next refresh. Rejects with a
 * {@link KeyEndpointError}.
 */
export async function loadJwks(init: LoadJwksInit): Promise<LoadedJwks> {
  const { location, limits, transport, validator, signal } = init;
  // Real time, not the injected clock: sockets do not wait for that one.
  const deadline = performance.now() + limits.timeoutMs;
  const get = async (url: string, headers: Record<string, string>): Promise<JsonResponse> => {
    const deadlineMs = Math.max(1, deadline - performance.now());
    try {
      return await fetchJson({ transport, url, headers, deadlineMs, maxBytes: limits.maxBytes, signal });
    } catch (error) {
      if (!(error instanceof FetchJsonError)) throw new KeyEndpointError('network', url);
      throw new KeyEndpointError(error.failure, url, error.status, systemCode(error.cause));
    }
  };
  const url = 'url' in location ? location.url : await discover(location.issuer, get);
  const condition = validator?.url === url ? { 'if-none-match': validator.etag } : {};
  const answer = await get(url, { accept: 'application/jwk-set+json, application/json', ...condition });
  const ttlSeconds = ttlFromHeaders(answer.headers);
  if (answer.status === 304) return { url, jwks: undefined, etag: validator?.etag, ttlSeconds };
  const jwks = Object.hasOwn(answer.json, 'keys') ? answer.json.keys : undefined;
  if (!Array.isArray(jwks)) throw new KeyEndpointError('not_a_key_set', url);
  if (jwks.length > limits.maxKeys) throw new KeyEndpointError('too_many_keys', url);
  return { url, jwks, etag: usableEtag(answer.headers.etag), ttlSeconds };
}

async function discover(
  issuer: string,
  get: (url: string, headers: Record<string, string>) => Promise<JsonResponse>,
): Promise<string> {
  let failure: KeyEndpointError | undefined;
  for (const url of serverMetadataUrls(issuer)) {
    try {
      const answer = await get(url, { accept: 'application/json' });
      const found = jwksUriOf(answer.status === 200 ? answer.json : {}, issuer);
      if ('jwksUri' in found) return found.jwksUri;
      throw new KeyEndpointError(found.failure, url);
    } catch (error) {
      if (!(error instanceof KeyEndpointError) || error.failure === 'timeout' || error.failure === 'aborted')
        throw error;
      // A document about the wrong issuer tells an operator more than the second address having none.
      if (failure === undefined || error.failure !== 'status') failure = error;
    }
  }
  throw failure ?? new KeyEndpointError('no_jwks_uri', issuer);
}

function systemCode(cause: unknown): string | undefined {
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,39}$/.test(code) ? code : undefined;
}

function usableEtag(field: string | readonly string[] | undefined): string | undefined {
  return typeof field === 'string' && field.length <= MAX_ETAG && ETAG.test(field) ? field : undefined;
}
