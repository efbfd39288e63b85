import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** `npm run test:soak`: measurements that take minutes. One file after the other, so that none disturbs another's figures. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/soak/**/*.soak.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
});
