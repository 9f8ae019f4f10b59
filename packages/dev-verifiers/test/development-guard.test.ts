import { afterEach, describe, expect, it, vi } from 'vitest';
import { WARNING_CODE } from '../src/development-guard.js';
import { DebugTokenVerifier, StaticTokenVerifier } from '../src/index.js';
import { collectWarnings, quietly } from './harness.js';

const SECRET_TOKEN = 'dev-alice-token-5f1c';
const verifiers = [
  {
    name: 'StaticTokenVerifier',
    create: (options: { allowInProduction?: boolean } = {}) =>
      new StaticTokenVerifier({ tokens: { [SECRET_TOKEN]: { clientId: 'alice' } }, ...options }),
  },
  {
    name: 'DebugTokenVerifier',
    create: (options: { allowInProduction?: boolean } = {}) => new DebugTokenVerifier(options),
  },
];

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe.each(verifiers)('$name in its surroundings', ({ name, create }) => {
  it('warns once per construction, and names no token', async () => {
    const { warnings, result } = collectWarnings(() => create());
    await result.verifyToken(SECRET_TOKEN);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.[0]).toContain(name);
    expect(warnings[0]?.[1]).toEqual({ type: 'SecurityWarning', code: WARNING_CODE });
    expect(JSON.stringify(warnings)).not.toContain(SECRET_TOKEN);
  });

  it.each(['production', 'PRODUCTION', ' production '])('CVE-2026-31837: refuses NODE_ENV=%j', (nodeEnv) => {
    vi.stubEnv('NODE_ENV', nodeEnv);
    const { warnings } = collectWarnings(() => {
      expect(() => create()).toThrow(/NODE_ENV=production.*allowInProduction/);
      expect(() => create({ allowInProduction: false })).toThrow(TypeError);
    });
    expect(warnings).toHaveLength(0);
  });

  it('runs in production when that is said out loud, and still warns', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(collectWarnings(() => create({ allowInProduction: true })).warnings).toHaveLength(1);
  });

  it.each(['development', 'test', '', undefined])('runs with NODE_ENV=%j', (nodeEnv) => {
    vi.stubEnv('NODE_ENV', nodeEnv);
    expect(quietly(() => create()).requiredScopes).toEqual([]);
  });

  it.each([1, 'true', null])('refuses allowInProduction: %j', (value) => {
    expect(() => create({ allowInProduction: value as never })).toThrow("option 'allowInProduction'");
  });

  it('works where there is no process, and warns on the console there', () => {
    const warn = vi.fn();
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('console', { warn });
    create();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0])).toContain(name);
  });

  it('works where the environment must not be read', () => {
    vi.stubGlobal('process', {
      get env(): never {
        throw new Error('permission denied');
      },
      emitWarning: () => undefined,
    });
    expect(create().requiredScopes).toEqual([]);
  });

  it('cannot be changed after construction', () => {
    const verifier = quietly(() => create());
    expect(Object.isFrozen(verifier)).toBe(true);
  });
});
