/**
 * What is said about the results of a complete job: evidence first, on all lanes (splits of the cross-validation, what all
 * figures say, the winners by the plain simulation), then the assessment: some arithmetic on that evidence, however many
 * combinations there are, so that it can wait for the number of trials until the job is stored.
 */
import type { Compute } from '../../compute/index.ts';
import { invariant } from '../../core/index.ts';
import { indicatorSpecs } from '../../strategies/index.ts';
import { assess, type Field, type Overfitting, type PboTally, splitPairs } from '../honesty/index.ts';
import type { ComputableJob } from './compute-job.ts';
import { type EvidenceStep, stepOf, takeAll } from './evidence-steps.ts';
import type { IndicatorCache } from './indicator-cache.ts';
import type { JobFigures } from './job-figures.ts';
import { FIELD, PBO, REPLAY, type Replay } from './judge-tasks.ts';
import { evenRanges, inLanes } from './lanes.ts';
import { type BestOfGroup, evaluatedOf, type RankTaskOutput, type TextsTaskOutput } from './rank-task.ts';
import { isTaken, shareRange } from './shared-range.ts';

/** Pairs of splits x combinations of one step: some 50 ms. */
const PBO_WORK = 12_000_000;
/** Fewest blocks that are cross-validated. */
const MIN_BLOCKS = 4;

/** A complete job, which is being ranked. */
export interface JudgedJob {
  readonly compute: Compute;
  readonly job: ComputableJob;
  readonly figures: JobFigures;
  readonly ranking: Promise<RankTaskOutput>;
  /** With the replay that the thread that ranks may make. */
  readonly texts: Promise<TextsTaskOutput>;
  readonly signal: AbortSignal;
  /** Of its search, which end here; what of them the winners read is computed again where it is gone. */
  readonly indicators: IndicatorCache;
}

/** Evidence about the combinations of one type, or of all. */
interface GroupEvidence {
  /** Indexes of those simulated, ascending. */
  readonly evaluated: Int32Array;
  /** Null when none has a rank. */
  best: BestOfGroup | null;
  replay: Replay | null;
  pbo: PboTally;
  field: Field | null;
}

/** All that an assessment takes, but the number of trials. */
export interface Evidence {
  /** Of all types together. */
  readonly pooled: GroupEvidence;
  /** Of each section; one by itself is the pooled one. */
  readonly sections: readonly GroupEvidence[];
}

/** What is stored about luck. */
export interface Judgement {
  readonly pooled: Overfitting;
  /** Null where none has a rank. */
  readonly sections: readonly (Overfitting | null)[];
}

/**
 * Cross-validation needs no ranking and begins beside it. One lane waits for the ranking, because a thread is busy with that;
 * the others wait when nothing else is left. As soon as it is told, replays are taken first: they take longest, and no lane
 * replays all types alone. Where the thread that ranks replays the best, that lane waits for it. The indicators are released when all of
 * them have ended well.
 *
 * @throws {ComputeFailure} when a worker fails, or the signal aborts
 */
export async function gatherEvidence(judged: JudgedJob): Promise<Evidence> {
  const { compute, job, figures, signal } = judged;
  const sections = job.sections.map((section) => emptyEvidence(evaluatedOf(figures, section)));
  const [first, ...others] = sections;
  const isOne = first !== undefined && others.length === 0;
  const pooled = isOne ? first : emptyEvidence(sections.flatMap(({ evaluated }) => [...evaluated]));
  const groups = [...new Set([...sections, pooled])];
  const steps = groups.flatMap((group) => [fieldStep(judged, group), ...pboSteps(judged, group)]);
  const told = judged.ranking.then(async (ranking) => {
    for (const [place, section] of sections.entries()) section.best = ranking.sections[place] ?? null;
    pooled.best = ranking.pooled;
    if (!ranking.isReplayed) steps.unshift(...(await replaySteps(judged, sections)));
    else pooled.replay = (await judged.texts).replay;
  });
  await inLanes(compute.parallelism, signal, async (both, lane) => {
    if (lane > 0) await takeAll(compute, steps, both);
    await told;
    await takeAll(compute, steps, both);
  });
  // Not after a failure: a thread may be reading them still.
  judged.indicators.release();
  // The best of all is the best of its type.
  pooled.replay ??= sections.find(({ best }) => best?.index === pooled.best?.index)?.replay ?? null;
  return { pooled, sections };
}

/**
 * The figures and the verdict.
 *
 * @param nTrials distinct combinations by strategy type
 */
export function assessEvidence(
  { sections: searched }: Pick<ComputableJob, 'sections'>,
  { pooled, sections }: Evidence,
  nTrials: ReadonlyMap<string, number>,
): Judgement {
  const ofType = (type: string): number => nTrials.get(type) ?? 0;
  const types = new Set(searched.map(({ type }) => type.name));
  const all = Array.from(types, ofType).reduce((sum, count) => sum + count, 0);
  const ofAll = assessGroup(pooled, all);
  return {
    pooled: ofAll,
    sections: sections.map((each) => {
      if (each.best === null) return null;
      return each === pooled ? ofAll : assessGroup(each, ofType(each.best.strategyType));
    }),
  };
}

function emptyEvidence(evaluated: readonly number[]): GroupEvidence {
  const pbo = { overfitted: 0, splits: 0 };
  return { evaluated: Int32Array.from(evaluated), best: null, replay: null, pbo, field: null };
}

function fieldStep({ job, figures }: JudgedJob, group: GroupEvidence): EvidenceStep {
  const { segments, settings } = job;
  const { periodsPerYear } = settings;
  const input = { rows: figures.rows, segments, periodsPerYear, evaluated: group.evaluated };
  return stepOf(FIELD, input, {
    take: (field) => {
      group.field = field;
    },
  });
}

function pboSteps({ compute, job, figures }: JudgedJob, group: GroupEvidence): readonly EvidenceStep[] {
  const { evaluated } = group;
  const { segments } = job;
  if (segments.blocks < MIN_BLOCKS || evaluated.length < 2) return [];
  const count = splitPairs(segments.blocks);
  const rounds = Math.ceil((count * evaluated.length) / PBO_WORK / compute.parallelism);
  const take = ({ overfitted, splits }: PboTally): void => {
    const { pbo } = group;
    group.pbo = { overfitted: pbo.overfitted + overfitted, splits: pbo.splits + splits };
  };
  return evenRanges(count, rounds).flatMap((range) => {
    const pairs = shareRange(range);
    const step = stepOf(
      PBO,
      { rows: figures.rows, segments, evaluated, pairs },
      { take, isOver: () => isTaken(pairs) },
    );
    return Array.from({ length: compute.parallelism }, () => step);
  });
}

/** Of the winner of each type that has one; their indicators are asked for at once, so that none makes room for another. */
async function replaySteps(
  { job, indicators, signal }: JudgedJob,
  groups: readonly GroupEvidence[],
): Promise<readonly EvidenceStep[]> {
  const { bars, folds, segments, settings, predictions } = job;
  const winners = job.sections.flatMap(({ type }, place) => {
    const group = groups[place];
    return group === undefined || group.best === null ? [] : [{ type, group, params: group.best.params }];
  });
  const specs = winners.flatMap(({ type, params }) => indicatorSpecs(type, params, bars.length));
  const columns = await indicators.columns(specs, signal);
  return winners.map(({ type, group, params }) => {
    const input = { typeName: type.name, params, bars, folds, segments, settings, predictions, indicators: columns };
    return stepOf(REPLAY, input, {
      take: (replay) => {
        group.replay = replay;
      },
    });
  });
}

/** Of a group without a ranked combination: what was tried, and that there is nothing to judge. */
function assessGroup({ best, replay, pbo, field }: GroupEvidence, nTrials: number): Overfitting {
  invariant(field !== null, 'what a group is judged by has been read');
  const tally = pbo.splits === 0 ? null : pbo;
  if (best === null) return assess({ field, winner: null, nTrials, pbo: tally });
  invariant(replay !== null, 'the best of a group has been replayed before it is judged');
  return assess({ field, winner: { ...best, returns: replay.returns }, nTrials, pbo: tally });
}
