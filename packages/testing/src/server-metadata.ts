import { CLIENT_AUTH_METHODS } from './client-registry.js';
import type { Endpoint } from './recorded-request.js';
import type { ServerState, ServerUrls } from './server-state.js';

/** Where the endpoints of an issuer are. */
export function serverUrls(origin: string, issuerPath: string): ServerUrls {
  const issuer = `${origin}${issuerPath}`;
  return Object.freeze({
    issuer,
    jwksUri: `${issuer}/jwks`,
    authorizationUrl: `${issuer}/authorize`,
    tokenUrl: `${issuer}/token`,
    registrationUrl: `${issuer}/register`,
    introspectionUrl: `${issuer}/introspect`,
    revocationUrl: `${issuer}/revoke`,
  });
}

/** One path of the server. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly methods: readonly string[];
}

/** What is served under which path. */
export function serverRoutes(issuerPath: string): ReadonlyMap<string, Route> {
  const read = ['GET', 'HEAD'];
  return new Map<string, Route>([
    // RFC 8414 §3.1 puts the well-known part before the issuer's path, OpenID Connect Discovery §4 behind it.
    [`/.well-known/oauth-authorization-server${issuerPath}`, { endpoint: 'oauthMetadata', methods: read }],
    [`/.well-known/openid-configuration${issuerPath}`, { endpoint: 'oidcMetadata', methods: read }],
    [`${issuerPath}/.well-known/openid-configuration`, { endpoint: 'oidcMetadata', methods: read }],
    [`${issuerPath}/jwks`, { endpoint: 'jwks', methods: read }],
    [`${issuerPath}/authorize`, { endpoint: 'authorization', methods: ['GET'] }],
    [`${issuerPath}/token`, { endpoint: 'token', methods: ['POST'] }],
    [`${issuerPath}/register`, { endpoint: 'registration', methods: ['POST'] }],
    [`${issuerPath}/introspect`, { endpoint: 'introspection', methods: ['POST'] }],
    [`${issuerPath}/revoke`, { endpoint: 'revocation', methods: ['POST'] }],
  ]);
}

/** The metadata of RFC 8414 §2, with what OpenID Connect Discovery §3 asks for beyond it. */
export function serverMetadata({ settings, urls }: ServerState): Readonly<Record<string, unknown>> {
  return {
    issuer: urls.issuer,
    authorization_endpoint: urls.authorizationUrl,
    token_endpoint: urls.tokenUrl,
    jwks_uri: urls.jwksUri,
    ...(settings.allowRegistration ? { registration_endpoint: urls.registrationUrl } : {}),
    introspection_endpoint: urls.introspectionUrl,
    revocation_endpoint: urls.revocationUrl,
    ...(settings.scopes === undefined ? {} : { scopes_supported: settings.scopes }),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    introspection_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS.filter((method) => method !== 'none'),
    revocation_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    authorization_response_iss_parameter_supported: true,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [settings.algorithm],
  };
}
