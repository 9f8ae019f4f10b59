import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['../../tools/test-setup/watch-leaks.ts'],
    // No test file leaves anything behind, so they share workers: fresh ones cost more time than most tests.
    isolate: false,
    // A slow machine fails no test: only a hang ends one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
