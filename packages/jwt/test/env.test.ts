import { inspect } from 'node:util';
import { type Environment, EnvironmentError, type FromEnvContext, safeVerify } from '@auth/core';
import { KeyPair, RSAKeyPair } from '@auth/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { environment, fromEnv, JWTVerifier } from '../src/index.js';

const P = 'MCP_SERVER_AUTH';
const SECRET = 'a-secret-that-nobody-may-see-0123456789';
const [table] = environment;

let rsa: RSAKeyPair;
let ec: KeyPair;
beforeAll(async () => {
  rsa = await RSAKeyPair.generate();
  ec = await KeyPair.generate('ES256');
});

/** `JWT_X` under the prefix for each `X`. */
function env(variables: Environment, prefix: string = P): Environment {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [`${prefix}_JWT_${name}`, value]));
}

function problemsOf(variables: Environment, context: FromEnvContext = {}): readonly string[] {
  try {
    fromEnv(env(variables, context.prefix), context);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    expect(inspect(error, { showHidden: true })).not.toContain(SECRET);
    return error.problems.map(({ variable, problem }) => `${variable.replace(/^.*?_JWT_/, '')}: ${problem}`);
  }
  throw new Error('the environment was accepted');
}

const base = { SECRET, ISSUER: 'https://issuer.example', AUDIENCE: 'notes' };
const remote = { JWKS_URI: 'https://issuer.example/jwks', ISSUER: 'https://issuer.example', AUDIENCE: 'notes' };

interface Forms {
  /** The rest of the environment. */
  readonly with: Environment;
  readonly good: readonly (string | (() => string))[];
  readonly bad: readonly string[];
  /** What a good value is seen by. */
  readonly shows?: Readonly<Record<string, unknown>>;
}

const { SECRET: _, ...unkeyed } = base;
const claims = { ISSUER: base.ISSUER, AUDIENCE: base.AUDIENCE };

const FORMS: Readonly<Record<string, Forms>> = {
  JWKS_URI: {
    with: claims,
    good: ['https://issuer.example/jwks', ' https://issuer.example/jwks '],
    bad: [
      'http://issuer.example/jwks',
      'issuer.example',
      'https://u:p@issuer.example/jwks',
      'https://issuer.example/#x',
    ],
    shows: { jwksUri: 'https://issuer.example/jwks' },
  },
  DISCOVER: { with: claims, good: ['true'], bad: ['yes', '1', 'TRUE'] },
  PUBLIC_KEY: {
    with: claims,
    good: [() => rsa.publicKey, () => rsa.publicKey.replaceAll('\n', '\\n'), () => JSON.stringify(rsa.jwk)],
    bad: [
      SECRET,
      '-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----',
      '{"kty":"oct","k":"AAAA"}',
      '{"keys":[]}',
    ],
  },
  SECRET: { with: claims, good: [SECRET], bad: ['short', '{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAA"}'] },
  JWKS: {
    with: claims,
    good: [() => JSON.stringify(rsa.jwks)],
    bad: ['[]', '{"keys":[]}', '{"keys":1}', '{"keys":[],"keys":[]}', 'nonsense'],
  },
  ISSUER: {
    with: { SECRET, AUDIENCE: 'notes' },
    good: ['https://issuer.example', '["https://issuer.example"]', '"https://issuer.example"'],
    bad: ['[]', '["a"', '[1]', 'null', '{}', '12345'],
    shows: { issuer: 'https://issuer.example' },
  },
  SKIP_ISSUER: {
    with: { SECRET, AUDIENCE: 'notes' },
    good: ['true'],
    bad: ['yes', '1', 'True'],
    shows: { issuer: null },
  },
  AUDIENCE: {
    with: { SECRET, ISSUER: 'i' },
    good: ['a,b', 'a b', '["a","b"]'],
    bad: ['[]', '["a"', '[1]', 'null', '{}', '12345'],
    shows: { audience: ['a', 'b'] },
  },
  SKIP_AUDIENCE: { with: { SECRET, ISSUER: 'i' }, good: ['true'], bad: ['yes', '0'], shows: { audience: null } },
  ALGORITHM: {
    with: base,
    good: ['HS256', '["HS256"]'],
    bad: ['RS256', 'hs256', 'none', 'HS256,none', '[]', 'HS999'],
    shows: { algorithms: ['HS256'] },
  },
  REQUIRED_SCOPES: {
    with: base,
    good: ['read write', 'read,write', '["read","write"]'],
    bad: ['[1]', '["a"', '{"a":1}', '["read write"]', 'über'],
    shows: { requiredScopes: ['read', 'write'] },
  },
  CLOCK_TOLERANCE_SECONDS: { with: base, good: ['0', '2.5', '300'], bad: ['-1', '301', 'five', '1e2', 'NaN'] },
  MAX_TOKEN_AGE_SECONDS: { with: base, good: ['60'], bad: ['0', '-1', 'Infinity'] },
  REQUIRE_EXPIRATION: { with: base, good: ['true', 'false'], bad: ['no', '0'] },
  PROFILE: { with: base, good: ['jwt', 'rfc9068'], bad: ['RFC9068', 'at+jwt'] },
  MAX_TOKEN_BYTES: { with: base, good: ['1024'], bad: ['0', '1.5', '16KiB'] },
  CACHE_MAX_ENTRIES: { with: base, good: ['0', '10'], bad: ['-1', '0.5', 'many'] },
  JWKS_TIMEOUT_SECONDS: { with: remote, good: ['0.5', '5'], bad: ['0', '-1', '5s'] },
  JWKS_TTL_SECONDS: { with: remote, good: ['0.5', '600'], bad: ['0', 'PT10M'] },
  JWKS_COOLDOWN_SECONDS: { with: remote, good: ['0.5', '30'], bad: ['0', 'x'] },
  JWKS_MAX_STALE_SECONDS: { with: remote, good: ['0', '3600'], bad: ['-1', 'x'] },
};

/** What the same environment gives without the variable: a verifier, or the names of what is missing. */
const MISSING: Readonly<Record<string, string>> = {
  JWKS_URI: 'JWKS_URI',
  DISCOVER: 'JWKS_URI',
  PUBLIC_KEY: 'JWKS_URI',
  SECRET: 'JWKS_URI',
  JWKS: 'JWKS_URI',
  ISSUER: 'ISSUER',
  SKIP_ISSUER: 'ISSUER',
  AUDIENCE: 'AUDIENCE',
  SKIP_AUDIENCE: 'AUDIENCE',
};

it('every variable of the table has its forms below, a doc and an example', () => {
  expect(table?.variables.map(({ name }) => name)).toEqual(Object.keys(FORMS));
  for (const { doc, example } of table?.variables ?? [])
    expect([doc.length > 5, example !== undefined]).toEqual([true, true]);
});

describe.each(Object.entries(FORMS))('%s', (name, { with: rest, good, bad, shows = {} }) => {
  it.each(good.map((value, index) => [index, value] as const))('good form %d makes a verifier', (_index, value) => {
    const verifier = fromEnv(env({ ...rest, [name]: typeof value === 'string' ? value : value() }));
    expect(verifier).toBeInstanceOf(JWTVerifier);
    expect(verifier).toMatchObject(shows);
  });

  it.each(bad.map((value, index) => [index, value] as const))(
    'bad form %d is refused under its name',
    (_index, value) => {
      const problems = problemsOf({ ...rest, [name]: value });
      expect(problems.filter((problem) => problem.startsWith(`${name}: `))).toHaveLength(1);
      expect(problems).toHaveLength(1);
      if (value.length > 6) expect(problems.join()).not.toContain(value);
    },
  );

  it.each(['', '  ', undefined])('blank: %j is unset', (value) => {
    const missing = MISSING[name];
    if (missing === undefined) expect(fromEnv(env({ ...rest, [name]: value }))).toBeInstanceOf(JWTVerifier);
    else expect(problemsOf({ ...rest, [name]: value })).toEqual([expect.stringMatching(`^${missing}: is not set`)]);
  });

  const isFile = table?.variables.some((variable) => variable.name === name && /key|secret/.test(variable.type));
  it('file', () => {
    const [value = ''] = good;
    const text = typeof value === 'string' ? value : value();
    const context = { readTextFile: (path: string) => (path === '/run/it' ? `${text}\n` : '') };
    const variables = { ...rest, [`${name}_FILE`]: '/run/it' };
    if (isFile) expect(fromEnv(env(variables), context)).toBeInstanceOf(JWTVerifier);
    else expect(problemsOf(variables, context).join()).toContain(`${name}_FILE: unknown variable`);
    if (isFile) {
      const unreadable = {
        readTextFile: () => {
          throw Object.assign(new Error('no'), { code: 'EACCES' });
        },
      };
      expect(problemsOf(variables, unreadable)).toEqual([`${name}_FILE: the file cannot be read (EACCES)`]);
    }
  });

  it('unknown: a slip of the pen gets the nearest name', () => {
    const slip = `${name.slice(0, -1)}Q`;
    expect(problemsOf({ ...base, [slip]: 'x' })).toContain(
      `${slip}: unknown variable; the nearest known is ${P}_JWT_${name}`,
    );
  });
});

describe('tokens', () => {
  it('are verified as the environment says', async () => {
    const verifier = fromEnv(env({ PUBLIC_KEY: ec.publicKey, ISSUER: 'i', AUDIENCE: 'a,b', REQUIRED_SCOPES: 'read' }));
    const good = { issuer: 'i', audience: 'b', scopes: ['read'] };
    expect((await safeVerify(verifier, await ec.createToken(good))).ok).toBe(true);
    for (const wrong of [{ issuer: 'j' }, { audience: 'c' }, { scopes: ['write'] }]) {
      expect((await safeVerify(verifier, await ec.createToken({ ...good, ...wrong }))).ok).toBe(false);
    }
  });

  it('of any issuer and audience pass when both are skipped by name', async () => {
    const verifier = fromEnv(env({ PUBLIC_KEY: rsa.publicKey, SKIP_ISSUER: 'true', SKIP_AUDIENCE: 'true' }));
    expect((await safeVerify(verifier, await rsa.createToken({ issuer: 'x', audience: 'y' }))).ok).toBe(true);
  });
});

describe('keys', () => {
  it('are needed once', () => {
    expect(problemsOf(claims)).toEqual([expect.stringMatching(/^JWKS_URI: is not set, nor is another source/)]);
    expect(problemsOf({ ...base, JWKS_URI: 'https://issuer.example/jwks' })).toEqual([
      `JWKS_URI: is not the only source of keys: keep one of ${P}_JWT_JWKS_URI, ${P}_JWT_SECRET`,
    ]);
  });

  it('are judged even when other variables are wrong', () => {
    const names = problemsOf({ SECRET: 'short', ISSUER: '[1]', SKIP_AUDIENCE: 'maybe' }).map(
      (line) => line.split(':')[0],
    );
    expect(names).toEqual(['ISSUER', 'SKIP_AUDIENCE', 'SECRET']);
  });

  it.each([
    [{ ...unkeyed, JWKS_URI: 'https://issuer.example/jwks', ALGORITHM: 'HS256' }, 'ALGORITHM'],
    [{ JWKS_URI: 'https://issuer.example/jwks', ALGORITHM: 'HS256' }, 'ALGORITHM'],
    [{ DISCOVER: 'true', ISSUER: 'a,b', AUDIENCE: 'x' }, 'DISCOVER'],
    [{ DISCOVER: 'true', SKIP_ISSUER: 'true', AUDIENCE: 'x' }, 'DISCOVER'],
    [{ DISCOVER: 'true', ISSUER: 'no-url', AUDIENCE: 'x' }, 'ISSUER'],
    [{ ...base, JWKS_TTL_SECONDS: '5' }, 'JWKS_TTL_SECONDS'],
    [{ ...base, SKIP_ISSUER: 'true' }, 'SKIP_ISSUER'],
  ])('contradictions are found: %j', (variables, name) => {
    expect(problemsOf(variables).map((line) => line.split(':')[0])).toContain(name);
  });

  it('with HS* are a secret under FastMCP’s prefix only', () => {
    const variables = { PUBLIC_KEY: SECRET, ALGORITHM: 'HS256', ISSUER: 'i', AUDIENCE: 'a' };
    const prefix = 'FASTMCP_SERVER_AUTH';
    expect(fromEnv(env(variables, prefix), { prefix })).toMatchObject({ algorithms: ['HS256'] });
    expect(problemsOf(variables)).toHaveLength(1);
    expect(problemsOf({ ...variables, ALGORITHM: '' }, { prefix })).toEqual([
      `PUBLIC_KEY: must be a PEM or JWK; for a shared secret set ${prefix}_JWT_ALGORITHM to HS256, HS384 or HS512`,
    ]);
    expect(problemsOf({ ...variables, ALGORITHM: 'HS512' }, { prefix })).toEqual([
      expect.stringMatching(/^PUBLIC_KEY: must be at least 64 bytes/),
    ]);
  });

  it('default to RS256 under FastMCP’s prefix only, as there', () => {
    const prefix = 'FASTMCP_SERVER_AUTH';
    expect(fromEnv(env(remote, prefix), { prefix }).algorithms).toEqual(['RS256']);
    expect(fromEnv(env(remote)).algorithms).toContain('ES256');
  });
});
