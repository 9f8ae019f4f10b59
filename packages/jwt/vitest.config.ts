import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string): string => fileURLToPath(new URL(`./src/${name}`, import.meta.url));

// The package's own imports map points into dist: tests run against the sources.
const aliases = (crypto: string): Record<string, string> => ({
  '#crypto': source(crypto),
  '#transport': source('transport-node.ts'),
});

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias: aliases('crypto-node.ts') },
        test: { name: 'node', include: ['test/**/*.test.ts'] },
      },
      {
        // What depends on the platform's cryptography runs once more on Web Crypto alone.
        resolve: { alias: aliases('crypto-web.ts') },
        test: { name: 'web', include: ['test/**/*.platform.test.ts'] },
      },
    ],
  },
});
