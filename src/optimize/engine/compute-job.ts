/**
 * Computes the combinations of a job on the worker threads: section by section, in rounds whose indicators fit into
 * memory, in batches that go to one lane per thread. It knows nothing of rows and leases. What has been found stands in
 * the figures as soon as a batch is done, so that a job that stops keeps it; what stands there already is not computed
 * again.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { type BacktestSettings } from '../../backtest/index.ts';
import type { Compute } from '../../compute/index.ts';
import type { Bars } from '../../market/index.ts';
import type { Parameters, PredictionTable, StrategyType } from '../../strategies/index.ts';
import { createSampler, type ParameterSpace, type SearchSettings } from '../search/index.ts';
import type { SegmentPlan } from '../segments.ts';
import type { Fold } from '../walk-forward.ts';
import { EVALUATE } from './evaluate-task.ts';
import { IndicatorCache } from './indicator-cache.ts';
import type { JobFigures } from './job-figures.ts';
import { evenRanges, inLanes } from './lanes.ts';
import { planRounds, type Round } from './rounds.ts';
import type { SharedMemory } from './shared-memory.ts';
import { objective } from './summary.ts';

/** Memory that the indicators of a job may take at a time, in bytes: they lie outside every heap limit. */
const INDICATOR_ROOM = { most: 2 ** 29, mixed: 2 ** 28 };
/**
 * Combinations x bars of a batch: some 100 ms for a kernel that does 400 million a second, so that cancelling, progress and
 * other jobs have their turn.
 */
const BATCH_WORK = 40_000_000;
/** Combinations of a batch among which the kernel's work on the bars themselves and on copies of columns hardly counts, … */
const SHARING_COMBINATIONS = 256;
/** … as long as the batch ends within half a second or so. */
const MAX_BATCH_WORK = 160_000_000;
/** With as many combinations a batch may be one of two that a lane has in turn, so that lanes end together. */
const WORTHWHILE = 64;
/** Below this a round is one batch: handing it out would take longer than computing it. */
const SHARED_WORK = 2_000_000;
/** How many times longer a bar takes of quotes, which the kernel leaves to the plain evaluator; … */
const PLAIN_FACTOR = 16;
/** … and of what it follows bar by bar: short sales, spreads, several symbols. */
const JOINT_FACTOR = 4;
/** Combinations that a sampler is asked for before the event loop has its turn. */
const ASKED_AT_ONCE = 500;

/** The bars of a job and how they are cut. */
export interface JobBars {
  readonly bars: readonly Bars[];
  readonly folds: readonly Fold[];
  readonly segments: SegmentPlan;
}

/** The part of a job that searches one strategy type. */
export interface ComputableSection {
  readonly type: StrategyType;
  readonly space: ParameterSpace;
  /** Its combinations have the indexes [from, to) of the job. */
  readonly from: number;
  readonly to: number;
}

/** A job as the workers see it. */
export interface ComputableJob extends JobBars {
  /** What the stored models say that combinations follow, on shared memory. */
  readonly predictions: PredictionTable;
  readonly settings: BacktestSettings;
  readonly search: SearchSettings;
  readonly sections: readonly ComputableSection[];
}

/** How a caller follows and stops a computation. */
export interface ComputeHooks {
  readonly signal: AbortSignal;
  /** Told after each batch; the figures hold what it found. */
  onBatch(): void;
  /** Told, ten times a second at most, of the fold (from 1) that a thread has finished last. */
  onFold(fold: number): void;
}

interface JobContext {
  readonly compute: Compute;
  readonly job: ComputableJob;
  readonly figures: JobFigures;
  readonly hooks: ComputeHooks;
  readonly cache: IndicatorCache;
}

/**
 * Computes every combination that `figures` does not hold yet.
 *
 * @returns the indicators that are still in memory, which `gatherEvidence` releases
 * @throws {ComputeFailure} when a worker fails, or the signal aborts; `figures` holds what was done before
 */
export async function computeJob(
  compute: Compute,
  job: ComputableJob,
  work: { readonly figures: JobFigures; readonly hooks: ComputeHooks; readonly memory: SharedMemory },
): Promise<IndicatorCache> {
  const cache = new IndicatorCache(compute, job.bars, { memory: work.memory, maxBytes: INDICATOR_ROOM.mixed });
  for (const section of job.sections) await searchSection({ compute, job, ...work, cache }, section);
  return cache;
}

async function searchSection(context: JobContext, section: ComputableSection): Promise<void> {
  const { job, figures } = context;
  const sampler = createSampler(section.type, section.space, job.search);
  for (let from = section.from; from < section.to; ) {
    const wanted = sampler.generation ?? section.to - from;
    const to = Math.min(section.to, from + wanted);
    while (figures.params.length < to) {
      const count = Math.min(ASKED_AT_ONCE, to - figures.params.length);
      figures.params.push(...sampler.ask(count));
      if (figures.params.length < to) await breathe();
    }
    await evaluateAll(context, section.type, figures.missing(from, to));
    if (sampler.generation !== null) sampler.tell(scores(context, from, to));
    from = to;
  }
}

/** What a sampler learns: the objective that ranks, null of what has no rank. */
function scores({ figures, job }: JobContext, from: number, to: number) {
  return figures.params.slice(from, to).map((params, place) => {
    const index = from + place;
    const score = figures.skipped.has(index) ? null : objective(figures.row(index), job);
    return { params, score };
  });
}

async function evaluateAll(context: JobContext, type: StrategyType, indexes: readonly number[]): Promise<void> {
  const { job, figures } = context;
  const rounds = planRounds({ type, bars: job.bars, room: INDICATOR_ROOM }, figures.params, indexes);
  for await (const round of rounds) await evaluateRound(context, type, round);
}

async function evaluateRound(context: JobContext, type: StrategyType, round: Round): Promise<void> {
  const { compute, job, figures, hooks, cache } = context;
  const { sections: _, search: __, ...cut } = job;
  const indicators = await cache.columns(round.specs, hooks.signal);
  const plan = { ...cut, typeName: type.name, indicators };
  const batches = batchesOf(round.indexes, { type, job, threads: compute.parallelism });
  let next = 0;
  await inLanes(Math.min(compute.parallelism, batches.length), hooks.signal, async (signal) => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      const indexes = Int32Array.from(batch);
      const params = batch.flatMap((index): readonly Parameters[] => figures.params.slice(index, index + 1));
      const input = { plan, params, indexes, rows: figures.rows };
      const skipped = await compute.run(EVALUATE, input, { signal, onMessage: ({ fold }) => hooks.onFold(fold) });
      figures.complete(
        indexes,
        skipped.map(({ place, reason }) => [indexes[place] ?? 0, reason]),
      );
      hooks.onBatch();
    }
  });
}

/** How many times longer a bar takes than it does of one symbol that is held or not. */
function slowness(type: StrategyType, { bars, settings }: ComputableJob): number {
  if (type.trades === 'quotes') return PLAIN_FACTOR;
  return settings.allowShort || type.trades === 'spread' || bars.length > 1 ? JOINT_FACTOR : 1;
}

/** As many for each thread; large enough to be worth their messages, small enough to end soon. */
function batchesOf(
  indexes: readonly number[],
  { type, job, threads }: { readonly type: StrategyType; readonly job: ComputableJob; readonly threads: number },
): readonly (readonly number[])[] {
  const count = indexes.length;
  const factor = slowness(type, job);
  const workOfOne = factor * job.bars.reduce((total, series) => total + series.time.length, 0);
  const work = count * workOfOne;
  // What the combinations of a batch share is worth a longer one over many bars.
  const wanted = factor === 1 ? Math.min(MAX_BATCH_WORK, SHARING_COMBINATIONS * workOfOne) : 0;
  const batchWork = Math.max(BATCH_WORK, wanted);
  const turns = Math.max(Math.ceil(work / batchWork / threads), Math.min(2, count / WORTHWHILE / threads));
  const parts = work < SHARED_WORK ? 1 : Math.max(1, Math.floor(turns)) * threads;
  return evenRanges(count, parts).map(({ from, to }) => indexes.slice(from, to));
}
