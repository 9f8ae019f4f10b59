import type { ClientAuthenticator, ClientAuthenticators } from './client-authentication.js';
import type { Discovery } from './discovery.js';
import { IntrospectionFailure } from './failure.js';
import { CLIENT_AUTH_METHODS, type ClientAuthMethod } from './options.js';

/** Where and how to ask. */
export interface Endpoint {
  readonly url: string;
  readonly authenticate: ClientAuthenticator;
  /** Where the issuer's keys are, when metadata said so. */
  readonly jwksUri: string | undefined;
}

/** Gives the endpoint; at once when it was configured. */
export type EndpointSource = (deadlineMs: number) => Endpoint | Promise<Endpoint>;

/** A configured endpoint. */
export function configuredEndpoint(url: string, authenticate: ClientAuthenticator): EndpointSource {
  const endpoint: Endpoint = { url, authenticate, jwksUri: undefined };
  return () => endpoint;
}

/**
 * A discovered endpoint. A configured method is used whatever the metadata say; else the first one that the server supports
 * and for which we have what it takes (RFC 8414 §2: without a list, `client_secret_basic` is what most servers take).
 */
export function discoveredEndpoint(
  discovery: Discovery,
  authenticators: ClientAuthenticators,
  method: ClientAuthMethod | undefined,
): EndpointSource {
  return async (deadlineMs) => {
    const { introspectionEndpoint, authMethods, jwksUri } = await discovery.get(deadlineMs);
    const candidates = method === undefined ? CLIENT_AUTH_METHODS.filter((name) => authenticators.has(name)) : [method];
    const chosen =
      method ?? (authMethods === undefined ? candidates[0] : candidates.find((name) => authMethods.includes(name)));
    const authenticate = chosen === undefined ? undefined : authenticators.get(chosen);
    if (authenticate === undefined) throw new IntrospectionFailure('discovery');
    return { url: introspectionEndpoint, authenticate, jwksUri };
  };
}
