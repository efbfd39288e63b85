import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql's CommonJS and ES builds must not both be loaded: "from another module or realm".
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/egress.ts'],
    environment: 'node',
    pool: 'forks',
    // Generous: a test that waits for what never comes fails later, and a busy machine fails none.
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
