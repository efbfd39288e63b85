/**
 * A workload on worker threads of the project's pool: the kernel alone, without jobs, database and server, in pieces of one
 * size in the order of the grid. It does not change with how a job cuts and orders its combinations.
 */
import { type TaskName, ThreadPool } from '../src/compute/index.ts';
import type { EvaluationPlan } from '../src/optimize/evaluate.ts';
import {
  builtInStrategies,
  type IndicatorSpec,
  type IndicatorTable,
  type Parameters,
  StrategyRegistry,
} from '../src/strategies/index.ts';
import { combinationsOf, planOf, specsOf, type Workload } from './workloads.ts';

/** What a thread computes indicators of. */
interface IndicatorInput {
  readonly specs: readonly IndicatorSpec[];
  readonly bars: EvaluationPlan['bars'];
}

/** What a thread evaluates. */
interface BatchInput {
  readonly plan: EvaluationPlan;
  readonly params: readonly Parameters[];
}

const INDICATORS: TaskName<IndicatorInput, IndicatorTable> = { name: 'bench.indicators' };
const EVALUATE: TaskName<BatchInput, Float64Array | null> = { name: 'bench.evaluate' };
/** Combinations of one task. */
const BATCH = 64;
const REPETITIONS = 8;

/** A workload that is ready to run. */
export interface WorkloadPool {
  /**
   * Least time of eight runs on so many threads, after one that warms up, in milliseconds: indicators and figures of every
   * combination.
   */
  leastWallMs(lanes: number): Promise<number>;
  close(): Promise<void>;
}

/** Starts the threads. */
export function openPool(workload: Workload, threads: number): WorkloadPool {
  const type = new StrategyRegistry(builtInStrategies).get(workload.typeName);
  const combinations = combinationsOf(type, workload.grid);
  const specs = specsOf(type, combinations);
  const planned = planOf(workload);
  const pool = new ThreadPool({
    workerUrl: new URL('worker.mjs', import.meta.url),
    threads,
    execArgv: [],
  });
  const compute = async (lanes: number): Promise<void> => {
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
  };
  return {
    leastWallMs: (lanes) => leastOf(() => compute(lanes)),
    close: () => pool.close(),
  };
}

async function leastOf(work: () => Promise<void>): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run <= REPETITIONS; run++) {
    const start = performance.now();
    await work();
    runs.push(performance.now() - start);
  }
  return Math.min(...runs.slice(1));
}

async function inLanes(lanes: number, work: (lane: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
}
