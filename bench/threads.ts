/**
 * The same workload on one and on two worker threads of the project's pool, sharing bars and indicators, on the wall.
 * Called with a word of a workload's name; prints a row.
 */
import { peakMemoryMb } from './measure.ts';
import { openPool } from './pool.ts';
import { workloadNamed } from './workloads.ts';

const workload = workloadNamed(process.argv[2]);
const pool = openPool(workload, 2);
// Once, as a job does it: repetitions leave more than one table in memory.
await pool.compute(2);
const memory = peakMemoryMb();
const one = await pool.leastWallMs(1);
const two = await pool.leastWallMs(2);
await pool.close();
console.log(
  JSON.stringify({
    workload: workload.name,
    combinations: pool.combinations,
    bars: workload.bars,
    'one ms': Math.round(one.wall),
    'two ms': Math.round(two.wall),
    ratio: Number((one.wall / two.wall).toFixed(2)),
    'cores used by two': Number((two.cpu / two.wall).toFixed(2)),
    'extra work of two %': Math.round(100 * (two.cpu / one.cpu - 1)),
    'peak MiB': memory,
  }),
);
