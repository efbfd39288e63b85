/** A workload on worker threads of the project's pool: the kernel alone, without jobs, database and server. */
import { type TaskName, ThreadPool } from '../src/compute/index.ts';
import type { EvaluationPlan } from '../src/optimize/evaluate.ts';
import {
  builtInStrategies,
  type IndicatorSpec,
  type IndicatorTable,
  type Parameters,
  StrategyRegistry,
} from '../src/strategies/index.ts';
import { cpuMs } from './measure.ts';
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

/** Time of a run, and the processor time that it took, milliseconds. */
interface RunTime {
  readonly wall: number;
  readonly cpu: number;
}

/** A workload that is ready to run. */
export interface WorkloadPool {
  readonly combinations: number;
  /** Indicators and figures of every combination, on so many threads at once. */
  compute(lanes: number): Promise<void>;
  /** Least time of eight runs on so many threads, after one that warms up. */
  leastWallMs(lanes: number): Promise<RunTime>;
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
    combinations: combinations.length,
    compute,
    leastWallMs: (lanes) => leastOf(() => compute(lanes)),
    close: () => pool.close(),
  };
}

async function leastOf(work: () => Promise<void>): Promise<RunTime> {
  const runs: RunTime[] = [];
  for (let run = 0; run <= REPETITIONS; run++) {
    const [start, cpuStart] = [performance.now(), cpuMs()];
    await work();
    runs.push({ wall: performance.now() - start, cpu: cpuMs() - cpuStart });
  }
  return runs.slice(1).toSorted((a, b) => a.wall - b.wall)[0] ?? { wall: Number.NaN, cpu: Number.NaN };
}

async function inLanes(lanes: number, work: (lane: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
}
