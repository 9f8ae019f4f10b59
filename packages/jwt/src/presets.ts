import { assertKnownOptions, assertText, type Claims, likelyCause, ownClaim, parseScopes } from '@auth/core';
import type { JWTVerifierOptions } from './options.js';

/** What a preset says about an issuer: options to spread into those of a `JWTVerifier`. */
export type Preset = Pick<JWTVerifierOptions, 'issuer' | 'audience' | 'jwksUri'> & {
  readonly jwksUri: string;
  readonly validate?: NonNullable<JWTVerifierOptions['validate']>;
  readonly mapClaims?: NonNullable<JWTVerifierOptions['mapClaims']>;
};

type Audience = string | readonly string[];

/**
 * Microsoft Entra ID, v2 tokens. `clientId` is the API's own application id.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (iss, aud, ver, azp, scp, roles, tid) and
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc (issuer and jwks_uri of a tenant).
 */
function entraV2(options: { readonly tenantId: string; readonly clientId: string }): Preset {
  assertKnownOptions('presets.entraV2', options, ['tenantId', 'clientId']);
  const { tenantId, clientId } = options;
  const tenant = segment('entraV2', 'tenantId', tenantId);
  const api = segment('entraV2', 'clientId', clientId);
  return {
    issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
    jwksUri: `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
    // v2 tokens have the bare id in aud; an Application ID URI occurs where one was asked for.
    audience: [api, `api://${api}`],
    validate: (claims) => ownClaim(claims, 'ver') === '2.0',
  };
}

/**
 * Microsoft Entra ID, v1 tokens: another issuer, `appid` for the client, and the Application ID URI in `aud`.
 * https://learn.microsoft.com/entra/identity-platform/access-tokens (token formats v1.0 and v2.0).
 */
function entraV1(options: { readonly tenantId: string; readonly clientId: string }): Preset {
  assertKnownOptions('presets.entraV1', options, ['tenantId', 'clientId']);
  const { tenantId, clientId } = options;
  const tenant = segment('entraV1', 'tenantId', tenantId);
  const api = segment('entraV1', 'clientId', clientId);
  return {
    issuer: `https://sts.windows.net/${tenant}/`,
    jwksUri: `https://login.microsoftonline.com/${tenant}/discovery/keys`,
    audience: [`api://${api}`, api],
    validate: (claims) => ownClaim(claims, 'ver') === '1.0',
  };
}

/**
 * Auth0. The issuer ends in a slash. With RBAC and "Add Permissions in the Access Token", `permissions` says what the user
 * was granted; `permissionsAsScopes` takes them for scopes, in place of `scope`.
 * https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles and
 * https://auth0.com/docs/get-started/apis/enable-role-based-access-control-for-apis
 */
function auth0(options: {
  readonly domain: string;
  readonly audience: Audience;
  readonly permissionsAsScopes?: boolean;
}): Preset {
  assertKnownOptions('presets.auth0', options, ['domain', 'audience', 'permissionsAsScopes']);
  const domain = host('auth0', 'domain', options.domain);
  const base = {
    issuer: `https://${domain}/`,
    jwksUri: `https://${domain}/.well-known/jwks.json`,
    audience: options.audience,
  };
  if (options.permissionsAsScopes !== true) return base;
  return { ...base, mapClaims: (claims) => ({ scopes: parseScopes(ownClaim(claims, 'permissions')) }) };
}

/**
 * Okta, a custom authorization server (the org server's access tokens are opaque to anyone but Okta). Scopes are a list in
 * `scp`, the client is in `cid`. https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/ (access token claims).
 */
function okta(options: {
  readonly domain: string;
  readonly authorizationServerId?: string;
  readonly audience?: Audience;
}): Preset {
  assertKnownOptions('presets.okta', options, ['domain', 'authorizationServerId', 'audience']);
  const domain = host('okta', 'domain', options.domain);
  const server = segment('okta', 'authorizationServerId', options.authorizationServerId ?? 'default');
  const issuer = `https://${domain}/oauth2/${server}`;
  // "api://default" is what Okta gives to the server called "default".
  return { issuer, jwksUri: `${issuer}/v1/keys`, audience: options.audience ?? 'api://default' };
}

/**
 * Keycloak 17 and later (before, `baseUrl` ended in /auth). The API's name gets into `aud` by an audience mapper. `typ` in the
 * payload tells access tokens (Bearer) from ID and refresh tokens.
 * https://www.keycloak.org/docs/latest/server_admin/#audience-support and
 * https://www.keycloak.org/securing-apps/oidc-layers (endpoints of a realm).
 */
function keycloak(options: { readonly baseUrl: string; readonly realm: string; readonly audience: Audience }): Preset {
  assertKnownOptions('presets.keycloak', options, ['baseUrl', 'realm', 'audience']);
  assertText('presets.keycloak', 'baseUrl', options.baseUrl);
  const realm = segment('keycloak', 'realm', options.realm);
  const issuer = `${options.baseUrl.replace(/\/+$/, '')}/realms/${realm}`;
  return {
    issuer,
    jwksUri: `${issuer}/protocol/openid-connect/certs`,
    audience: options.audience,
    validate: (claims) => {
      const typ = ownClaim(claims, 'typ');
      return typ === undefined || typ === 'Bearer';
    },
  };
}

/**
 * Amazon Cognito. Its access tokens have no `aud`: the client that they were issued to is checked instead, and `token_use`, so
 * that an ID token does not pass.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html and
 * …/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 */
function cognito(options: {
  readonly region: string;
  readonly userPoolId: string;
  /** The app clients whose tokens are accepted. */
  readonly clientIds: readonly string[];
}): Preset {
  assertKnownOptions('presets.cognito', options, ['region', 'userPoolId', 'clientIds']);
  const region = segment('cognito', 'region', options.region);
  const pool = segment('cognito', 'userPoolId', options.userPoolId);
  if (!Array.isArray(options.clientIds) || options.clientIds.length === 0) {
    throw new TypeError("presets.cognito: option 'clientIds' must be a list of at least one app client id");
  }
  for (const clientId of options.clientIds) assertText('presets.cognito', 'clientIds', clientId);
  const clients: ReadonlySet<unknown> = new Set(options.clientIds);
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${pool}`;
  return {
    issuer,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    audience: null,
    validate: (claims) => ownClaim(claims, 'token_use') === 'access' && clients.has(ownClaim(claims, 'client_id')),
  };
}

/**
 * WorkOS AuthKit. The audience is the resource that the client named (RFC 8707), or the environment's client id.
 * https://workos.com/docs/authkit/mcp
 */
function workos(options: { readonly authkitDomain: string; readonly audience: Audience }): Preset {
  assertKnownOptions('presets.workos', options, ['authkitDomain', 'audience']);
  const domain = host('workos', 'authkitDomain', options.authkitDomain);
  return { issuer: `https://${domain}`, jwksUri: `https://${domain}/oauth2/jwks`, audience: options.audience };
}

/**
 * Google. Its access tokens are opaque, so these are Google's ID tokens: sign-in for a server of one's own, with the OAuth client
 * id as audience. Both spellings of the issuer occur.
 * https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
 */
function google(options: { readonly clientId: Audience; readonly hostedDomain?: string }): Preset {
  assertKnownOptions('presets.google', options, ['clientId', 'hostedDomain']);
  const { clientId, hostedDomain } = options;
  const base = {
    issuer: ['https://accounts.google.com', 'accounts.google.com'],
    jwksUri: 'https://www.googleapis.com/oauth2/v3/certs',
    audience: clientId,
  };
  if (hostedDomain === undefined) return base;
  assertText('presets.google', 'hostedDomain', hostedDomain);
  return { ...base, validate: (claims) => ownClaim(claims, 'hd') === hostedDomain };
}

/**
 * Well-known issuers as data: `new JWTVerifier({ ...presets.keycloak({ … }), requiredScopes: ['notes:read'] })`. Each is a pure
 * function that returns options and throws a `TypeError` for a parameter that cannot be part of a URL.
 */
export const presets: {
  readonly entraV1: typeof entraV1;
  readonly entraV2: typeof entraV2;
  readonly auth0: typeof auth0;
  readonly okta: typeof okta;
  readonly keycloak: typeof keycloak;
  readonly cognito: typeof cognito;
  readonly workos: typeof workos;
  readonly google: typeof google;
} = Object.freeze({ entraV1, entraV2, auth0, okta, keycloak, cognito, workos, google });

/** Reads a caller's roles from the claims; made for the second argument of core's `requireRoles`. */
export type RolesOf = (claims: Claims) => readonly string[];

/** Where each issuer keeps roles: `requireRoles(['admin'], rolesOf.entra)`. */
export const rolesOf: {
  /** App roles, of users and of applications. */
  readonly entra: RolesOf;
  /** `permissions`, which RBAC adds. */
  readonly auth0: RolesOf;
  /** `groups`, when the authorization server has such a claim. */
  readonly okta: RolesOf;
  /** Roles of the realm, or of one client of it. */
  readonly keycloak: (clientId?: string) => RolesOf;
  /** Groups of the user pool. */
  readonly cognito: RolesOf;
  /** `role`, and `roles` where a member has several. */
  readonly workos: RolesOf;
} = Object.freeze({
  entra: (claims: Claims) => texts(ownClaim(claims, 'roles')),
  auth0: (claims: Claims) => texts(ownClaim(claims, 'permissions')),
  okta: (claims: Claims) => texts(ownClaim(claims, 'groups')),
  keycloak: (clientId?: string) => (claims: Claims) => {
    const holder =
      clientId === undefined
        ? ownClaim(claims, 'realm_access')
        : ownClaim(record(ownClaim(claims, 'resource_access')), clientId);
    return texts(ownClaim(record(holder), 'roles'));
  },
  cognito: (claims: Claims) => texts(ownClaim(claims, 'cognito:groups')),
  workos: (claims: Claims) => [...new Set([...texts([ownClaim(claims, 'role')]), ...texts(ownClaim(claims, 'roles'))])],
});

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function record(value: unknown): Claims {
  return typeof value === 'object' && value !== null ? (value as Claims) : {};
}

/** One segment of a URL's path: nothing that could lead elsewhere. */
function segment(preset: string, name: string, value: unknown): string {
  if (typeof value === 'string' && /^[\w.~-]+$/.test(value) && !/^\.+$/.test(value)) return value;
  throw new TypeError(
    `presets.${preset}: option '${name}' must be an id without slashes or blanks${likelyCause(value)}`,
  );
}

/** A host name, as in `tenant.example.com`. */
function host(preset: string, name: string, value: unknown): string {
  if (typeof value === 'string' && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(value)) return value;
  throw new TypeError(
    `presets.${preset}: option '${name}' must be a host name such as tenant.example.com${hostCause(value)}`,
  );
}

function hostCause(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') return likelyCause(value);
  return value.includes('/') ? '; without https:// and without a path' : '';
}
