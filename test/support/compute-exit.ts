/** A process that uses a pool and must then end by itself. Its argument says in which state it leaves the pool. */
import { ThreadPool } from '../../src/compute/index.ts';
import { double, endless } from './compute-tasks.ts';
import { scriptUrl } from './script-path.ts';

const state = process.argv[2] ?? '';
const pool = new ThreadPool({ workerUrl: scriptUrl('compute-worker.ts'), threads: 2 });

const output = await pool.run(double, 2);
if (state === 'killed') await pool.run(endless, null, { timeoutMs: 50 }).catch(() => undefined);
if (state === 'closed') await pool.close();
process.stdout.write(`${state} ${output}\n`);
