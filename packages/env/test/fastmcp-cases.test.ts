import { isEnvironmentError, safeVerify, type TokenVerifier } from '@auth/core';
import { KeyPair, RSAKeyPair } from '@auth/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gateOptionsFromEnv, verifierFromEnv } from '../src/index.js';
import cases from './data/fastmcp-env-cases.json' with { type: 'json' };
import { problemsOf, silenceWarnings } from './harness.js';

const prefix = 'FASTMCP_SERVER_AUTH';

interface Expected {
  readonly required_scopes?: readonly string[];
  readonly accepts?: readonly Readonly<Record<string, unknown>>[];
  readonly refuses?: readonly Readonly<Record<string, unknown>>[];
  readonly error?: string;
  readonly verifier?: null;
}

interface Case {
  readonly id: string;
  readonly setup: { readonly env?: Readonly<Record<string, string>> };
  readonly ourRule?: {
    readonly env: string;
    readonly vars?: Readonly<Record<string, string | null>>;
    readonly expect: Expected;
  };
}

/** Visible cases without an entry in the table of rules: what we do, and why. */
const DECIDED: Readonly<Record<string, { readonly why: string; readonly expect?: Expected }>> = {
  'env-009': { why: "another provider's variables are left alone", expect: { required_scopes: [] } },
  'env-019': { why: 'a list is a JSON array of texts', expect: { error: 'JWT_REQUIRED_SCOPES' } },
  'env-020': { why: 'broken JSON is an error', expect: { error: 'JWT_REQUIRED_SCOPES' } },
  'env-024': { why: 'other JSON is an error, as there', expect: { error: 'JWT_REQUIRED_SCOPES' } },
  'env-030': { why: 'other JSON is an error; SKIP_AUDIENCE says it by name', expect: { error: 'JWT_AUDIENCE' } },
  'env-031': { why: 'other JSON is an error, as there', expect: { error: 'JWT_AUDIENCE' } },
  'env-034': { why: 'other JSON is an error, as there', expect: { error: 'JWT_AUDIENCE' } },
  'env-040': { why: 'there are no arguments that could contradict the environment' },
  'env-042': { why: 'every problem is told at the start', expect: { error: 'JWT_BASE_URL' } },
  'env-045': { why: 'whole seconds, as there', expect: { error: 'INTROSPECTION_TIMEOUT_SECONDS' } },
  'env-049': { why: 'the older key works', expect: { required_scopes: [] } },
};

beforeEach(silenceWarnings);

let keyPair: RSAKeyPair;
beforeAll(async () => {
  keyPair = await RSAKeyPair.generate();
});

/** A complete environment for the strategy, with what the case changes. */
function environmentOf(strategy: string, changes: Readonly<Record<string, string | null>>): Record<string, string> {
  const bases: Readonly<Record<string, Record<string, string>>> = {
    none: {},
    jwt: {
      [prefix]: 'fastmcp.server.auth.providers.jwt.JWTVerifier',
      [`${prefix}_JWT_PUBLIC_KEY`]: keyPair.publicKey,
      ...(`${prefix}_JWT_ISSUER` in changes ? {} : { [`${prefix}_JWT_SKIP_ISSUER`]: 'true' }),
      ...(`${prefix}_JWT_AUDIENCE` in changes ? {} : { [`${prefix}_JWT_SKIP_AUDIENCE`]: 'true' }),
    },
    introspection: {
      [prefix]: 'fastmcp.server.auth.providers.introspection.IntrospectionTokenVerifier',
      [`${prefix}_INTROSPECTION_INTROSPECTION_URL`]: 'https://auth.example.com/introspect',
      [`${prefix}_INTROSPECTION_CLIENT_ID`]: 'client',
      [`${prefix}_INTROSPECTION_CLIENT_SECRET`]: 'secret-of-the-client',
    },
  };
  const env: Record<string, string> = { ...bases[strategy] };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete env[name];
    else env[name] = value;
  }
  return env;
}

async function outcome(env: Record<string, string>): Promise<TokenVerifier | undefined | readonly string[]> {
  try {
    gateOptionsFromEnv(env, { prefix });
    return await verifierFromEnv(env, { prefix });
  } catch (error) {
    if (!isEnvironmentError(error)) throw error;
    return error.problems.map(({ variable }) => variable);
  }
}

describe('the environments of FastMCP', () => {
  it.each(cases as unknown as readonly Case[])('$id', async ({ id, setup, ourRule }) => {
    const expected = ourRule?.expect ?? DECIDED[id]?.expect;
    if (expected === undefined) {
      expect(DECIDED[id]?.why).toBeDefined();
      return;
    }
    const changes = ourRule?.vars ?? setup.env ?? {};
    const isIntrospection = Object.keys(changes).some((name) => name.includes('_INTROSPECTION_'));
    const env = environmentOf(ourRule?.env ?? (isIntrospection ? 'introspection' : 'jwt'), changes);
    const result = await outcome(env);

    if (expected.error !== undefined) {
      expect(result).toEqual([expect.stringContaining(expected.error)]);
      return;
    }
    if (expected.verifier === null) {
      expect(result).toBeUndefined();
      return;
    }
    if (result === undefined || !('verifyToken' in result)) throw new Error(`no verifier, but ${result}`);
    if (expected.required_scopes !== undefined) expect(result.requiredScopes).toEqual(expected.required_scopes);
    for (const [list, accepted] of [
      [expected.accepts, true],
      [expected.refuses, false],
    ] as const) {
      for (const claims of list ?? []) {
        const token = await keyPair.createToken({ additionalClaims: claims });
        expect((await safeVerify(result, token)).ok).toBe(accepted);
      }
    }
  });
});

describe('the environment blocks of its documentation', () => {
  const jwks = {
    [`${prefix}_JWT_JWKS_URI`]: 'https://auth.company.com/.well-known/jwks.json',
    [`${prefix}_JWT_ISSUER`]: 'https://auth.company.com',
    [`${prefix}_JWT_AUDIENCE`]: 'mcp-production-api',
    [`${prefix}_JWT_REQUIRED_SCOPES`]: 'read:data,write:data',
  };
  const hmac = {
    [`${prefix}_JWT_PUBLIC_KEY`]: 'your-shared-secret-key-minimum-32-chars',
    [`${prefix}_JWT_ALGORITHM`]: 'HS256',
    [`${prefix}_JWT_ISSUER`]: 'internal-auth-service',
    [`${prefix}_JWT_AUDIENCE`]: 'mcp-internal-api',
  };

  it.each([
    'fastmcp.server.auth.providers.jwt.JWTVerifier',
    'fastmcp.server.auth.providers.jwt:JWTVerifier',
    'fastmcp.server.auth.JWTVerifier',
    'fastmcp.server.auth.providers.bearer.BearerAuthProvider',
    'JWT',
    'jwt',
  ])('make a verifier, chosen by %s', async (choice) => {
    for (const block of [jwks, hmac]) {
      const verifier = await verifierFromEnv({ [prefix]: choice, ...block }, { prefix });
      expect(verifier?.constructor.name).toBe('JWTVerifier');
    }
  });

  it('read the key as the secret when the algorithm is HS*', async () => {
    const verifier = await verifierFromEnv({ [prefix]: 'JWT', ...hmac }, { prefix });
    if (verifier === undefined) throw new Error('no verifier');
    const signer = await KeyPair.generate('HS256');
    const options = { issuer: 'internal-auth-service', audience: 'mcp-internal-api' };
    expect((await safeVerify(verifier, await signer.createToken(options))).ok).toBe(false);
    const known = KeyPair.fromSecret('HS256', hmac[`${prefix}_JWT_PUBLIC_KEY`] ?? '');
    const good = await known.createToken({ ...options, subject: 'service' });
    expect((await verifier.verifyToken(good)).subject).toBe('service');
  });

  it.each([
    ['the key that is none and no algorithm', { [`${prefix}_JWT_ALGORITHM`]: '' }, 'ALGORITHM to HS256'],
    ['a short secret', { [`${prefix}_JWT_PUBLIC_KEY`]: 'too-short-a-secret' }, 'at least 32 bytes'],
    ['no audience', { [`${prefix}_JWT_AUDIENCE`]: '' }, `${prefix}_JWT_SKIP_AUDIENCE=true`],
    ['no issuer', { [`${prefix}_JWT_ISSUER`]: '' }, `${prefix}_JWT_SKIP_ISSUER=true`],
    ['a PEM as the secret', { [`${prefix}_JWT_PUBLIC_KEY`]: 'PEM' }, 'PUBLIC_KEY: must be a shared secret'],
  ])('say what to set where FastMCP was looser: %s', async (_, changes, cure) => {
    const env: Record<string, string> = { [prefix]: 'JWT', ...hmac, ...changes };
    if (env[`${prefix}_JWT_PUBLIC_KEY`] === 'PEM') env[`${prefix}_JWT_PUBLIC_KEY`] = keyPair.publicKey;
    await expect(verifierFromEnv(env, { prefix })).rejects.toThrow(cure);
  });

  it('default to RS256, as there', async () => {
    const verifier = await verifierFromEnv({ [prefix]: 'JWT', ...jwks }, { prefix });
    expect(verifier).toMatchObject({ algorithms: ['RS256'] });
  });

  it('wait ten seconds for introspection, as there, and need neither issuer nor audience for it', async () => {
    const verifier = await verifierFromEnv(environmentOf('introspection', {}), { prefix });
    expect(verifier).toMatchObject({ timeoutMs: 10_000, issuer: null, audience: null });
  });

  it.each([
    [
      'fastmcp.server.auth.providers.jwt.StaticTokenVerifier',
      { [`${prefix}_STATIC_TOKENS`]: '{"t":{"clientId":"c"}}' },
      'StaticTokenVerifier',
    ],
    ['fastmcp.server.auth.providers.debug.DebugTokenVerifier', {}, 'DebugTokenVerifier'],
  ])('%s has its equivalent', async (choice, variables, name) => {
    const verifier = await verifierFromEnv({ [prefix]: choice, ...variables }, { prefix });
    expect(verifier?.constructor.name).toBe(name);
  });

  it.each([
    'fastmcp.server.auth.providers.github.GitHubProvider',
    'fastmcp.server.auth.OAuthProxy',
    'fastmcp.x.constructor',
  ])('%s has none, and the error says so', async (choice) => {
    const [problem] = await problemsOf(() => verifierFromEnv({ [prefix]: choice }, { prefix }));
    expect(problem).toMatch(/^FASTMCP_SERVER_AUTH: names a FastMCP class without an equivalent/);
    expect(problem).not.toContain(choice);
  });

  it('feeds the gate with the base URL, under either of its names', () => {
    for (const name of ['BASE_URL', 'RESOURCE_SERVER_URL']) {
      const env = { [prefix]: 'JWT', [`${prefix}_JWT_${name}`]: 'https://mcp.example.com' };
      expect(gateOptionsFromEnv(env, { prefix })).toEqual({ resource: 'https://mcp.example.com' });
    }
  });
});
