import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Stryker runs a package's tests in a copy of its folder. The package's own imports map points into dist; what is mutated
// is the sources.
const source = (name: string): string => join(process.cwd(), 'src', name);

const named = (name: string): string => `test/${name}.test.ts`;

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
    exclude: [
      // Reads the sources as texts, and finds Stryker's switches in them.
      'test/package.test.ts',
      // Long, and about other things than the files that are mutated, or about the same ones with random input.
      ...['differential', 'conformance', 'shared-secret', 'disguised-secrets', 'empty-secrets', 'mutations'].map(named),
      ...['remote-keys-model', 'remote-keys-hostile', 'discovery', 'presets', 'env', 'issuer-router'].map(named),
      ...['public-address', 'ssrf-guard', 'leaks-and-sharing', 'oidc-provider', 'mutual-tls', 'redis-store'].map(named),
    ],
    testTimeout: 30_000,
  },
});
