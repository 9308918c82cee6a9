import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Measures time, which every other test would spoil. */
const alone = ['test/program/speed.test.ts', 'test/blocker/speed.test.ts', 'test/bench/requests.test.ts'];

/** Kill servers and fill disks under load: long waits that the others would stretch, and that would spoil the others. */
const faults = ['test/faults/*.test.ts'];

function project(test: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  return {
    // Vite would take graphql's ES modules where Node takes the others: of two graphqls neither knows the other's errors.
    resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
    test: { pool: 'forks', testTimeout: 30_000, hookTimeout: 60_000, ...test },
  };
}

export default defineConfig({
  test: {
    // One for the whole run: the projects find what it provides.
    globalSetup: ['test/support/global.ts'],
    projects: [
      project({
        name: 'all',
        include: ['test/**/*.test.ts'],
        exclude: [...alone, ...faults],
        // Most tests start servers and Postgres besides: more workers than this only take turns on two cores.
        maxWorkers: 3,
        sequence: { groupOrder: 0 },
      }),
      project({ name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } }),
      project({ name: 'faults', include: faults, testTimeout: 120_000, maxWorkers: 2, sequence: { groupOrder: 2 } }),
    ],
  },
});
