import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { scriptPath } from '../support/script-path.ts';

it('closes while its threads are still loading, without taking the process down', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [scriptPath('compute-churn.ts')]);

  expect(stdout).toBe('survived\n');
});
