/**
 * A made-up job through every task of a strategy job, all on one thread. Done some times, most of what jobs spend their time in is
 * compiled: V8 compiles beside the thread, but on the same processors, for some 20 ms in each of a server's first twenty jobs
 * otherwise. Nothing of it is kept.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { parseSettings } from '../../backtest/index.ts';
import { type Compute, ComputeFailure, defineTask, type Task, type TaskName } from '../../compute/index.ts';
import { invariant, seededRandom } from '../../core/index.ts';
import { allocateColumns, type Bars } from '../../market/index.ts';
import type { ParameterGrid, StrategyRegistry } from '../../strategies/index.ts';
import { parseSpace, trialCount } from '../search/index.ts';
import { planSegments } from '../segments.ts';
import { walkForwardFolds } from '../walk-forward.ts';
import { type ComputableJob, computeJob } from './compute-job.ts';
import { JobFigures } from './job-figures.ts';
import { gatherEvidence } from './judge-job.ts';
import { rankAndWrite } from './rank-task.ts';
import { SharedMemory } from './shared-memory.ts';

/** Of the first bar: times of 1970 are smaller integers, for which V8 compiles other code. */
const START = Date.UTC(2024, 0, 1);
const MINUTE_MS = 60_000;
/** A week of minutes, in as many windows as by default: several blocks of `inBlocks`. */
const [BARS, SPLITS] = [10_000, 5];
/** Together some 0.2 s of a thread. */
const ROUNDS = 2;
/** 500 combinations: what is called once for each has to be compiled, too. */
const GRID: ParameterGrid = {
  short_window: [5, 8, 10, 12, 15, 20, 25, 30, 40, 50],
  long_window: Array.from({ length: 25 }, (_, place) => 60 + 10 * place),
  ma_type: ['sma', 'ema'],
};
const MOST = 500;
/** Results that are kept whole, as of a job. */
const TOP = 20;
const SEARCH = { method: 'grid', maxTrials: null, seed: null } as const;

/** Tasks as a thread serves them, whatever they take and answer. */
type ServedTasks = readonly Task<never, unknown>[];

/** What a warm-up is told. */
export interface WarmUpInput {
  /** [1] on shared memory: not 0 once the thread is wanted for a job. */
  readonly isEnough: Int32Array;
}

/** Runs a made-up job on the thread that takes it up; ends early when it is enough, or cancelled. */
export const WARM_UP: TaskName<WarmUpInput, null> = { name: 'optimize.warmUp' };

/** Serves `WARM_UP`; `tasks` are those of a strategy job. */
export function warmUpTask(registry: StrategyRegistry, tasks: ServedTasks): Task<WarmUpInput, null> {
  return defineTask(WARM_UP.name, async ({ isEnough }, context) => {
    const isCancelled = (): boolean => context.isCancelled() || Atomics.load(isEnough, 0) !== 0;
    const [job, memory] = [smallJob(registry), new SharedMemory()];
    try {
      for (let round = 0; round < ROUNDS && !isCancelled(); round++) {
        await runHere(job, onThisThread(tasks, isCancelled), memory);
        await breathe();
      }
    } catch (error) {
      if (!isCancelled()) throw error;
    }
    return null;
  });
}

function smallJob(registry: StrategyRegistry): ComputableJob {
  const type = registry.get('momentum');
  const space = parseSpace(type, GRID, { method: SEARCH.method, maxCombinations: MOST });
  const folds = walkForwardFolds(BARS, { nSplits: SPLITS, trainRatio: 0.7 }, 1);
  return {
    predictions: new Map(),
    bars: [randomWalk()],
    folds,
    segments: planSegments(folds),
    settings: parseSettings({}, { periodsPerYear: 252 }),
    search: SEARCH,
    sections: [{ type, space, from: 0, to: trialCount(type, space, SEARCH) }],
  };
}

async function runHere(job: ComputableJob, compute: Compute, memory: SharedMemory): Promise<void> {
  const total = job.sections.reduce((sum, { from, to }) => sum + to - from, 0);
  const figures = new JobFigures(total, job.segments, memory);
  const { signal } = new AbortController();
  const hooks = { signal, onBatch: () => undefined, onFold: () => undefined };
  const indicators = await computeJob(compute, job, { figures, hooks, memory });
  const { rows, isDone, params, skipped } = figures;
  const sections = job.sections.map(({ type, space, from, to }) => ({ strategyType: type.name, space, from, to }));
  const { bars, folds, segments, settings, predictions } = job;
  // In the order of `completeJob`, which makes hidden classes the same.
  const ranked = rankAndWrite(compute, {
    ...{ bars, folds, segments, settings },
    ...{ rows, isDone, params, skipped, isSweep: false },
    sections,
    top: TOP,
    replay: { predictions, settings, indicators: indicators.inMemory },
  });
  await gatherEvidence({ compute, job, figures, ...ranked, signal, indicators });
  memory.release(rows);
}

/**
 * The tasks one after the other where the caller is. Each takes a copy, as from another thread: copies have other hidden classes
 * than what they are made of, and code that is compiled for one of them is thrown away where it meets the other. What is cancelled
 * fails, as there: whoever sends a lane again until nothing is left would do so for ever.
 */
function onThisThread(tasks: ServedTasks, isCancelled: () => boolean): Compute {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const run: Compute['run'] = async <Input, Output, Message>(
    { name }: TaskName<Input, Output, Message>,
    input: Input,
    { onMessage }: { readonly onMessage?: ((message: Message) => void) | undefined } = {},
  ) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A task name carries the types of the task that has it.
    const task = byName.get(name) as Task<Input, Output, Message> | undefined;
    invariant(task !== undefined, `a strategy job has a task ${name}`);
    const output = await task.run(structuredClone(input), { isCancelled, report: (message) => onMessage?.(message) });
    if (isCancelled()) throw new ComputeFailure('aborted', `Task '${name}' was cancelled.`);
    return output;
  };
  const stats = () => ({ threads: 1, running: 0, queued: 0, completed: 0 });
  const compute: Compute = { parallelism: 1, run, stats, forJob: () => compute };
  return compute;
}

function randomWalk(): Bars {
  const random = seededRandom('warm-up');
  const columns = allocateColumns(BARS);
  for (let bar = 0, price = 100; bar < BARS; bar++) {
    price *= Math.exp(0.001 * random.normal());
    columns.time[bar] = START + bar * MINUTE_MS;
    for (const prices of [columns.open, columns.high, columns.low, columns.close]) prices[bar] = price;
  }
  return { symbol: 'WARM', interval: '1m', source: 'warm-up', ...columns };
}
