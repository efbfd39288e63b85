/**
 * Computes one job on the worker threads: the indicators first, each distinct one once, then the combinations in small
 * chunks. It knows nothing of rows and leases; outcomes are handed over as they come, so that a cancelled job keeps them.
 */
import { type Compute, defineTask, type Task, type TaskContext, type TaskName } from '../compute/index.ts';
import type { Bars } from '../market/index.ts';
import {
  computeIndicators,
  type IndicatorSpec,
  type IndicatorTable,
  type StrategyRegistry,
  type StrategyType,
} from '../strategies/index.ts';
import { type CombinationOutcome, evaluateCombination, type GridPlan } from './evaluate-combination.ts';

/** Combinations x bars of one chunk: some tens of milliseconds of work, so that cancelling and progress are prompt. */
const CHUNK_WORK = 2_000_000;
/** Time between two reports of a thread, milliseconds. */
const TELL_MS = 100;

interface IndicatorTaskInput {
  readonly specs: readonly IndicatorSpec[];
  readonly bars: readonly Bars[];
}

interface EvaluateTaskInput {
  readonly plan: GridPlan;
  /** Half-open range of places in the order of the grid. */
  readonly from: number;
  readonly to: number;
}

/** What a thread has done since it last told: whole combinations, and the fold (from 1) that it computed last, or 0. */
interface ChunkProgress {
  readonly outcomes: readonly CombinationOutcome[];
  readonly fold: number;
}

const INDICATORS: TaskName<IndicatorTaskInput, IndicatorTable> = { name: 'optimize.indicators' };
const EVALUATE: TaskName<EvaluateTaskInput, null, ChunkProgress> = { name: 'optimize.evaluate' };

/** The tasks that a worker serves for `computeJob`. */
export function optimizeTasks(
  registry: StrategyRegistry,
): readonly [Task<IndicatorTaskInput, IndicatorTable>, Task<EvaluateTaskInput, null, ChunkProgress>] {
  return [
    defineTask('optimize.indicators', ({ specs, bars }) => computeIndicators(specs, bars)),
    defineTask('optimize.evaluate', (input, context) =>
      evaluateChunk(input, registry.get(input.plan.typeName), context),
    ),
  ];
}

/**
 * Everything is told by messages, every 100 ms and at the end, and nothing by the result: of a task that was cancelled
 * the messages arrive and the result does not.
 */
function evaluateChunk(
  { plan, from, to }: EvaluateTaskInput,
  type: StrategyType,
  context: TaskContext<ChunkProgress>,
): null {
  let outcomes: CombinationOutcome[] = [];
  let fold = 0;
  let told = performance.now();
  const tell = (): void => {
    context.report({ outcomes, fold });
    outcomes = [];
    told = performance.now();
  };
  const hooks = {
    isCancelled: () => context.isCancelled(),
    onFold: (done: number) => {
      fold = done + 1;
      if (performance.now() - told >= TELL_MS) tell();
    },
  };
  for (let index = from; index < to; index += 1) {
    const outcome = evaluateCombination(plan, type, { index, hooks });
    if (outcome === null) break;
    outcomes.push(outcome);
  }
  tell();
  return null;
}

/** A job as the workers see it, before its indicators are computed. */
export interface ComputableJob extends Omit<GridPlan, 'indicators'> {
  readonly combinations: number;
  /** Every indicator that a combination reads. */
  readonly specs: readonly IndicatorSpec[];
}

/** What `computeJob` tells while it works. */
export interface JobObserver {
  /** Combinations that are done, in no order (each knows its index), and the fold (from 1) that was computed last. */
  onProgress(outcomes: readonly CombinationOutcome[], fold: number): void;
}

/**
 * Computes every combination.
 *
 * @throws {ComputeFailure} when a worker fails, or `signal` aborts; what was done before has been observed
 */
export async function computeJob(
  compute: Compute,
  job: ComputableJob,
  { signal, observer }: { readonly signal: AbortSignal; readonly observer: JobObserver },
): Promise<void> {
  const { specs, combinations, ...plan } = job;
  const indicators = await computeTable(compute, specs, job.bars, signal);
  const chunk = chunkSize(combinations, job.bars, compute.parallelism);
  const onMessage = ({ outcomes, fold }: ChunkProgress): void => observer.onProgress(outcomes, fold);
  let next = 0;
  // One lane per thread and job: jobs that run at the same time share the threads evenly.
  await inLanes(compute.parallelism, signal, async (both) => {
    while (next < combinations) {
      const from = next;
      next = Math.min(from + chunk, combinations);
      const input = { plan: { ...plan, indicators }, from, to: next };
      await compute.run(EVALUATE, input, { signal: both, onMessage });
    }
  });
}

/** Splits the indicators over the threads. */
async function computeTable(
  compute: Compute,
  specs: readonly IndicatorSpec[],
  bars: readonly Bars[],
  signal: AbortSignal,
): Promise<IndicatorTable> {
  const lanes = Math.min(compute.parallelism, Math.max(1, specs.length));
  const table = new Map<string, Float64Array>();
  await inLanes(lanes, signal, async (both, lane) => {
    const part = specs.filter((_spec, index) => index % lanes === lane);
    const columns = await compute.run(INDICATORS, { specs: part, bars }, { signal: both });
    for (const [key, column] of columns) table.set(key, column);
  });
  return table;
}

/** Runs `work` once per lane, until all have ended. The first failure stops the others and is thrown when they have. */
async function inLanes(
  count: number,
  signal: AbortSignal,
  work: (signal: AbortSignal, lane: number) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  const guarded = async (lane: number): Promise<void> => {
    try {
      await work(both, lane);
    } catch (error) {
      failures.push(error);
      stop.abort();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, lane) => guarded(lane)));
  if (failures.length > 0) throw failures[0];
}

/** At least 1; small enough that every thread gets several chunks and none takes long. */
function chunkSize(combinations: number, bars: readonly Bars[], threads: number): number {
  const work = bars.reduce((total, series) => total + series.time.length, 0);
  const byWork = Math.floor(CHUNK_WORK / Math.max(1, work));
  const byShare = Math.ceil(combinations / (threads * 4));
  return Math.max(1, Math.min(byWork, byShare));
}
