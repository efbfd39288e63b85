import { defineConfig } from 'vitest/config';
import { BEFORE_ALL, base, common } from './vitest.config.ts';

/** `npm run test:soak`: measurements that take minutes. One file after the other, so that none disturbs another's figures. */
export default defineConfig({
  ...base,
  test: {
    ...common,
    globalSetup: BEFORE_ALL,
    include: ['test/soak/**/*.soak.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    disableConsoleIntercept: true,
  },
});
