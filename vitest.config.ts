import { defineConfig } from 'vitest/config';

// Property runs print their seed; FC_SEED gives one back (test/support/fast-check.ts).
export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'test/{scenarios,golden,conformance,architecture}/**/*.{test,scenario}.ts',
    ],
    exclude: ['node_modules/**', 'web/**', '**/.stryker-tmp/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    setupFiles: ['test/support/fast-check.ts'],
    globalSetup: ['test/support/postgres.ts'],
  },
});
