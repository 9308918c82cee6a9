import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take graphql's ES modules where Node takes the others: of two graphqls neither knows the other's errors.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global.ts'],
    pool: 'forks',
    // Most tests start servers and Postgres besides: more workers than this only take turns on two cores.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
