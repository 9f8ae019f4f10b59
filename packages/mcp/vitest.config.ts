import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['../../tools/test-setup/watch-leaks.ts'],
    // A slow machine fails no test: only a hang ends one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
