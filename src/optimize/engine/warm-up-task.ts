/**
 * A small made-up job through every task of a strategy job, all on one thread: its code is then loaded, compiled and has
 * run before somebody waits for it. Nothing of it is kept.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { parseSettings } from '../../backtest/index.ts';
import { type Compute, defineTask, type Task, type TaskName } from '../../compute/index.ts';
import { DAY_MS, invariant, seededRandom } from '../../core/index.ts';
import type { Bars } from '../../market/index.ts';
import type { StrategyRegistry } from '../../strategies/index.ts';
import { parseSpace, trialCount } from '../search/index.ts';
import { planSegments } from '../segments.ts';
import { walkForwardFolds } from '../walk-forward.ts';
import { type ComputableJob, computeJob } from './compute-job.ts';
import { JobFigures } from './job-figures.ts';
import { gatherEvidence } from './judge-job.ts';
import { rankAndWrite } from './rank-task.ts';
import { SharedMemory } from './shared-memory.ts';

/** Of a short job: five years of days, in as many windows as by default. */
const [BARS, SPLITS] = [1260, 5];
/** Often enough that what a short job spends its time in is compiled. */
const ROUNDS = 2;
/** Combinations that the default grid may have. */
const MOST = 1000;
const SEARCH = { method: 'grid', maxTrials: null, seed: null } as const;

/** Tasks as a thread serves them, whatever they take and answer. */
type ServedTasks = readonly Task<never, unknown>[];

/** Runs a small job on the thread that takes it up; ends early when it is cancelled. */
export const WARM_UP: TaskName<null, null> = { name: 'optimize.warmUp' };

/** Serves `WARM_UP`; `tasks` are those of a strategy job. */
export function warmUpTask(registry: StrategyRegistry, tasks: ServedTasks): Task<null, null> {
  return defineTask(WARM_UP.name, async (_, context) => {
    const isCancelled = (): boolean => context.isCancelled();
    const job = smallJob(registry);
    for (let round = 0; round < ROUNDS && !isCancelled(); round++) {
      await runHere(job, onThisThread(tasks, isCancelled));
      await breathe();
    }
    return null;
  });
}

function smallJob(registry: StrategyRegistry): ComputableJob {
  const type = registry.get('momentum');
  const space = parseSpace(type, null, { method: SEARCH.method, maxCombinations: MOST });
  const folds = walkForwardFolds(BARS, { nSplits: SPLITS, trainRatio: 0.7 }, 1);
  return {
    bars: [randomWalk()],
    folds,
    segments: planSegments(folds),
    settings: parseSettings({}, { periodsPerYear: 252 }),
    predictions: new Map(),
    search: SEARCH,
    sections: [{ type, space, from: 0, to: trialCount(type, space, SEARCH) }],
  };
}

async function runHere(job: ComputableJob, compute: Compute): Promise<void> {
  const [total, memory] = [job.sections.reduce((sum, { from, to }) => sum + to - from, 0), new SharedMemory()];
  const figures = new JobFigures(total, job.segments, memory);
  const { signal } = new AbortController();
  const hooks = { signal, onBatch: () => undefined, onFold: () => undefined };
  const indicators = await computeJob(compute, job, { figures, hooks, memory });
  const { rows, isDone, params, skipped } = figures;
  const sections = job.sections.map(({ type, space, from, to }) => ({ strategyType: type.name, space, from, to }));
  const replay = { ...job, indicators: indicators.inMemory };
  const ranked = rankAndWrite(compute, {
    ...job,
    sections,
    rows,
    isDone,
    params,
    skipped,
    isSweep: false,
    top: total,
    replay,
  });
  await gatherEvidence({ compute, job, figures, ...ranked, signal, indicators });
}

/** The tasks one after the other where the caller is. */
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
    return await task.run(input, { isCancelled, report: (message) => onMessage?.(message) });
  };
  const stats = () => ({ threads: 1, running: 0, queued: 0, completed: 0 });
  const compute: Compute = { parallelism: 1, run, stats, forJob: () => compute };
  return compute;
}

function randomWalk(): Bars {
  const random = seededRandom('warm-up');
  const [time, close] = [new Float64Array(BARS), new Float64Array(BARS)];
  for (let bar = 0, price = 100; bar < BARS; bar++) {
    price *= Math.exp(0.01 * random.normal());
    time[bar] = bar * DAY_MS;
    close[bar] = price;
  }
  const flat = { open: close, high: close, low: close, volume: new Float64Array(BARS) };
  return { time, close, ...flat, symbol: 'WARM', interval: '1d', source: 'warm-up' };
}
