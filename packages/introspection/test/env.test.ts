import { inspect } from 'node:util';
import { type Environment, EnvironmentError, type FromEnvContext, safeVerify } from '@auth/core';
import { KeyPair, startAuthorizationServer } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { environment, fromEnv, IntrospectionTokenVerifier } from '../src/index.js';

const P = 'MCP_SERVER_AUTH';
const SECRET = 'a-secret-that-nobody-may-see';
const URL_TEXT = 'https://issuer.example/introspect';
const [table] = environment;

const keyPair = await KeyPair.generate('ES256');
const privateKey = keyPair.privatePem().trim();
const { publicKey } = keyPair;

function env(variables: Environment, prefix: string = P): Environment {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [`${prefix}_INTROSPECTION_${name}`, value]),
  );
}

function problemsOf(variables: Environment, context: FromEnvContext = {}): readonly string[] {
  try {
    fromEnv(env(variables, context.prefix), context);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    expect(inspect(error, { showHidden: true })).not.toContain(SECRET);
    return error.problems.map(({ variable, problem }) => `${variable.replace(/^.*?_INTROSPECTION_/, '')}: ${problem}`);
  }
  throw new Error('the environment was accepted');
}

const claims = { ISSUER: 'https://issuer.example', AUDIENCE: 'notes' };
const client = { CLIENT_ID: 'client', CLIENT_SECRET: SECRET };
const base = { INTROSPECTION_URL: URL_TEXT, ...client, ...claims };
const assertion = {
  INTROSPECTION_URL: URL_TEXT,
  CLIENT_ID: 'client',
  CLIENT_AUTH_METHOD: 'private_key_jwt',
  ...claims,
};

interface Forms {
  readonly with: Environment;
  readonly good: readonly string[];
  readonly bad: readonly string[];
  readonly shows?: Readonly<Record<string, unknown>>;
  /** What is missing without it. Default: nothing. */
  readonly missing?: string;
}

const FORMS: Readonly<Record<string, Forms>> = {
  INTROSPECTION_URL: {
    with: { ...client, ...claims },
    good: [URL_TEXT, ` ${URL_TEXT} `, 'http://127.0.0.1:9000/introspect'],
    bad: ['http://issuer.example/introspect', 'nonsense', 'https://u:p@issuer.example/'],
    missing: 'INTROSPECTION_URL',
  },
  DISCOVER: { with: { ...client, ...claims }, good: ['true'], bad: ['yes', '1'], missing: 'INTROSPECTION_URL' },
  CLIENT_ID: {
    with: { ...base, CLIENT_ID: undefined },
    good: ['client', ' client '],
    bad: [],
    shows: { clientId: 'client' },
    missing: 'CLIENT_ID',
  },
  CLIENT_SECRET: { with: { ...base, CLIENT_SECRET: undefined }, good: [SECRET], bad: [], missing: 'CLIENT_SECRET' },
  CLIENT_AUTH_METHOD: {
    with: base,
    good: ['client_secret_basic', 'client_secret_post', 'none'],
    bad: ['basic', 'CLIENT_SECRET_BASIC', 'private-key-jwt'],
  },
  RAW_BASIC_CREDENTIALS: { with: base, good: ['true', 'false'], bad: ['yes', '1'] },
  PRIVATE_KEY: {
    with: assertion,
    good: [privateKey, privateKey.replaceAll('\n', '\\n')],
    bad: [publicKey, 'nonsense', '{"kty":"oct","k":"AAAA"}'],
    missing: 'PRIVATE_KEY',
  },
  SIGNING_ALGORITHM: {
    with: { ...assertion, PRIVATE_KEY: privateKey },
    good: ['ES256'],
    bad: ['HS256', 'none', 'RS256'],
  },
  BEARER_TOKEN: {
    with: { INTROSPECTION_URL: URL_TEXT, CLIENT_AUTH_METHOD: 'bearer', ...claims },
    good: [SECRET],
    bad: ['with a blank', 'quo"ted'],
    missing: 'BEARER_TOKEN',
  },
  ISSUER: {
    with: { ...base, ISSUER: undefined },
    good: ['https://issuer.example', '["https://issuer.example"]'],
    bad: ['[]', '["a"', '[1]', 'null'],
    shows: { issuer: ['https://issuer.example'] },
    missing: 'ISSUER',
  },
  SKIP_ISSUER: {
    with: { ...base, ISSUER: undefined },
    good: ['true'],
    bad: ['yes'],
    shows: { issuer: null },
    missing: 'ISSUER',
  },
  AUDIENCE: {
    with: { ...base, AUDIENCE: undefined },
    good: ['a,b', '["a","b"]'],
    bad: ['[]', '["a"', '[1]', 'null'],
    shows: { audience: ['a', 'b'] },
    missing: 'AUDIENCE',
  },
  SKIP_AUDIENCE: {
    with: { ...base, AUDIENCE: undefined },
    good: ['true'],
    bad: ['yes'],
    shows: { audience: null },
    missing: 'AUDIENCE',
  },
  REQUIRED_SCOPES: {
    with: base,
    good: ['read write', 'read,write', '["read","write"]'],
    bad: ['[1]', '["a"', '{"a":1}', 'über'],
    shows: { requiredScopes: ['read', 'write'] },
  },
  CLOCK_TOLERANCE_SECONDS: { with: base, good: ['0', '2.5', '300'], bad: ['-1', '301', 'five'] },
  TIMEOUT_SECONDS: { with: base, good: ['2.5'], bad: ['0', '-1', '5s', '1e9', '99999999'], shows: { timeoutMs: 2500 } },
  CACHE_TTL_SECONDS: { with: base, good: ['60'], bad: ['-1', 'PT1M'], shows: { cacheTtlSeconds: 60 } },
  CACHE_MAX_ENTRIES: {
    with: { ...base, CACHE_TTL_SECONDS: '60' },
    good: ['5'],
    bad: ['0', '1.5'],
    shows: { cacheMaxEntries: 5 },
  },
  CACHE_NEGATIVE_TTL_SECONDS: { with: { ...base, CACHE_TTL_SECONDS: '60' }, good: ['0', '5'], bad: ['-1', 'x'] },
  BREAKER_FAILURES: { with: base, good: ['1', '10'], bad: ['0', '1.5'] },
  BREAKER_OPEN_SECONDS: { with: base, good: ['0.5', '60'], bad: ['0', 'x'] },
  BREAKER_MAX_OPEN_SECONDS: { with: { ...base, BREAKER_OPEN_SECONDS: '5' }, good: ['5', '60'], bad: ['0', '4', 'x'] },
  MAX_TOKEN_BYTES: { with: base, good: ['1024'], bad: ['0', '1.5'] },
  MAX_BYTES: { with: base, good: ['1024'], bad: ['0', 'x'], shows: { maxBytes: 1024 } },
};

it('every variable of the table has its forms below, a doc and an example', () => {
  expect(table?.variables.map(({ name }) => name)).toEqual(Object.keys(FORMS));
  for (const { doc, example } of table?.variables ?? [])
    expect([doc.length > 5, example !== undefined]).toEqual([true, true]);
});

describe.each(Object.entries(FORMS))('%s', (name, { with: rest, good, bad, shows = {}, missing }) => {
  it.each(good.map((value, index) => [index, value] as const))('good form %d makes a verifier', (_index, value) => {
    const verifier = fromEnv(env({ ...rest, [name]: value }));
    expect(verifier).toBeInstanceOf(IntrospectionTokenVerifier);
    expect(verifier).toMatchObject(shows);
  });

  if (bad.length > 0) {
    it.each(bad.map((value, index) => [index, value] as const))(
      'bad form %d is refused under its name',
      (_index, value) => {
        const problems = problemsOf({ ...rest, [name]: value });
        expect(problems).toEqual([expect.stringMatching(`^${name}: `)]);
        if (value.length > 6) expect(problems.join()).not.toContain(value);
      },
    );
  }

  it.each(['', '  ', undefined])('blank: %j is unset', (value) => {
    if (missing === undefined)
      expect(fromEnv(env({ ...rest, [name]: value }))).toBeInstanceOf(IntrospectionTokenVerifier);
    else expect(problemsOf({ ...rest, [name]: value })).toEqual([expect.stringMatching(`^${missing}: is not set`)]);
  });

  it('file', () => {
    const isFile = table?.variables.some((variable) => variable.name === name && /key|secret/.test(variable.type));
    const context = { readTextFile: () => `${good[0]}\n` };
    const variables = { ...rest, [`${name}_FILE`]: '/run/it' };
    if (!isFile) {
      expect(problemsOf(variables, context).join()).toContain(`${name}_FILE: unknown variable`);
      return;
    }
    expect(fromEnv(env(variables), context)).toBeInstanceOf(IntrospectionTokenVerifier);
    const readTextFile = (): never => {
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    };
    expect(problemsOf(variables, { readTextFile })).toEqual([`${name}_FILE: the file cannot be read (EACCES)`]);
  });

  it('unknown: a slip of the pen gets the nearest name', () => {
    const slip = `${name.slice(0, -1)}Q`;
    expect(problemsOf({ ...base, [slip]: 'x' })).toContain(
      `${slip}: unknown variable; the nearest known is ${P}_INTROSPECTION_${name}`,
    );
  });
});

describe('the whole', () => {
  it('lists every problem at once, credentials included', () => {
    const variables = {
      CLIENT_ID: 'c',
      CLIENT_AUTH_METHOD: 'private_key_jwt',
      PRIVATE_KEY: 'nonsense',
      TIMEOUT_SECONDS: '0',
    };
    expect(problemsOf(variables).map((line) => line.split(':')[0])).toEqual([
      'TIMEOUT_SECONDS',
      'INTROSPECTION_URL',
      'ISSUER',
      'AUDIENCE',
      'PRIVATE_KEY',
    ]);
  });

  it.each([
    [{ ...base, DISCOVER: 'true' }, `DISCOVER: contradicts ${P}_INTROSPECTION_INTROSPECTION_URL: set one of the two`],
    [{ ...base, CACHE_MAX_ENTRIES: '5' }, `CACHE_MAX_ENTRIES: goes with ${P}_INTROSPECTION_CACHE_TTL_SECONDS only`],
    [{ ...base, SKIP_AUDIENCE: 'true' }, `SKIP_AUDIENCE: contradicts ${P}_INTROSPECTION_AUDIENCE: set one of the two`],
  ])('finds contradictions', (variables, problem) => {
    expect(problemsOf(variables)).toEqual([problem]);
  });

  it('has the documented defaults', () => {
    expect(fromEnv(env(base))).toMatchObject({
      clientAuthMethod: 'client_secret_basic',
      timeoutMs: 5000,
      cacheTtlSeconds: 0,
      maxBytes: 262_144,
    });
  });

  it('works end to end', async () => {
    await using server = await startAuthorizationServer();
    const verifier = fromEnv(
      env({
        INTROSPECTION_URL: server.introspectionUrl,
        CLIENT_ID: server.resourceServer.clientId,
        CLIENT_SECRET: server.resourceServer.clientSecret,
        ISSUER: server.issuer,
        AUDIENCE: server.audience,
      }),
    );
    const token = await server.issue();
    expect((await safeVerify(verifier, token)).ok).toBe(true);
    server.revoke(token);
    expect((await safeVerify(verifier, token)).ok).toBe(false);
    await verifier.close();
  });
});

describe('under FastMCP’s prefix', () => {
  const prefix = 'FASTMCP_SERVER_AUTH';
  const theirs = { INTROSPECTION_URL: URL_TEXT, ...client };

  it('its own variables are enough, and the time-out is its own', () => {
    expect(fromEnv(env(theirs, prefix), { prefix })).toMatchObject({ issuer: null, audience: null, timeoutMs: 10_000 });
    expect(fromEnv(env({ ...theirs, TIMEOUT_SECONDS: '3' }, prefix), { prefix }).timeoutMs).toBe(3000);
  });

  it('seconds are whole', () => {
    expect(problemsOf({ ...theirs, TIMEOUT_SECONDS: '2.5' }, { prefix })).toEqual([
      expect.stringMatching(/^TIMEOUT_SECONDS: must be whole seconds/),
    ]);
  });

  it('issuer and audience are checked where they are given', () => {
    const verifier = fromEnv(env({ ...theirs, AUDIENCE: 'a' }, prefix), { prefix });
    expect(verifier.audience).toEqual(['a']);
  });
});
