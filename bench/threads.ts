/**
 * The same workload on one and on two worker threads of the project's pool, sharing bars and indicators, on the wall.
 * Called with a word of a workload's name; prints a row.
 */
import { type TaskName, ThreadPool } from '../src/compute/index.ts';
import { builtInStrategies, type IndicatorTable, StrategyRegistry } from '../src/strategies/index.ts';
import { cpuMs, peakMemoryMb } from './measure.ts';
import type { BatchInput, IndicatorInput } from './worker.ts';
import { combinationsOf, planOf, specsOf, WORKLOADS } from './workloads.ts';

const INDICATORS: TaskName<IndicatorInput, IndicatorTable> = { name: 'bench.indicators' };
const EVALUATE: TaskName<BatchInput, Float64Array | null> = { name: 'bench.evaluate' };
/** Combinations of one task. */
const BATCH = 50;
const REPETITIONS = 2;

const workload = WORKLOADS.find(({ name }) => name.includes(process.argv[2] ?? ''));
if (workload === undefined) throw new Error(`Name one of ${WORKLOADS.map(({ name }) => name).join(', ')}.`);
const type = new StrategyRegistry(builtInStrategies).get(workload.typeName);
const combinations = combinationsOf(type, workload.grid);
const specs = specsOf(type, combinations);
const planned = planOf(workload);
const pool = new ThreadPool({
  workerUrl: new URL('worker.ts', import.meta.url),
  threads: 2,
  execArgv: ['--import', 'tsx'],
});

// Once, as a job does it: repetitions leave more than one table in memory.
await computeOn(2);
const memory = peakMemoryMb();
const one = await leastWallMs(1);
const two = await leastWallMs(2);
await pool.close();
console.log(
  JSON.stringify({
    workload: workload.name,
    combinations: combinations.length,
    bars: workload.bars,
    'one ms': Math.round(one.wall),
    'two ms': Math.round(two.wall),
    ratio: Number((one.wall / two.wall).toFixed(2)),
    'cores used by two': Number((two.cpu / two.wall).toFixed(2)),
    'extra work of two %': Math.round(100 * (two.cpu / one.cpu - 1)),
    'peak MiB': memory,
  }),
);

/** Least time of two runs on so many threads, after one that warms up; `cpu` is the processor time of that run. */
async function leastWallMs(lanes: number): Promise<{ readonly wall: number; readonly cpu: number }> {
  const runs: { wall: number; cpu: number }[] = [];
  for (let run = 0; run <= REPETITIONS; run++) {
    const [start, cpuStart] = [performance.now(), cpuMs()];
    await computeOn(lanes);
    runs.push({ wall: performance.now() - start, cpu: cpuMs() - cpuStart });
  }
  return runs.slice(1).toSorted((a, b) => a.wall - b.wall)[0] ?? { wall: NaN, cpu: NaN };
}

async function computeOn(lanes: number): Promise<void> {
  const indicators = new Map<string, Float64Array>();
  await inLanes(lanes, async (lane) => {
    const part = specs.filter((_, place) => place % lanes === lane);
    const columns = await pool.run(INDICATORS, { specs: part, bars: planned.bars });
    for (const [key, column] of columns) indicators.set(key, column);
  });
  let next = 0;
  await inLanes(lanes, async () => {
    while (next < combinations.length) {
      const params = combinations.slice(next, next + BATCH);
      next += BATCH;
      await pool.run(EVALUATE, { plan: { ...planned, indicators }, params });
    }
  });
}

async function inLanes(lanes: number, work: (lane: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
}
