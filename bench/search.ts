/** The search of a job on worker threads as a server runs it, without database, judgement and server. */
import { ThreadPool } from '../src/compute/index.ts';
import { computeJob } from '../src/optimize/engine/compute-job.ts';
import { JobFigures } from '../src/optimize/engine/job-figures.ts';
import { SharedMemory } from '../src/optimize/engine/shared-memory.ts';
import { parseSpace } from '../src/optimize/search/index.ts';
import { builtInStrategies, StrategyRegistry } from '../src/strategies/index.ts';
import { combinationsOf, planOf, type Workload } from './workloads.ts';

/** A search that is ready to run. */
export interface Search {
  readonly combinations: number;
  /** Indicators and figures of every combination. */
  run(): Promise<void>;
  close(): Promise<void>;
}

/** Starts so many threads. */
export function openSearch(workload: Workload, threads: number): Search {
  const type = new StrategyRegistry(builtInStrategies).get(workload.typeName);
  const space = parseSpace(type, workload.grid, { method: 'grid', maxCombinations: 10_000 });
  const total = combinationsOf(type, workload.grid).length;
  const job = {
    ...planOf(workload),
    predictions: new Map(),
    search: { method: 'grid', maxTrials: null, seed: null },
    sections: [{ type, space, from: 0, to: total }],
  } as const;
  const compute = new ThreadPool({ workerUrl: new URL('../dist/worker.js', import.meta.url), threads });
  const memory = new SharedMemory();
  const hooks = { signal: new AbortController().signal, onBatch: () => undefined, onFold: () => undefined };
  return {
    combinations: total,
    run: async () => {
      const figures = new JobFigures(total, job.segments, memory);
      const indicators = await computeJob(compute, job, { figures, hooks, memory });
      indicators.release();
      memory.release(figures.rows);
    },
    close: () => compute.close(),
  };
}
