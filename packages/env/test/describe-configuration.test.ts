import { DebugTokenVerifier } from '@auth/dev-verifiers';
import { beforeEach, expect, it } from 'vitest';
import { describeConfiguration, verifierFromEnv } from '../src/index.js';
import { silenceWarnings } from './harness.js';

const P = 'MCP_SERVER_AUTH';
const SECRET = 'a-secret-that-nobody-may-see-0123456789';

beforeEach(silenceWarnings);

async function describeEnv(env: Readonly<Record<string, string>>) {
  const verifier = await verifierFromEnv(env);
  if (verifier === undefined) throw new Error('no verifier');
  return describeConfiguration(verifier);
}

it('says what is in force for jwt', async () => {
  const description = await describeEnv({
    [P]: 'jwt',
    [`${P}_JWT_SECRET`]: SECRET,
    [`${P}_JWT_ISSUER`]: 'https://a.example',
    [`${P}_JWT_SKIP_AUDIENCE`]: 'true',
    [`${P}_JWT_ALGORITHM`]: 'HS256',
    [`${P}_JWT_REQUIRED_SCOPES`]: 'read write',
  });
  expect(description).toMatchObject({
    strategy: 'jwt',
    secret: 'set',
    publicKey: 'unset',
    issuer: 'https://a.example',
    audience: 'not checked',
    algorithms: ['HS256'],
    requiredScopes: ['read', 'write'],
    clockToleranceSeconds: 5,
    cacheMaxEntries: 2000,
    jwksTimeoutSeconds: 5,
  });
  expect(JSON.stringify(description)).not.toContain(SECRET);
});

it('says what is in force for introspection, and shows no query, which may hold a key', async () => {
  const description = await describeEnv({
    [P]: 'introspection',
    [`${P}_INTROSPECTION_INTROSPECTION_URL`]: `https://a.example/introspect?key=${SECRET}`,
    [`${P}_INTROSPECTION_CLIENT_ID`]: 'client',
    [`${P}_INTROSPECTION_CLIENT_SECRET`]: SECRET,
    [`${P}_INTROSPECTION_ISSUER`]: 'https://a.example',
    [`${P}_INTROSPECTION_AUDIENCE`]: 'a,b',
    [`${P}_INTROSPECTION_CACHE_TTL_SECONDS`]: '60',
  });
  expect(description).toMatchObject({
    strategy: 'introspection',
    introspectionUrl: 'https://a.example/introspect?…',
    clientId: 'client',
    clientSecret: 'set',
    audience: ['a', 'b'],
    cacheTtlSeconds: 60,
    timeoutSeconds: 5,
  });
  expect(`${description}`).not.toContain(SECRET);
});

it('shows the defaults that FastMCP’s prefix brings', async () => {
  const prefix = 'FASTMCP_SERVER_AUTH';
  const variables = {
    [prefix]: 'introspection',
    [`${prefix}_INTROSPECTION_INTROSPECTION_URL`]: 'https://a.example/introspect',
    [`${prefix}_INTROSPECTION_CLIENT_ID`]: 'client',
    [`${prefix}_INTROSPECTION_CLIENT_SECRET`]: SECRET,
  };
  const verifier = await verifierFromEnv(variables, { prefix });
  expect(verifier && describeConfiguration(verifier)).toMatchObject({
    issuer: 'not checked',
    audience: 'not checked',
    timeoutSeconds: 10,
  });
});

it('shows no token of the static strategy', async () => {
  const description = await describeEnv({ [P]: 'static', [`${P}_STATIC_TOKENS`]: `{"${SECRET}":{"clientId":"c"}}` });
  expect(description).toEqual({ strategy: 'static', tokens: 'set', requiredScopes: [], allowInProduction: false });
});

it('is one line of JSON as a text, and cannot be changed', async () => {
  const description = await describeEnv({ [P]: 'debug' });
  expect(String(description)).toBe(JSON.stringify(description));
  expect(String(description)).not.toContain('\n');
  expect(Object.isFrozen(description)).toBe(true);
});

it('knows only class and scopes of a verifier that came from elsewhere', () => {
  const verifier = new DebugTokenVerifier({ requiredScopes: ['read'], scopes: ['hidden'] });
  expect(describeConfiguration(verifier)).toEqual({ strategy: 'DebugTokenVerifier', requiredScopes: ['read'] });
  const plain = { verifyToken: () => Promise.reject(new Error('not used')), secret: SECRET };
  expect(describeConfiguration(plain)).toEqual({ strategy: 'Object' });
  expect(describeConfiguration(Object.assign(Object.create(null) as typeof plain, plain))).toEqual({
    strategy: 'unknown',
  });
});
