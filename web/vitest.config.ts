import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['src/**/*.test.{ts,tsx}'],
    environment: 'jsdom',
    setupFiles: ['src/test-setup.ts'],
    css: false,
    testTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
