import { inspect } from 'node:util';
import { type Environment, EnvironmentError, type FromEnvContext, safeVerify } from '@auth/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DebugTokenVerifier, environment, fromEnv, StaticTokenVerifier } from '../src/index.js';
import { quietly } from './harness.js';

const TOKEN = 'dev-alice-token-31cc';
const TOKENS = JSON.stringify({ [TOKEN]: { clientId: 'alice', scopes: ['read'] } });
const P = 'MCP_SERVER_AUTH';

function create(env: Environment, context?: FromEnvContext): DebugTokenVerifier | StaticTokenVerifier {
  return quietly(() => fromEnv(env, context));
}

function problemsOf(env: Environment, context?: FromEnvContext): readonly string[] {
  try {
    create(env, context);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    expect(inspect(error)).not.toContain(TOKEN);
    return error.problems.map(({ variable, problem }) => `${variable}: ${problem}`);
  }
  throw new Error('the environment was accepted');
}

afterEach(() => vi.unstubAllEnvs());

describe('the static strategy', () => {
  const base = { [P]: 'static', [`${P}_STATIC_TOKENS`]: TOKENS };

  it('accepts the tokens of the variable', async () => {
    const verifier = create({ ...base, [`${P}_STATIC_REQUIRED_SCOPES`]: 'read' });
    expect(verifier).toBeInstanceOf(StaticTokenVerifier);
    expect(verifier.requiredScopes).toEqual(['read']);
    expect((await verifier.verifyToken(TOKEN)).clientId).toBe('alice');
    expect((await safeVerify(verifier, 'other')).ok).toBe(false);
  });

  it('accepts the tokens of a file', async () => {
    const verifier = create(
      { [P]: 'static', [`${P}_STATIC_TOKENS_FILE`]: '/run/secrets/tokens' },
      { readTextFile: (path) => (path === '/run/secrets/tokens' ? `${TOKENS}\n` : '') },
    );
    expect((await verifier.verifyToken(TOKEN)).clientId).toBe('alice');
  });

  it.each([undefined, '', '  '])('needs tokens, and %j is none', (value) => {
    expect(problemsOf({ ...base, [`${P}_STATIC_TOKENS`]: value })).toEqual([
      `${P}_STATIC_TOKENS: is not set, and it is required`,
    ]);
  });

  it.each([
    ['no JSON', TOKEN],
    ['broken JSON', `{"${TOKEN}":`],
    ['a list', `["${TOKEN}"]`],
    ['the same token twice', `{"${TOKEN}":{"clientId":"a"},"${TOKEN}":{"clientId":"b"}}`],
    ['a definition in snake case', `{"${TOKEN}":{"client_id":"a"}}`],
    ['an empty definition', `{"${TOKEN}":{}}`],
    ['fractional seconds', `{"${TOKEN}":{"clientId":"a","expiresAt":1.5}}`],
  ])('refuses %s', (_, value) => {
    expect(problemsOf({ ...base, [`${P}_STATIC_TOKENS`]: value })).toEqual([
      expect.stringMatching(/^MCP_SERVER_AUTH_STATIC_TOKENS: /),
    ]);
  });
});

describe('the debug strategy', () => {
  const base = { [P]: 'debug' };

  it('has the documented defaults', async () => {
    const verifier = create(base);
    expect(verifier).toBeInstanceOf(DebugTokenVerifier);
    expect(verifier).toMatchObject({ clientId: 'debug-client', scopes: [], requiredScopes: [] });
  });

  it('takes client id and scopes from its variables', () => {
    const env = {
      ...base,
      [`${P}_DEBUG_CLIENT_ID`]: ' dev ',
      [`${P}_DEBUG_SCOPES`]: 'a,b',
      [`${P}_DEBUG_REQUIRED_SCOPES`]: '["a"]',
    };
    expect(create(env)).toMatchObject({ clientId: 'dev', scopes: ['a', 'b'], requiredScopes: ['a'] });
  });

  it('lists every problem at once', () => {
    const env = {
      ...base,
      [`${P}_DEBUG_SCOPES`]: '[1]',
      [`${P}_DEBUG_REQUIRED_SCOPES`]: '["a"',
      [`${P}_DEBUG_CLIENT`]: 'x',
    };
    expect(problemsOf(env).map((line) => line.split(':')[0])).toEqual([
      `${P}_DEBUG_SCOPES`,
      `${P}_DEBUG_REQUIRED_SCOPES`,
      `${P}_DEBUG_CLIENT`,
    ]);
  });

  it('takes no file for what is no secret', () => {
    expect(problemsOf({ ...base, [`${P}_DEBUG_CLIENT_ID_FILE`]: '/x' })[0]).toContain(
      `nearest known is ${P}_DEBUG_CLIENT_ID`,
    );
  });
});

describe.each([
  ['static', { [`${P}_STATIC_TOKENS`]: TOKENS }],
  ['debug', {}],
])('%s in production', (strategy, variables) => {
  const allow = `${P}_${strategy.toUpperCase()}_ALLOW_IN_PRODUCTION`;
  const env = { [P]: strategy, NODE_ENV: 'production', ...variables };

  it.each([undefined, '', 'false'])('is refused with the permission %j', (value) => {
    expect(problemsOf({ ...env, [allow]: value })).toEqual([expect.stringContaining(`${allow}: `)]);
  });

  it.each(['TRUE', '1', 'yes'])('is not permitted by %j', (value) => {
    expect(problemsOf({ ...env, [allow]: value })[0]).toBe(`${allow}: must be 'true' or 'false'`);
  });

  it('runs where it is permitted by name', () => {
    expect(create({ ...env, [allow]: 'true' }).requiredScopes).toEqual([]);
  });

  it('is refused when the process is in production, whatever the environment that is read says', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(problemsOf({ ...env, NODE_ENV: 'development' })).toEqual([expect.stringContaining(`${allow}: `)]);
  });
});

describe('the strategy', () => {
  it('may be the context’s, and capitals do not matter', () => {
    expect(create({}, { strategy: 'Debug' })).toBeInstanceOf(DebugTokenVerifier);
  });

  it.each([undefined, '', 'jwt'])('must be one of this package: %j is not', (value) => {
    expect(problemsOf({ [P]: value })).toEqual([
      expect.stringMatching(/^MCP_SERVER_AUTH: must be 'static' or 'debug'/),
    ]);
  });

  it('uses the prefix of the context', () => {
    expect(create({ APP: 'debug', APP_DEBUG_CLIENT_ID: 'x' }, { prefix: 'APP' })).toMatchObject({ clientId: 'x' });
  });
});

it('every variable is documented and has an example', () => {
  for (const { section, variables } of environment) {
    for (const { name, doc, example } of variables) {
      expect([section, name, doc.length > 10, example !== undefined]).toEqual([section, name, true, true]);
    }
  }
});
