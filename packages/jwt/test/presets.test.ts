import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { type Preset, presets, rolesOf } from '../src/presets.js';
import { goodClaims, keyFor, NOW, signed } from './signing-keys.js';

const key = await keyFor('RS256');
const TENANT = '8f2a1b9c-0000-4000-8000-1234567890ab';
const API = '11111111-2222-4333-8444-555555555555';
const times = { iat: NOW - 10, nbf: NOW - 10, exp: NOW + 3600 };

/** The preset's options on a key of ours, so that recorded shapes of tokens can be signed. */
const verifierOf = ({ jwksUri: _jwksUri, ...options }: Preset): JWTVerifier =>
  new JWTVerifier({ ...options, jwks: key.jwks, clock: () => NOW });
const token = (claims: Record<string, unknown>): string =>
  signed(key, { alg: 'RS256', typ: 'JWT', kid: key.kid }, { ...times, ...claims });

interface Shape {
  readonly preset: Preset;
  readonly jwksUri: string;
  /** An access token as the issuer makes it; identifiers are made up. */
  readonly claims: Record<string, unknown>;
  readonly seen: { clientId: string; subject: string; scopes: string[] };
  readonly refused: readonly (readonly [string, Record<string, unknown>])[];
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'Entra ID v2, on behalf of a user': {
    preset: presets.entraV2({ tenantId: TENANT, clientId: API }),
    jwksUri: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`,
    claims: {
      aud: API,
      iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      aio: 'AWQAm/8=',
      azp: 'client-app',
      azpacr: '1',
      oid: 'object-1',
      rh: '0.AX',
      scp: 'notes.read notes.write',
      roles: ['Editor'],
      sub: 'pairwise-1',
      tid: TENANT,
      ver: '2.0',
    },
    seen: { clientId: 'client-app', subject: 'pairwise-1', scopes: ['notes.read', 'notes.write'] },
    refused: [
      ['a v1 token', { ver: '1.0' }],
      ['another tenant', { iss: 'https://login.microsoftonline.com/other/v2.0' }],
      ['Microsoft Graph', { aud: '00000003-0000-0000-c000-000000000000' }],
    ],
  },
  'Entra ID v1': {
    preset: presets.entraV1({ tenantId: TENANT, clientId: API }),
    jwksUri: `https://login.microsoftonline.com/${TENANT}/discovery/keys`,
    claims: {
      aud: `api://${API}`,
      iss: `https://sts.windows.net/${TENANT}/`,
      appid: 'client-app',
      appidacr: '1',
      scp: 'notes.read',
      sub: 'pairwise-1',
      tid: TENANT,
      ver: '1.0',
    },
    seen: { clientId: 'client-app', subject: 'pairwise-1', scopes: ['notes.read'] },
    refused: [
      ['a v2 issuer', { iss: `https://login.microsoftonline.com/${TENANT}/v2.0` }],
      ['ver 2.0', { ver: '2.0' }],
    ],
  },
  Auth0: {
    preset: presets.auth0({ domain: 'tenant.eu.auth0.com', audience: 'https://api.example' }),
    jwksUri: 'https://tenant.eu.auth0.com/.well-known/jwks.json',
    claims: {
      iss: 'https://tenant.eu.auth0.com/',
      sub: 'auth0|5f7c',
      aud: ['https://api.example', 'https://tenant.eu.auth0.com/userinfo'],
      azp: 'client-app',
      scope: 'openid notes:read',
      permissions: ['notes:read'],
    },
    seen: { clientId: 'client-app', subject: 'auth0|5f7c', scopes: ['openid', 'notes:read'] },
    refused: [
      ['an issuer without its slash', { iss: 'https://tenant.eu.auth0.com' }],
      ['userinfo only', { aud: 'x' }],
    ],
  },
  'Auth0 with RBAC': {
    preset: presets.auth0({ domain: 'tenant.eu.auth0.com', audience: 'a', permissionsAsScopes: true }),
    jwksUri: 'https://tenant.eu.auth0.com/.well-known/jwks.json',
    claims: {
      iss: 'https://tenant.eu.auth0.com/',
      sub: 'auth0|5f7c',
      aud: 'a',
      azp: 'client-app',
      scope: 'openid notes:admin',
      permissions: ['notes:read'],
    },
    seen: { clientId: 'client-app', subject: 'auth0|5f7c', scopes: ['notes:read'] },
    refused: [['another audience', { aud: 'b' }]],
  },
  Okta: {
    preset: presets.okta({ domain: 'dev-1.okta.com' }),
    jwksUri: 'https://dev-1.okta.com/oauth2/default/v1/keys',
    claims: {
      ver: 1,
      jti: 'AT.x',
      iss: 'https://dev-1.okta.com/oauth2/default',
      aud: 'api://default',
      cid: '0oa1',
      uid: '00u1',
      scp: ['openid', 'notes:read'],
      sub: 'alice@example.com',
      groups: ['Everyone'],
    },
    seen: { clientId: '0oa1', subject: 'alice@example.com', scopes: ['openid', 'notes:read'] },
    refused: [['the org server', { iss: 'https://dev-1.okta.com' }]],
  },
  Keycloak: {
    preset: presets.keycloak({ baseUrl: 'https://sso.example/', realm: 'staff', audience: 'notes-api' }),
    jwksUri: 'https://sso.example/realms/staff/protocol/openid-connect/certs',
    claims: {
      jti: 'x',
      iss: 'https://sso.example/realms/staff',
      aud: ['notes-api', 'account'],
      sub: 'f:1',
      typ: 'Bearer',
      azp: 'notes-ui',
      sid: 's',
      acr: '1',
      realm_access: { roles: ['user'] },
      resource_access: { 'notes-api': { roles: ['editor'] } },
      scope: 'profile notes:read',
    },
    seen: { clientId: 'notes-ui', subject: 'f:1', scopes: ['profile', 'notes:read'] },
    refused: [
      ['its ID token', { typ: 'ID' }],
      ['its refresh token', { typ: 'Refresh' }],
      ['no mapper', { aud: 'account' }],
    ],
  },
  'Amazon Cognito': {
    preset: presets.cognito({ region: 'eu-west-1', userPoolId: 'eu-west-1_AbC', clientIds: ['app1'] }),
    jwksUri: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC/.well-known/jwks.json',
    claims: {
      sub: 'u-1',
      'cognito:groups': ['editors'],
      iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC',
      version: 2,
      client_id: 'app1',
      token_use: 'access',
      scope: 'notes/read',
      username: 'alice',
      jti: 'x',
    },
    seen: { clientId: 'app1', subject: 'u-1', scopes: ['notes/read'] },
    refused: [
      ['another app client', { client_id: 'app2' }],
      ['an ID token', { token_use: 'id', aud: 'app1', client_id: undefined }],
      ['no token_use', { token_use: undefined }],
      ['another pool', { iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other' }],
    ],
  },
  'WorkOS AuthKit': {
    preset: presets.workos({ authkitDomain: 'lively-fox-12.authkit.app', audience: 'https://mcp.example/mcp' }),
    jwksUri: 'https://lively-fox-12.authkit.app/oauth2/jwks',
    claims: {
      iss: 'https://lively-fox-12.authkit.app',
      sub: 'user_1',
      aud: 'https://mcp.example/mcp',
      client_id: 'client_1',
      sid: 'session_1',
      org_id: 'org_1',
      role: 'admin',
      roles: ['admin', 'editor'],
      jti: 'x',
      scope: 'openid',
    },
    seen: { clientId: 'client_1', subject: 'user_1', scopes: ['openid'] },
    refused: [['another resource', { aud: 'https://mcp.example/other' }]],
  },
  Google: {
    preset: presets.google({ clientId: '1.apps.googleusercontent.com', hostedDomain: 'example.com' }),
    jwksUri: 'https://www.googleapis.com/oauth2/v3/certs',
    claims: {
      iss: 'https://accounts.google.com',
      azp: '1.apps.googleusercontent.com',
      aud: '1.apps.googleusercontent.com',
      sub: '10769150350006150715113082367',
      hd: 'example.com',
      email: 'alice@example.com',
      email_verified: true,
    },
    seen: { clientId: '1.apps.googleusercontent.com', subject: '10769150350006150715113082367', scopes: [] },
    refused: [
      ['another domain', { hd: 'evil.example' }],
      ['no domain', { hd: undefined }],
      ['another client', { aud: '2' }],
    ],
  },
};

describe('presets', () => {
  it.each(Object.entries(SHAPES))(
    '%s: its tokens are accepted and read',
    async (_name, { preset, jwksUri, claims, seen }) => {
      expect(preset.jwksUri).toBe(jwksUri);
      expect(await verifierOf(preset).verifyToken(token(claims))).toMatchObject(seen);
      // What a preset returns is what the constructor takes.
      expect(new JWTVerifier({ ...preset, requiredScopes: ['x'] }).jwksUri).toBe(jwksUri);
    },
  );

  it.each(Object.entries(SHAPES))('%s: its other tokens are refused', async (_name, { preset, claims, refused }) => {
    for (const [what, changes] of refused) {
      const outcome = await verifierOf(preset)
        .verifyToken(token({ ...claims, ...changes }))
        .catch(() => 'refused');
      expect([what, outcome]).toEqual([what, 'refused']);
    }
  });

  it("Google's other spelling of its issuer passes", async () => {
    const { preset, claims } = SHAPES.Google as Shape;
    await expect(
      verifierOf(preset).verifyToken(token({ ...claims, iss: 'accounts.google.com' })),
    ).resolves.toBeDefined();
  });

  it.each<[string, () => unknown]>([
    ['a tenant with a slash', () => presets.entraV2({ tenantId: 'a/b', clientId: API })],
    ['a tenant of dots', () => presets.entraV1({ tenantId: '..', clientId: API })],
    ['an empty client id', () => presets.entraV2({ tenantId: TENANT, clientId: '' })],
    ['a domain with a scheme', () => presets.auth0({ domain: 'https://tenant.auth0.com', audience: 'a' })],
    ['a domain with a path', () => presets.okta({ domain: 'dev-1.okta.com/x' })],
    ['an empty realm', () => presets.keycloak({ baseUrl: 'https://sso.example', realm: '', audience: 'a' })],
    ['no base URL', () => presets.keycloak({ baseUrl: '', realm: 'r', audience: 'a' })],
    ['no app clients', () => presets.cognito({ region: 'eu-west-1', userPoolId: 'x', clientIds: [] })],
    ['a blank app client', () => presets.cognito({ region: 'eu-west-1', userPoolId: 'x', clientIds: [''] })],
    ['a blank hosted domain', () => presets.google({ clientId: 'x', hostedDomain: '' })],
    ['a blank WorkOS domain', () => presets.workos({ authkitDomain: '', audience: 'x' })],
  ])('%s throws a TypeError', (_name, make) => {
    expect(make).toThrow(TypeError);
  });

  it('roles are read where each issuer keeps them, and nothing else is', () => {
    const claimsOf = (name: string): Record<string, unknown> => (SHAPES[name] as Shape).claims;
    expect(rolesOf.entra(claimsOf('Entra ID v2, on behalf of a user'))).toEqual(['Editor']);
    expect(rolesOf.auth0(claimsOf('Auth0'))).toEqual(['notes:read']);
    expect(rolesOf.okta(claimsOf('Okta'))).toEqual(['Everyone']);
    expect(rolesOf.keycloak()(claimsOf('Keycloak'))).toEqual(['user']);
    expect(rolesOf.keycloak('notes-api')(claimsOf('Keycloak'))).toEqual(['editor']);
    expect(rolesOf.keycloak('__proto__')(claimsOf('Keycloak'))).toEqual([]);
    expect(rolesOf.cognito(claimsOf('Amazon Cognito'))).toEqual(['editors']);
    expect(rolesOf.workos(claimsOf('WorkOS AuthKit'))).toEqual(['admin', 'editor']);
    for (const roles of [rolesOf.entra, rolesOf.keycloak(), rolesOf.keycloak('x'), rolesOf.workos]) {
      expect(roles(goodClaims({ roles: 'admin', realm_access: 'x', resource_access: [] }))).toEqual([]);
    }
  });
});
