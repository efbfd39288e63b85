/**
 * What is said about the results of a complete job: evidence first, on all lanes (splits of the cross-validation, the
 * winners by the plain simulation, what all figures say), then the assessment, which takes no time and can be repeated for
 * another number of trials.
 */
import type { Compute } from '../../compute/index.ts';
import { assess, type Field, type Overfitting, type PboTally, splitPairs } from '../honesty/index.ts';
import type { ComputableJob, ComputableSection } from './compute-job.ts';
import type { JobFigures } from './job-figures.ts';
import { FIELD, PBO, REPLAY, type Replay } from './judge-tasks.ts';
import { evenRanges, inLanes } from './lanes.ts';
import type { BestOfGroup, RankedGroup, RankTaskOutput } from './rank-task.ts';
import { shareRange } from './shared-range.ts';

/** Pairs of splits x combinations of one task: some 100 ms. */
const PBO_WORK = 12_000_000;
/** Fewest blocks that are cross-validated. */
const MIN_BLOCKS = 4;

/** A complete job. */
export interface JudgedJob {
  readonly compute: Compute;
  readonly job: ComputableJob;
  readonly figures: JobFigures;
  readonly ranking: RankTaskOutput;
  readonly signal: AbortSignal;
}

/** Evidence about one group that has a best combination. */
interface GroupEvidence {
  readonly group: RankedGroup;
  readonly best: BestOfGroup;
  readonly section: ComputableSection;
  /** Null when there is nothing to cross-validate. */
  pbo: PboTally | null;
  replay: Replay | null;
  field: Field | null;
}

/** All that an assessment takes, but the number of trials. */
export interface Evidence {
  /** Of all types together; null when nothing is ranked. */
  readonly pooled: GroupEvidence | null;
  /** Of each section; one by itself is the pooled one. */
  readonly sections: readonly (GroupEvidence | null)[];
  /** What all figures together say where nothing is ranked. */
  readonly nothing: Field | null;
}

/** What is stored about luck. */
export interface Judgement {
  readonly pooled: Overfitting | null;
  readonly sections: readonly (Overfitting | null)[];
}

/** @throws {ComputeFailure} when a worker fails, or the signal aborts */
export async function gatherEvidence(judged: JudgedJob): Promise<Evidence> {
  const { ranking, compute, signal } = judged;
  const sections = ranking.sections.map((group) => evidenceOf(judged, group));
  const pooled = sections.length === 1 ? (sections[0] ?? null) : evidenceOf(judged, ranking.pooled);
  if (pooled === null) return { pooled, sections, nothing: await readGroup(judged, ranking.pooled, signal) };
  const groups = [...new Set([...sections, pooled])].filter((group) => group !== null);
  const tasks = groups.flatMap((group) => [
    ...replayTasks(judged, group, pooled),
    fieldTask(judged, group),
    ...pboTasks(judged, group),
  ]);
  let next = 0;
  await inLanes(Math.min(compute.parallelism, tasks.length), signal, async (both) => {
    for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) await task(both);
  });
  pooled.replay ??= sections.find((each) => each?.best.index === pooled.best.index)?.replay ?? null;
  return { pooled, sections, nothing: null };
}

/**
 * The figures and the verdict.
 *
 * @param nTrials distinct combinations by strategy type
 */
export function assessEvidence(
  { sections: searched }: Pick<ComputableJob, 'sections'>,
  { pooled, sections, nothing }: Evidence,
  nTrials: ReadonlyMap<string, number>,
): Judgement {
  const ofType = (type: string): number => nTrials.get(type) ?? 0;
  const types = new Set(searched.map(({ type }) => type.name));
  const all = Array.from(types, ofType).reduce((sum, count) => sum + count, 0);
  const ofAll = pooled === null ? assessNothing(nothing, all) : assessGroup(pooled, all);
  return {
    pooled: ofAll,
    sections: sections.map((each) => {
      if (each === null) return null;
      return each === pooled ? ofAll : assessGroup(each, ofType(each.best.strategyType));
    }),
  };
}

function evidenceOf({ job }: JudgedJob, group: RankedGroup): GroupEvidence | null {
  const { best } = group;
  const section = job.sections.find(({ type }) => type.name === best?.strategyType);
  if (best === null || section === undefined) return null;
  return { group, best, section, pbo: null, replay: null, field: null };
}

type LaneTask = (signal: AbortSignal) => Promise<void>;

function pboTasks({ compute, job, figures }: JudgedJob, evidence: GroupEvidence): readonly LaneTask[] {
  const { ranked } = evidence.group;
  const { segments } = job;
  if (segments.blocks < MIN_BLOCKS || ranked.length < 2) return [];
  const pairs = splitPairs(segments.blocks);
  const rounds = Math.ceil((pairs * ranked.length) / PBO_WORK / compute.parallelism);
  return evenRanges(pairs, rounds).flatMap((range) => {
    const input = { rows: figures.rows, segments, ranked, pairs: shareRange(range) };
    return Array.from(
      { length: compute.parallelism },
      (): LaneTask => async (signal) => {
        const tally = await compute.run(PBO, input, { signal });
        evidence.pbo = {
          overfitted: (evidence.pbo?.overfitted ?? 0) + tally.overfitted,
          splits: (evidence.pbo?.splits ?? 0) + tally.splits,
        };
      },
    );
  });
}

/** The best of all is the best of its type: it is replayed once. */
function replayTasks(
  { compute, job }: JudgedJob,
  evidence: GroupEvidence,
  pooled: GroupEvidence | null,
): readonly LaneTask[] {
  const isRepeated = evidence === pooled && job.sections.length > 1;
  if (isRepeated) return [];
  return [
    async (signal) => {
      const { bars, folds, segments, settings, predictions } = job;
      const { params, strategyType } = evidence.best;
      const input = { typeName: strategyType, params, bars, folds, segments, settings, predictions };
      evidence.replay = await compute.run(REPLAY, input, { signal });
    },
  ];
}

function fieldTask(judged: JudgedJob, evidence: GroupEvidence): LaneTask {
  return async (signal) => {
    evidence.field = await readGroup(judged, evidence.group, signal);
  };
}

async function readGroup({ compute, job, figures }: JudgedJob, group: RankedGroup, signal: AbortSignal) {
  const { segments, settings } = job;
  const { evaluated, ranked, best } = group;
  const shared = { rows: figures.rows, segments, periodsPerYear: settings.periodsPerYear };
  return await compute.run(FIELD, { ...shared, evaluated, ranked, winner: best?.index ?? null }, { signal });
}

/** Of a job without a ranked combination: what was tried, and that there is nothing to judge. */
function assessNothing(field: Field | null, nTrials: number): Overfitting | null {
  return field === null ? null : assess({ field, winner: null, space: {}, trials: [], nTrials, pbo: null });
}

function assessGroup({ best, section, pbo, replay, field }: GroupEvidence, nTrials: number): Overfitting | null {
  if (replay === null || field === null) return null;
  const { params, meanSharpe, neighbours: trials } = best;
  const winner = { params, meanSharpe, returns: replay.returns };
  return assess({ field, winner, space: section.space, trials, nTrials, pbo });
}
