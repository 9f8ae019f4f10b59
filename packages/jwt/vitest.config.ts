import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string): string => fileURLToPath(new URL(`./src/${name}`, import.meta.url));

// The package's own imports map points into dist: tests run against the sources.
const aliases = (crypto: string): Record<string, string> => ({
  '#crypto': source(crypto),
  '#transport': source('transport-node.ts'),
});

/** A slow machine fails no test: only a hang ends one. */
const PATIENT = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias: aliases('crypto-node.ts') },
        test: { ...PATIENT, name: 'node', include: ['test/**/*.test.ts'] },
      },
      {
        // What depends on the platform's cryptography runs once more on Web Crypto alone.
        resolve: { alias: aliases('crypto-web.ts') },
        test: { ...PATIENT, name: 'web', include: ['test/**/*.platform.test.ts'] },
      },
    ],
  },
});
