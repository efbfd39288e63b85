/**
 * Computes the combinations of a job on the worker threads: section by section, in rounds whose indicators fit into
 * memory, in batches that one lane per thread takes. It knows nothing of rows and leases. What has been found stands in
 * the figures as soon as a batch is done, so that a job that stops keeps it; what stands there already is not computed
 * again.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { type BacktestSettings } from '../../backtest/index.ts';
import type { Compute } from '../../compute/index.ts';
import type { Bars } from '../../market/index.ts';
import type { Parameters, PredictionTable, StrategyType } from '../../strategies/index.ts';
import type { EvaluationPlan } from '../evaluate.ts';
import { createSampler, type ParameterSpace, type SearchSettings } from '../search/index.ts';
import type { SegmentPlan } from '../segments.ts';
import type { Fold } from '../walk-forward.ts';
import { type Bundle, bundlesOf, isLong, isWorthSharing, nextBundle } from './batches.ts';
import { EVALUATE, type LaneProgress } from './evaluate-task.ts';
import { IndicatorCache } from './indicator-cache.ts';
import type { JobFigures } from './job-figures.ts';
import { inLanes } from './lanes.ts';
import { planRounds, type Round } from './rounds.ts';
import type { SharedMemory } from './shared-memory.ts';
import { areComputed, type SharedPortions } from './shared-portions.ts';
import { objective } from './summary.ts';

/** Memory that the indicators of a job may take at a time, in bytes: they lie outside every heap limit. */
const INDICATOR_ROOM = { most: 2 ** 29, mixed: 2 ** 28 };
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

/**
 * Each lane is sent what there is to do and takes from what is left, first of the indicators, then of the batches, until its
 * turn is over; of a long round all indicators before any batch. No lane waits for one that waits for a thread: that has taken
 * nothing, and finds nothing left when it comes late. A lane is sent again until nothing is left, which ends because a turn
 * takes something, or fails.
 */
async function evaluateRound(context: JobContext, type: StrategyType, round: Round): Promise<void> {
  const { compute, job, hooks, cache } = context;
  const { sections: _, search: __, ...cut } = job;
  const count = round.indexes.length;
  if (isLong(count, { type, ...job, lanes: compute.parallelism })) await cache.columns(round.specs, hooks.signal);
  const opened = await cache.open(round.specs);
  const { columns, missing } = opened;
  const plan = { ...cut, typeName: type.name, indicators: columns };
  const lanes = isWorthSharing(count, missing.portions.flat().length, { type, ...job }) ? compute.parallelism : 1;
  const bundles = bundlesOf(round.indexes, { type, ...job, lanes });
  await inLanes(lanes, hooks.signal, async (signal) => {
    for (let bundle = nextBundle(bundles); bundle !== undefined; bundle = nextBundle(bundles)) {
      bundle.lanes += 1;
      await takeTurn(context, { plan, missing, bundle }, signal);
      bundle.lanes -= 1;
    }
  });
  cache.keep(opened);
}

/** One turn of a lane. What it has done stands in the figures as soon as it tells of it, however the turn ends. */
async function takeTurn(
  { compute, figures, hooks }: JobContext,
  {
    plan,
    missing,
    bundle,
  }: { readonly plan: EvaluationPlan; readonly missing: SharedPortions; readonly bundle: Bundle },
  signal: AbortSignal,
): Promise<void> {
  const batches = bundle.batches.map((indexes) => ({
    indexes: Int32Array.from(indexes),
    params: indexes.flatMap((index): readonly Parameters[] => figures.params.slice(index, index + 1)),
  }));
  const { rows } = figures;
  const input = { plan, missing: areComputed(missing) ? null : missing, batches, left: bundle.left, rows };
  const onMessage = (progress: LaneProgress): void => {
    if (progress.kind === 'fold') {
      hooks.onFold(progress.fold);
      return;
    }
    figures.complete(bundle.batches[progress.place] ?? [], progress.skipped);
    hooks.onBatch();
  };
  await compute.run(EVALUATE, input, { signal, onMessage });
}
