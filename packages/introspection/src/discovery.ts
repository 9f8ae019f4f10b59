import {
  type Clock,
  fetchJson,
  type HttpTransport,
  isMetadataOf,
  metadataEndpoint,
  ownClaim,
  serverMetadataUrls,
} from '@auth/core';
import { IntrospectionFailure, toFailure } from './failure.js';

/** What we use of an authorization server's metadata (RFC 8414 §2). */
export interface ServerMetadata {
  readonly introspectionEndpoint: string;
  /** undefined: the server does not say. */
  readonly authMethods: readonly string[] | undefined;
  readonly jwksUri: string | undefined;
}

/** How long metadata are used, and how soon a failed renewal is tried again. */
const TTL_SECONDS = 3_600;
const RETRY_SECONDS = 60;
const MAX_BYTES = 262_144;

/** Finds, keeps and renews the metadata of one issuer. */
export class Discovery {
  readonly #issuer: string;
  readonly #transport: HttpTransport;
  readonly #clock: Clock;
  // All three written by #load alone; #loading ends with the load.
  #metadata: ServerMetadata | undefined;
  #freshUntil = 0;
  #loading: Promise<ServerMetadata> | undefined;

  constructor(options: { readonly issuer: string; readonly transport: HttpTransport; readonly clock: Clock }) {
    this.#issuer = options.issuer;
    this.#transport = options.transport;
    this.#clock = options.clock;
  }

  /**
   * The metadata: from the server when there are none or they are an hour old. Old ones serve while it cannot be reached; their
   * renewal takes half of the time at most, so that enough is left to use them.
   */
  async get(deadlineMs: number): Promise<ServerMetadata> {
    if (this.#metadata !== undefined && this.#clock() < this.#freshUntil) return this.#metadata;
    this.#loading ??= this.#load(deadlineMs).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(deadlineMs: number): Promise<ServerMetadata> {
    try {
      this.#metadata = await this.#fetch(this.#metadata === undefined ? deadlineMs : deadlineMs / 2);
      this.#freshUntil = this.#clock() + TTL_SECONDS;
      return this.#metadata;
    } catch (error) {
      if (this.#metadata === undefined) throw error;
      this.#freshUntil = this.#clock() + RETRY_SECONDS;
      return this.#metadata;
    }
  }

  async #fetch(deadlineMs: number): Promise<ServerMetadata> {
    const startedAt = performance.now();
    let failure = new IntrospectionFailure('discovery');
    for (const url of serverMetadataUrls(this.#issuer)) {
      const left = deadlineMs - (performance.now() - startedAt);
      if (left <= 0) throw new IntrospectionFailure('timeout');
      try {
        const answer = await fetchJson({
          transport: this.#transport,
          url,
          headers: { accept: 'application/json' },
          deadlineMs: left,
          maxBytes: MAX_BYTES,
        });
        if (answer.status === 200) return readMetadata(this.#issuer, answer.json);
      } catch (error) {
        const { failure: kind, status, code } = toFailure(error, this.#clock());
        // The other address is on the same host.
        if (kind === 'timeout' || kind === 'network') throw new IntrospectionFailure(kind, { code });
        failure = new IntrospectionFailure('discovery', { status });
      }
    }
    throw failure;
  }
}

function readMetadata(issuer: string, json: Record<string, unknown>): ServerMetadata {
  if (!isMetadataOf(json, issuer)) throw new IntrospectionFailure('discovery');
  const methods = ownClaim(json, 'introspection_endpoint_auth_methods_supported');
  return {
    introspectionEndpoint: endpoint(json, 'introspection_endpoint', issuer),
    authMethods: Array.isArray(methods) ? methods.filter((method) => typeof method === 'string') : undefined,
    jwksUri: ownClaim(json, 'jwks_uri') === undefined ? undefined : endpoint(json, 'jwks_uri', issuer),
  };
}

function endpoint(json: Record<string, unknown>, name: string, issuer: string): string {
  const found = metadataEndpoint(json, name, issuer);
  if ('failure' in found) throw new IntrospectionFailure('discovery');
  return found.url;
}
