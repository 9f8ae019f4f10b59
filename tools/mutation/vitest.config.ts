import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Stryker runs a package's tests in a copy of its folder. The package's own imports map points into dist; what is mutated
// is the sources.
const source = (name: string): string => join(process.cwd(), 'src', name);

export default defineConfig({
  resolve: {
    alias: {
      '#crypto': source('crypto-node.ts'),
      '#digest': source('digest-node.ts'),
      '#private-key': source('private-key-node.ts'),
      '#transport': source('transport-node.ts'),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Reads the sources as texts, and finds Stryker's switches in them.
    exclude: ['test/package.test.ts'],
    testTimeout: 30_000,
  },
});
