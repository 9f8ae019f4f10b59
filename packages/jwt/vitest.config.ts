import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

// The package's own imports map points into dist: tests run against the sources.
const aliases = (crypto: string): Record<string, string> => ({
  '#crypto': path(`./src/${crypto}`),
  '#transport': path('./src/transport-node.ts'),
});

/** A slow machine fails no test: only a hang ends one. */
const PATIENT = { testTimeout: 60_000, hookTimeout: 60_000 };
const WATCHED = { ...PATIENT, setupFiles: ['../../tools/test-setup/watch-leaks.ts'] };

/** Tests with many tokens for verifiers with given keys. The differential test compares with and without the cache itself. */
const CORPORA = [
  'attacks',
  'conformance',
  'env',
  'explain',
  'fastmcp-cases',
  'leaks-and-sharing',
  'policy',
  'presets',
  'shared-secret',
  'static-public-key',
  'verified-token-cache',
  'wycheproof.platform',
];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias: aliases('crypto-node.ts') },
        test: { ...WATCHED, name: 'node', include: ['test/**/*.test.ts'] },
      },
      {
        // What depends on the platform's cryptography runs once more on Web Crypto alone.
        resolve: { alias: aliases('crypto-web.ts') },
        test: { ...WATCHED, name: 'web', include: ['test/**/*.platform.test.ts'] },
      },
      {
        // Whatever tokens these tests have, with and without the cache every answer is the same: see test/cache-twins.ts.
        resolve: {
          alias: [
            ...Object.entries(aliases('crypto-node.ts')).map(([find, replacement]) => ({ find, replacement })),
            { find: /^(?:\.\.\/src|\.)\/jwt-verifier\.js$/, replacement: path('./test/cache-twins.ts') },
          ],
        },
        test: {
          ...PATIENT,
          name: 'cache',
          setupFiles: ['test/cache-twins.setup.ts'],
          include: CORPORA.map((name) => `test/${name}.test.ts`),
        },
      },
    ],
  },
});
