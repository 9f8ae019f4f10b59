import {
  assertKnownOptions,
  assertOptionalBoolean,
  assertOptionalFunction,
  assertText,
  type Clock,
  numberOption,
  scopeListOption,
  systemClock,
} from '@auth/core';
import { type Algorithm, algorithmTraits, isAlgorithm } from './algorithms.js';
import type { PublicJwks } from './key-pair.js';
import { assertNotInProduction, type LoopbackAddress, type LoopbackHost, loopbackAddress } from './loopback.js';

/** A client that the server knows from the start. */
export interface ClientInit {
  readonly clientId: string;
  /** For `client_secret_basic` and `client_secret_post`; either is accepted. Default: none. */
  readonly clientSecret?: string | undefined;
  /** Public keys for `private_key_jwt` (RFC 7523). Default: none. */
  readonly jwks?: PublicJwks | undefined;
  /** Where the authorization endpoint may send a code, compared as texts. Default: nowhere. */
  readonly redirectUris?: readonly string[] | undefined;
}

/** Options of {@link startAuthorizationServer}. */
export interface AuthorizationServerOptions {
  /** `127.0.0.1` (default), `localhost` or `::1`. */
  readonly host?: LoopbackHost | undefined;
  /** TCP port. Default 0: any free one. */
  readonly port?: number | undefined;
  /** Path of the issuer, for example `/tenants/one`. Default: none. */
  readonly issuerPath?: string | undefined;
  /** What access tokens are signed with; not HS…, which has nothing to publish. Default `RS256`. */
  readonly algorithm?: Algorithm | undefined;
  /** `aud` of tokens that were asked for without a `resource`. Default `https://api.example.com`. */
  readonly audience?: string | undefined;
  /** Resource indicators (RFC 8707) that may be asked for. Default: any absolute URI without a fragment. */
  readonly resources?: readonly string[] | undefined;
  /** Scopes that may be asked for, published in the metadata. Default: any. */
  readonly scopes?: readonly string[] | undefined;
  /** `jwt` (RFC 9068, default) or `opaque`. */
  readonly accessTokenFormat?: 'jwt' | 'opaque' | undefined;
  /** Lifetime of access tokens in seconds. Default 3600. */
  readonly expiresInSeconds?: number | undefined;
  /** Who consents at the authorization endpoint. Default `alice`. */
  readonly subject?: string | undefined;
  /** Further clients. Default: none beside {@link AuthorizationServer.client} and `resourceServer`. */
  readonly clients?: readonly ClientInit[] | undefined;
  /** Whether anyone may register a client (RFC 7591). Default true. */
  readonly allowRegistration?: boolean | undefined;
  /** Whether anyone may introspect, without authenticating. Default false. */
  readonly allowAnonymousIntrospection?: boolean | undefined;
  /** `max-age` of the key set, in seconds. Default 600. */
  readonly jwksMaxAgeSeconds?: number | undefined;
  /** The time, in seconds since the epoch, for everything but the delays of faults. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** {@link AuthorizationServerOptions}, checked and complete. */
export interface ServerSettings extends LoopbackAddress {
  readonly issuerPath: string;
  readonly algorithm: Algorithm;
  readonly audience: string;
  readonly resources: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly accessTokenFormat: 'jwt' | 'opaque';
  readonly expiresInSeconds: number;
  readonly subject: string;
  readonly clients: readonly ClientInit[];
  readonly allowRegistration: boolean;
  readonly allowAnonymousIntrospection: boolean;
  readonly jwksMaxAgeSeconds: number;
  readonly clock: Clock;
}

const OWNER = 'startAuthorizationServer';
const KNOWN_OPTIONS = [
  ...['host', 'port', 'issuerPath', 'algorithm', 'audience', 'resources', 'scopes', 'accessTokenFormat'],
  ...['expiresInSeconds', 'subject', 'clients', 'allowRegistration', 'allowAnonymousIntrospection'],
  ...['jwksMaxAgeSeconds', 'clock'],
];

/** Checks the options once. Throws a `TypeError` or `RangeError` that names the option, and under NODE_ENV=production. */
export function serverSettings(options: AuthorizationServerOptions): ServerSettings {
  assertNotInProduction(OWNER);
  assertKnownOptions(OWNER, options, KNOWN_OPTIONS);
  const { issuerPath = '', algorithm = 'RS256', accessTokenFormat = 'jwt' } = options;
  const { audience = 'https://api.example.com', subject = 'alice', clients = [] } = options;
  if (typeof issuerPath !== 'string' || !/^(?:\/[\w.~-]+)*$/.test(issuerPath)) {
    throw new TypeError(`${OWNER}: option 'issuerPath' must look like /tenants/one`);
  }
  if (!isAlgorithm(algorithm)) {
    throw new TypeError(`${OWNER}: option 'algorithm' must be the name of one, such as 'RS256' or 'ES256'`);
  }
  if (algorithmTraits(algorithm).family === 'oct') {
    throw new TypeError(`${OWNER}: option 'algorithm' must be asymmetric`);
  }
  if (accessTokenFormat !== 'jwt' && accessTokenFormat !== 'opaque') {
    throw new TypeError(`${OWNER}: option 'accessTokenFormat' must be 'jwt' or 'opaque'`);
  }
  for (const [name, value] of Object.entries({ audience, subject })) assertText(OWNER, name, value);
  assertOptionalBoolean(OWNER, 'allowRegistration', options.allowRegistration);
  assertOptionalBoolean(OWNER, 'allowAnonymousIntrospection', options.allowAnonymousIntrospection);
  assertOptionalFunction(OWNER, 'clock', options.clock);
  if (options.resources !== undefined && !Array.isArray(options.resources)) {
    throw new TypeError(`${OWNER}: option 'resources' must be a list of URIs`);
  }
  if (!Array.isArray(clients)) throw new TypeError(`${OWNER}: option 'clients' must be a list`);
  for (const client of clients) {
    assertKnownOptions(`${OWNER}: clients`, client, ['clientId', 'clientSecret', 'jwks', 'redirectUris']);
    assertText(`${OWNER}: clients`, 'clientId', client.clientId);
  }
  return {
    ...loopbackAddress(OWNER, options),
    issuerPath,
    algorithm,
    audience,
    resources: options.resources && [...options.resources],
    scopes: options.scopes && scopeListOption(OWNER, 'scopes', options.scopes),
    accessTokenFormat,
    expiresInSeconds: numberOption(OWNER, 'expiresInSeconds', options.expiresInSeconds, 3600, { min: 1 }),
    subject,
    clients: [...clients],
    allowRegistration: options.allowRegistration ?? true,
    allowAnonymousIntrospection: options.allowAnonymousIntrospection ?? false,
    jwksMaxAgeSeconds: numberOption(OWNER, 'jwksMaxAgeSeconds', options.jwksMaxAgeSeconds, 600, {
      min: 0,
      integer: true,
    }),
    clock: options.clock ?? systemClock,
  };
}
