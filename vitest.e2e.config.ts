import { defineConfig } from 'vitest/config';

/** The screens, walked in a real browser against the real stack. One file at a time: each starts its own. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    // A walk is one story: after a failed step the rest has nothing to stand on.
    bail: 1,
    // What is on the page is waited for as a person would wait.
    expect: { poll: { timeout: 20_000, interval: 200 } },
  },
});
