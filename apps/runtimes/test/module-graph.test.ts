import { describe, expect, it } from 'vitest';
import { bundle } from '../src/bundle.js';
import { RUNTIMES } from '../src/runtime.js';

/** Where bundlers for the edge look: Workers, browsers, and those that know no condition at all. */
const EDGES: readonly (readonly string[])[] = [['workerd', 'worker', 'browser'], ['browser'], ['edge-light'], []];

/** Entry points that run anywhere. */
const PORTABLE = [
  '@auth/core',
  '@auth/jwt',
  '@auth/introspection',
  '@auth/dev-verifiers',
  '@auth/http',
  '@auth/http/fetch',
  '@auth/http/hono',
  '@auth/mcp',
];

const everythingOf = (entry: string): string => `export * as everything from '${entry}';\n`;

describe.each(EDGES.map((conditions) => [conditions.join(', ') || 'none but the defaults', conditions] as const))(
  'under the conditions: %s',
  (_name, conditions) => {
    it.each(PORTABLE)('%s imports neither undici nor a module of Node, lazily neither', async (entry) => {
      expect((await bundle(everythingOf(entry), conditions)).external).toEqual([]);
    });

    it('the transport is fetch and the cryptography Web Crypto', async () => {
      const { modules } = await bundle(
        `${everythingOf('@auth/jwt')}export * as introspection from '@auth/introspection';`,
        conditions,
      );
      expect(modules).toEqual(expect.arrayContaining(['crypto-web.js', 'digest-web.js', 'private-key-web.js']));
      expect(modules.filter((name) => name === 'transport-fetch.js')).toHaveLength(2);
      expect(modules.filter((name) => name.endsWith('-node.js'))).toEqual([]);
    });
  },
);

describe.each(RUNTIMES.map((runtime) => [runtime.name, runtime] as const))('%s', (_name, runtime) => {
  it(`gets ${runtime.transport} and ${runtime.cryptography}, as the table says`, async () => {
    const { modules, external } = await bundle(everythingOf('@auth/jwt'), runtime.conditions);
    expect(modules).toContain(runtime.transport === 'undici' ? 'transport-node.js' : 'transport-fetch.js');
    expect(modules).toContain(runtime.cryptography === 'Web Crypto' ? 'crypto-web.js' : 'crypto-node.js');
    expect(external.includes('undici')).toBe(runtime.transport === 'undici');
  });

  it('gets the same transport for introspection', async () => {
    const { external } = await bundle(everythingOf('@auth/introspection'), runtime.conditions);
    expect(external.includes('undici')).toBe(runtime.transport === 'undici');
  });
});

describe('entry points that need more than an edge runtime has without being asked', () => {
  it.each([
    ['@auth/jwt/undici', ['undici']],
    ['@auth/introspection/undici', ['undici']],
    ['@auth/jwt/ssrf-guard', ['node:dns', 'node:net', 'undici']],
    ['@auth/mcp/sdk', ['@modelcontextprotocol/server', 'node:async_hooks']],
  ])('%s', async (entry, expected) => {
    expect((await bundle(everythingOf(entry), ['workerd'])).external).toEqual(expected);
  });
});
