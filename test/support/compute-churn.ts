/** Opens pools and closes them while their threads are still loading; prints a line when it has survived that. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ThreadPool } from '../../src/compute/index.ts';
import { builtWorkerUrl } from './worker-url.ts';

for (let round = 0; round < 60; round += 1) {
  const pool = new ThreadPool({ workerUrl: builtWorkerUrl, threads: 2 });
  await sleep(round * 2);
  await pool.close();
}
process.stdout.write('survived\n');
