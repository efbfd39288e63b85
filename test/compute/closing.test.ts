import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('closes while its threads are still loading, without taking the process down', async () => {
  const script = fileURLToPath(new URL('../support/compute-churn.ts', import.meta.url));

  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script]);

  expect(stdout).toBe('survived\n');
});
