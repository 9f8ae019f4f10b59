import { randomUUID } from 'node:crypto';
import { type Clock, isLoopback, JsonError, parseJsonObject } from '@auth/core';
import { type Answer, jsonAnswer, OAuthError } from './answer.js';
import type { RecordedRequest } from './recorded-request.js';
import type { ClientInit } from './server-options.js';

/** How a client may authenticate; `none` is for public clients. */
export const CLIENT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;

/** The clients that the server knows: those it was started with and those that registered. */
export class ClientRegistry {
  // Written by the constructor and by register.
  readonly #clients = new Map<string, ClientInit>();
  readonly #clock: Clock;

  constructor(clients: readonly ClientInit[], clock: Clock) {
    this.#clock = clock;
    for (const client of clients) this.#clients.set(client.clientId, client);
  }

  find(clientId: string): ClientInit | undefined {
    return this.#clients.get(clientId);
  }

  /** Dynamic registration (RFC 7591 §3): whoever asks gets a client of the kind it asks for. */
  register({ body }: RecordedRequest): Answer {
    const metadata = metadataOf(body);
    const { redirect_uris: redirectUris = [], token_endpoint_auth_method: method = 'client_secret_basic' } = metadata;
    if (!Array.isArray(redirectUris) || !redirectUris.every(isRedirectUri)) {
      throw new OAuthError('invalid_redirect_uri', 'redirect_uris must be absolute URIs without a fragment');
    }
    if (method !== 'none' && method !== 'client_secret_basic' && method !== 'client_secret_post') {
      throw new OAuthError('invalid_client_metadata', 'token_endpoint_auth_method is not supported');
    }
    const clientId = randomUUID();
    const clientSecret = method === 'none' ? undefined : randomUUID();
    this.#clients.set(clientId, { clientId, clientSecret, redirectUris: [...redirectUris] });
    return jsonAnswer(201, {
      ...metadata,
      client_id: clientId,
      client_id_issued_at: Math.floor(this.#clock()),
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret, client_secret_expires_at: 0 }),
      token_endpoint_auth_method: method,
      redirect_uris: redirectUris,
      grant_types: ['authorization_code', ...(clientSecret === undefined ? [] : ['client_credentials'])],
      response_types: ['code'],
    });
  }
}

function metadataOf(body: string): Record<string, unknown> {
  try {
    return parseJsonObject(body);
  } catch (error) {
    if (error instanceof JsonError) throw new OAuthError('invalid_client_metadata', 'the body must be a JSON object');
    throw error;
  }
}

/** https, http on loopback, or an app's own scheme (RFC 8252 §7). */
function isRedirectUri(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value) || value.includes('#')) return false;
  const url = new URL(value);
  if (url.protocol === 'http:') return isLoopback(url);
  return url.protocol === 'https:' || /^[a-z][a-z\d+-]*\.[a-z\d+.-]*:$/.test(url.protocol);
}
