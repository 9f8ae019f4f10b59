import type { ClientAuthenticationContext } from './client-authentication.js';
import type { KeyRing } from './key-ring.js';
import type { ServerSettings } from './server-options.js';
import type { TokenStore } from './token-store.js';

/** Where the endpoints are, as absolute URLs. */
export interface ServerUrls {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly registrationUrl: string;
  readonly introspectionUrl: string;
  readonly revocationUrl: string;
}

/** An authorization code that was handed out and not used yet, or was used to make `token`. */
export interface AuthorizationCode {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** Written when the code is redeemed. */
  token?: string;
}

/** What the endpoints share. */
export interface ServerState extends ClientAuthenticationContext {
  readonly settings: ServerSettings;
  readonly urls: ServerUrls;
  readonly keys: KeyRing;
  readonly tokens: TokenStore;
  /** Written by the authorization and the token endpoint. */
  readonly codes: Map<string, AuthorizationCode>;
}
