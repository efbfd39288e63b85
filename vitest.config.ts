import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectConfiguration, type TestProjectInlineConfiguration } from 'vitest/config';
import { builtProgram } from './test/support/built-program.ts';
import { LongestFirst } from './test/support/longest-first.ts';

const EVERY_TEST = 'test/**/*.test.ts';
/** Runs once. */
export const BEFORE_ALL = 'test/support/before-all.ts';

/**
 * Files that run after the others, one at a time in a process each: those that measure time that others must leave them, or that
 * change something of their whole process.
 */
const ALONE = [
  'test/compute/{cancellation,failures,overtaking,thread-pool}.test.ts',
  'test/durability/{busy,many-orders}.test.ts',
  'test/optimize/{cancel,event-loop,failures}.test.ts',
  'test/orders/kill-processes.test.ts',
  'test/rest/raw-http.test.ts',
  'test/storage/{letting-in,sqlite-durability,urgent}.test.ts',
  'test/ws/{channel,hostile-clients}.test.ts',
];

/** What all tests have in common. */
export const common: NonNullable<TestProjectInlineConfiguration['test']> = {
  setupFiles: ['test/support/egress.ts', 'test/support/after-each.ts'],
  environment: 'node',
  pool: 'forks',
  server: { deps: { external: [/\/dist\/.*\.js$/] } },
  // Generous: a test that waits for what never comes fails later, and a busy machine fails none.
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

/** How all of them are loaded. */
export const base = {
  plugins: [builtProgram],
  // graphql's CommonJS and ES builds must not both be loaded: "from another module or realm".
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
};

const projects: TestProjectConfiguration[] = [
  {
    ...base,
    test: {
      ...common,
      name: 'together',
      include: [EVERY_TEST],
      exclude: ALONE,
      // A process runs one file after the other: loading the program takes longer than most files do. One more of them than
      // there are processors, because those that wait for a server or a clock leave a quarter of the time unused.
      isolate: false,
      maxWorkers: availableParallelism() + 1,
      sequence: { groupOrder: 0 },
    },
  },
  {
    ...base,
    test: { ...common, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } },
  },
];

export default defineConfig({
  ...base,
  test: { globalSetup: BEFORE_ALL, sequence: { sequencer: LongestFirst }, projects },
});
