import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type Environment, isEnvironmentError, safeVerify } from '@auth/core';
import { type AuthorizationServer, startAuthorizationServer } from '@auth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeConfiguration, verifierFromEnv } from '../src/index.js';
import { fixture, problemsOf, silenceWarnings } from './harness.js';

const P = 'MCP_SERVER_AUTH';
const SECRET = 'a-secret-that-nobody-may-see-0123456789';
const jwt = { [P]: 'jwt', [`${P}_JWT_SECRET`]: SECRET, [`${P}_JWT_ISSUER`]: 'i', [`${P}_JWT_AUDIENCE`]: 'a' };

beforeEach(silenceWarnings);

describe('without a strategy', () => {
  it.each<[string, Environment]>([
    ['nothing at all', {}],
    ['others’ variables', { PATH: '/bin', MCP_SERVER: 'x', MCP_SERVER_AUTHORITY: 'x' }],
    ['a blank strategy', { [P]: '' }],
    ['a strategy of blanks', { [P]: '  ' }],
    ['only the server’s variables', { [`${P}_RESOURCE`]: 'https://mcp.example.com' }],
    ['blank variables of a strategy', { [`${P}_JWT_ISSUER`]: ' ' }],
  ])('%s is no configuration', async (_, env) => {
    expect(await verifierFromEnv(env)).toBeUndefined();
  });

  it('variables of a verifier are an error: the server must not be open by mistake', async () => {
    expect(await problemsOf(() => verifierFromEnv({ ...jwt, [P]: '' }))).toEqual([
      `${P}: is not set, but ${P}_JWT_AUDIENCE is; set jwt, introspection, static, debug, or the name of a module`,
    ]);
  });

  it.each([
    ['mcp_server_auth', `mcp_server_auth: unknown variable; the nearest known is ${P}`],
    ['Mcp_Server_Auth', `Mcp_Server_Auth: unknown variable; the nearest known is ${P}`],
    [`${P}_RESSOURCE`, `${P}_RESSOURCE: unknown variable; the nearest known is ${P}_RESOURCE`],
  ])('a misspelt %s is an error', async (name, problem) => {
    expect(await problemsOf(() => verifierFromEnv({ [name]: 'jwt' }))).toEqual([problem]);
  });

  it('reads process.env when no environment is given', async () => {
    vi.stubEnv(P, 'debug');
    expect((await verifierFromEnv())?.constructor.name).toBe('DebugTokenVerifier');
    vi.unstubAllEnvs();
    expect(await verifierFromEnv()).toBeUndefined();
  });
});

describe('the strategy', () => {
  const introspection = {
    [P]: 'introspection',
    [`${P}_INTROSPECTION_INTROSPECTION_URL`]: 'https://auth.example.com/introspect',
    [`${P}_INTROSPECTION_CLIENT_ID`]: 'client',
    [`${P}_INTROSPECTION_CLIENT_SECRET`]: SECRET,
    [`${P}_INTROSPECTION_SKIP_ISSUER`]: 'true',
    [`${P}_INTROSPECTION_SKIP_AUDIENCE`]: 'true',
  };

  it.each<[string, Environment]>([
    ['JWTVerifier', jwt],
    ['JWTVerifier', { ...jwt, [P]: ' JWT ' }],
    ['JWTVerifier', { ...jwt, [P]: '@auth/jwt' }],
    ['IntrospectionTokenVerifier', introspection],
    ['StaticTokenVerifier', { [P]: 'static', [`${P}_STATIC_TOKENS`]: '{"t":{"clientId":"c"}}' }],
    ['DebugTokenVerifier', { [P]: 'debug' }],
  ])('gives a %s', async (name, env) => {
    expect((await verifierFromEnv(env))?.constructor.name).toBe(name);
  });

  it('is switched by one variable while the others stay', async () => {
    const all = { ...jwt, ...introspection, [`${P}_STATIC_TOKENS`]: '{"t":{"clientId":"c"}}' };
    for (const name of ['jwt', 'introspection', 'static', 'debug']) {
      expect(await verifierFromEnv({ ...all, [P]: name })).toBeDefined();
    }
  });

  it('has its variables under any prefix', async () => {
    const env = Object.fromEntries(Object.entries(jwt).map(([name, value]) => [name.replace(P, 'NOTES_AUTH'), value]));
    expect((await verifierFromEnv(env, { prefix: 'NOTES_AUTH' }))?.constructor.name).toBe('JWTVerifier');
    expect(await verifierFromEnv(env)).toBeUndefined();
  });

  it.each([
    'jwtt',
    'oauth',
    SECRET,
    '@acme/not-there',
    './not-there.js',
    '/not/there.js',
    'file:///not/there.js',
    'file://host/x.js',
  ])('that cannot be found is an error that does not repeat it: %s', async (choice) => {
    const problems = await problemsOf(() => verifierFromEnv({ [P]: choice }));
    expect(problems).toEqual([
      expect.stringMatching(/^MCP_SERVER_AUTH: must be jwt, introspection, static, debug, or a/),
    ]);
    expect(problems.join()).not.toContain(`${choice},`);
    if (choice.length > 5) expect(problems.join()).not.toContain(choice);
  });

  it('that is nearly right gets the nearest known', async () => {
    expect(await problemsOf(() => verifierFromEnv({ [P]: 'introspecton' }))).toEqual([
      expect.stringContaining('the nearest known is introspection'),
    ]);
  });

  it.each(['data:text/javascript,export const fromEnv = () => 1', 'https://evil.example/x.js', 'node:fs', 'a b', '{}'])(
    'is never imported from %s',
    async (choice) => {
      expect(await problemsOf(() => verifierFromEnv({ [P]: choice }))).toEqual([
        expect.stringMatching(/^MCP_SERVER_AUTH: must be/),
      ]);
    },
  );
});

describe('problems', () => {
  const bad = {
    ...jwt,
    [`${P}_JWT_SECRET`]: 'short-secret',
    [`${P}_JWT_AUDIENCE`]: '["hidden-audience"',
    [`${P}_JWT_CLOCK_TOLERANCE_SECONDS`]: 'hidden-number',
    [`${P}_JWT_ISSUR`]: 'hidden-issuer',
    [`${P}_JTW_ISSUER`]: 'hidden-issuer',
    [`${P}_RESOURCE`]: 'http://hidden.example',
    [`${P}_AUTHORIZATION_SERVERS`]: 'hidden-server',
    [`${P}_SCOPES_SUPPORTED`]: 'hidden"scope',
  };

  it('come all at once, each under its variable', async () => {
    const problems = await problemsOf(() => verifierFromEnv(bad));
    expect(problems.map((problem) => problem.split(': ')[0]).sort()).toEqual([
      `${P}_AUTHORIZATION_SERVERS`,
      `${P}_JTW_ISSUER`,
      `${P}_JWT_AUDIENCE`,
      `${P}_JWT_CLOCK_TOLERANCE_SECONDS`,
      `${P}_JWT_ISSUR`,
      `${P}_JWT_SECRET`,
      `${P}_RESOURCE`,
      `${P}_SCOPES_SUPPORTED`,
    ]);
    expect(problems).toContain(`${P}_JWT_ISSUR: unknown variable; the nearest known is ${P}_JWT_ISSUER`);
    expect(problems).toContain(`${P}_JTW_ISSUER: unknown variable; the nearest known is ${P}_JWT_ISSUER`);
  });

  it('never hold a value', async () => {
    const error: unknown = await verifierFromEnv(bad).catch((thrown: unknown) => thrown);
    expect(isEnvironmentError(error)).toBe(true);
    const shown = [inspect(error, { depth: null, showHidden: true }), JSON.stringify(error), String(error)].join('\n');
    for (const value of ['short-secret', 'hidden-', 'hidden.', 'hidden"']) expect(shown).not.toContain(value);
  });

  it.each<[string, unknown]>([
    [P, 5],
    [P, true],
    [`${P}_JWT_ISSUER`, ['a']],
  ])('include %s when it is no text: a server must not be open by mistake', async (name, value) => {
    const env = { ...jwt, [P]: undefined, [`${P}_JWT_ISSUER`]: undefined, [name]: value } as unknown as Environment;
    expect(await problemsOf(() => verifierFromEnv(env))).toContain(`${name}: must be a text`);
  });

  it('close the verifier that was made before another problem was found', async () => {
    const env = { [P]: fixture('third-party.js'), [`${P}_ACME_API_KEY`]: 'k', [`${P}_RESOURCE`]: 'nonsense' };
    const { closed } = (await import(fixture('third-party.js'))) as { closed: string[] };
    closed.length = 0;
    expect(await problemsOf(() => verifierFromEnv(env))).toHaveLength(1);
    expect(closed).toEqual(['acme']);
  });

  it.each([
    [null, undefined],
    ['text', undefined],
    [{}, { prefix: '' }],
    [{}, { prefix: 'MCP_SERVER_AUTH_' }],
    [{}, { prefix: 'A B' }],
    [{}, { prefix: 5 }],
    [{}, { prefx: 'A' }],
    [{}, null],
  ])('of the call itself are TypeErrors: %j %j', async (env, options) => {
    await expect(verifierFromEnv(env as never, options as never)).rejects.toThrow(TypeError);
  });
});

describe('somebody else’s module', () => {
  it('makes the verifier with fromEnv, and is told prefix and strategy', async () => {
    const verifier = await verifierFromEnv({ [P]: fixture('plain.js'), [`${P}_WHATEVER`]: 'acme' });
    expect(await verifier?.verifyToken('t')).toMatchObject({ clientId: 'acme' });
  });

  it('may be a file: URL, or a path from the working directory', async () => {
    const relative = `./${fixture('plain.js').slice(process.cwd().length + 1)}`;
    for (const specifier of [new URL('fixtures/plain.js', import.meta.url).href, relative]) {
      expect(await verifierFromEnv({ [P]: specifier })).toBeDefined();
    }
  });

  it('that shows its table gets its variables checked and described', async () => {
    const env = { [P]: fixture('third-party.js'), [`${P}_ACME_API_KEY`]: SECRET };
    const verifier = await verifierFromEnv(env);
    if (verifier === undefined) throw new Error('no verifier');
    expect((await safeVerify(verifier, SECRET)).ok).toBe(true);
    expect(describeConfiguration(verifier)).toEqual({
      strategy: fixture('third-party.js'),
      apiKey: 'set',
      region: 'eu',
      requiredScopes: [],
    });
    const wrong = {
      ...env,
      [`${P}_ACME_API_KEY`]: '',
      [`${P}_ACME_REGION`]: 'mars',
      [`${P}_ACNE_REGION`]: 'x',
      [`${P}_ACME_X`]: 'x',
    };
    expect(await problemsOf(() => verifierFromEnv(wrong))).toEqual([
      `${P}_ACME_API_KEY: is not set, and it is required`,
      `${P}_ACME_REGION: must be one of eu, us`,
      `${P}_ACME_X: unknown variable; the nearest known is ${P}_ACME_REGION`,
      `${P}_ACNE_REGION: unknown variable; the nearest known is ${P}_ACME_REGION`,
    ]);
  });

  it.each([
    ['no-from-env.js', "names a module that exports no function 'fromEnv'"],
    ['no-verifier.js', "its module's fromEnv gave no verifier"],
  ])('%s is refused', async (name, problem) => {
    expect(await problemsOf(() => verifierFromEnv({ [P]: fixture(name) }))).toEqual([`${P}: ${problem}`]);
  });

  it('that fails is quoted without any value', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'env-'));
    try {
      const path = join(folder, 'key');
      await writeFile(path, 'value-from-a-file\n');
      const env = { [P]: fixture('throwing.js'), [`${P}_KEY`]: SECRET, [`${P}_KEY_FILE`]: path };
      const problems = await problemsOf(() => verifierFromEnv(env));
      expect(problems).toEqual([`${P}: its module's fromEnv failed: Error: cannot use … or …, sorry`]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('that misses a package itself says which, and is not called missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'env-'));
    try {
      const path = join(folder, 'broken.mjs');
      await writeFile(path, "import 'a-package-that-nobody-has';\nexport const fromEnv = () => undefined;\n");
      const [problem] = await problemsOf(() => verifierFromEnv({ [P]: path }));
      expect(problem).toMatch(/^MCP_SERVER_AUTH: the module that it names fails to load: .*a-package-that-nobody-has/);
      expect(problem).not.toContain(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('against an authorization server', () => {
  let server: AuthorizationServer;
  beforeAll(async () => {
    server = await startAuthorizationServer();
  });
  afterAll(() => server.close());

  it.each(['MCP_SERVER_AUTH', 'FASTMCP_SERVER_AUTH'])(
    'jwt and introspection work end to end under %s',
    async (prefix) => {
      const environments: readonly Environment[] = [
        {
          [prefix]: prefix === P ? 'jwt' : 'fastmcp.server.auth.providers.jwt.JWTVerifier',
          [`${prefix}_JWT_JWKS_URI`]: server.jwksUri,
          [`${prefix}_JWT_ISSUER`]: server.issuer,
          [`${prefix}_JWT_AUDIENCE`]: server.audience,
        },
        {
          [prefix]:
            prefix === P ? 'introspection' : 'fastmcp.server.auth.providers.introspection.IntrospectionTokenVerifier',
          [`${prefix}_INTROSPECTION_INTROSPECTION_URL`]: server.introspectionUrl,
          [`${prefix}_INTROSPECTION_CLIENT_ID`]: server.resourceServer.clientId,
          [`${prefix}_INTROSPECTION_CLIENT_SECRET`]: server.resourceServer.clientSecret,
          [`${prefix}_INTROSPECTION_ISSUER`]: server.issuer,
          [`${prefix}_INTROSPECTION_AUDIENCE`]: server.audience,
        },
      ];
      for (const env of environments) {
        const verifier = await verifierFromEnv(env, { prefix });
        if (verifier === undefined) throw new Error('no verifier');
        expect((await safeVerify(verifier, await server.issue())).ok).toBe(true);
        expect((await safeVerify(verifier, 'garbage')).ok).toBe(false);
        await (verifier as { close?: () => Promise<void> }).close?.();
      }
    },
  );
});
