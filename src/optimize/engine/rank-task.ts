/**
 * The ranking of a job on worker threads: who is best of each type and of all, and the texts that are stored, so that
 * the event loop neither ranks nor writes JSON for ten thousand combinations.
 */
import { type Compute, defineTask, type Task, type TaskName } from '../../compute/index.ts';
import { InvariantViolation } from '../../core/index.ts';
import { indicatorKey, indicatorSpecs, type Parameters, type StrategyRegistry } from '../../strategies/index.ts';
import { gridEdge, positiveFolds, stability, type Winner } from '../honesty/index.ts';
import { type Replay, type ReplaySettings, replay } from './judge-tasks.ts';
import { better, type Contender, rank } from './ranking.ts';
import {
  paramsAt,
  type RankedPart,
  type RankedPlaces,
  type RankTaskInput,
  resultText,
  rowAt,
  skippedText,
  trialTexts,
  unrankedText,
} from './result-texts.ts';

/** The best combination of a group. */
export interface BestOfGroup {
  readonly index: number;
  readonly strategyType: string;
  readonly params: Parameters;
  readonly meanSharpe: number;
  readonly sharpeStd: number;
  readonly folds: Winner['folds'];
  /** Its place among all of its type, which nobody else need know. */
  readonly stability: Winner['stability'];
  readonly gridEdge: Winner['gridEdge'];
}

/** Who is best; null where none has a rank. */
export interface RankTaskOutput {
  /** Of all types together: one of the sections'. */
  readonly pooled: BestOfGroup | null;
  /** In the order of the sections. */
  readonly sections: readonly (BestOfGroup | null)[];
  /** Whether the thread replays the best of all, too. */
  readonly isReplayed: boolean;
}

/** JSON of what is stored of a ranking. */
export interface TextsTaskOutput {
  /** Of the best of all, where the thread has replayed it. */
  readonly replay: Replay | null;
  /** The best of each section. */
  readonly results: readonly string[];
  readonly skipped: string;
  readonly unranked: string;
  /** Arrays of trials for `insertTrials`. */
  readonly trials: readonly string[];
}

/** A ranking, and what its best is replayed with; null where it is not to be. */
export interface RankRequest extends RankTaskInput {
  readonly replay: ReplaySettings | null;
}

/** Ranks what is done and reports it, replays the best of the only type if it can, then writes the texts. */
const RANK: TaskName<RankRequest, TextsTaskOutput, RankTaskOutput> = { name: 'optimize.rank' };

/**
 * Ranks on a thread. Whoever judges the ranking need not wait for its texts: the thread tells it before it writes them.
 * Either promise rejects with a `ComputeFailure` where the thread did not get so far; both have to be awaited.
 */
export function rankAndWrite(compute: Compute, input: RankRequest, signal?: AbortSignal) {
  let tell: (ranking: RankTaskOutput) => void = () => undefined;
  const told = new Promise<RankTaskOutput>((resolve) => {
    tell = resolve;
  });
  const texts = compute.run(RANK, input, { signal, onMessage: (ranking) => tell(ranking) });
  // Messages come before the end, so that this loses against one.
  const untold = texts.then((): never => {
    throw new InvariantViolation('Invariant: a ranking is told before its texts are written');
  });
  return { ranking: Promise.race([told, untold]), texts };
}

/** Serves `RANK`. */
export function rankTask(registry: StrategyRegistry): Task<RankRequest, TextsTaskOutput, RankTaskOutput> {
  return defineTask(RANK.name, (input, context) => {
    const sections = input.sections.map((section) => rankSection(input, section));
    const bests = sections.map((section) => bestOf(input, section));
    const replayed = replayable(registry, input, bests);
    context.report({ pooled: bestOfAll(sections, bests), sections: bests, isReplayed: replayed !== null });
    const found: RankedPlaces = new Map(
      sections.flatMap(({ ranked }) => ranked.map((contender, i) => [contender.index, { place: i + 1, contender }])),
    );
    const unranked = sections.flatMap((section) => section.unranked);
    return {
      replay: replayed === null ? null : replay(replayed, () => context.isCancelled()),
      results: sections.map(({ strategyType, ranked }) => resultText(input, strategyType, ranked)),
      skipped: skippedText(input),
      unranked: unrankedText(input, unranked),
      trials: trialTexts(input, found),
    };
  });
}

/** What is replayed where it was ranked: the best of all where there is one type, and all that it reads is in memory. */
function replayable(
  registry: StrategyRegistry,
  { bars, folds, replay: ground }: RankRequest,
  bests: readonly (BestOfGroup | null)[],
) {
  const [best, other] = bests;
  if (ground === null || best == null || other !== undefined) return null;
  const type = registry.get(best.strategyType);
  const specs = indicatorSpecs(type, best.params, bars.length);
  if (specs.some((spec) => !ground.indicators.has(indicatorKey(spec)))) return null;
  return { ...ground, type, params: best.params, bars, folds };
}

interface RankedSection extends RankedPart {
  readonly ranked: readonly Contender[];
  readonly unranked: readonly number[];
}

function rankSection(input: RankTaskInput, section: RankedPart): RankedSection {
  return { ...section, ...rank(evaluatedOf(input, section), (index) => rowAt(input, index), input) };
}

/** Indexes of a section that are done and were simulated, ascending. */
export function evaluatedOf(
  { isDone, skipped }: Pick<RankTaskInput, 'isDone' | 'skipped'>,
  { from, to }: { readonly from: number; readonly to: number },
): readonly number[] {
  const evaluated: number[] = [];
  for (let index = from; index < to; index += 1) {
    if (isDone[index] === 1 && !skipped.has(index)) evaluated.push(index);
  }
  return evaluated;
}

function bestOf(input: RankTaskInput, { strategyType, space, ranked }: RankedSection): BestOfGroup | null {
  const [best] = ranked;
  if (best === undefined) return null;
  const { index, meanSharpe, sharpeStd } = best;
  const trials = ranked.map((each) => ({ params: paramsAt(input, each.index), meanSharpe: each.meanSharpe }));
  const winner = { params: paramsAt(input, index), meanSharpe };
  return {
    ...{ index, strategyType, sharpeStd, ...winner },
    folds: positiveFolds(rowAt(input, index), input.segments),
    stability: stability({ space, trials, winner }),
    gridEdge: gridEdge({ space, winner }),
  };
}

/** The best of the bests. */
function bestOfAll(sections: readonly RankedSection[], bests: readonly (BestOfGroup | null)[]): BestOfGroup | null {
  const [first] = sections.flatMap(({ ranked }) => ranked.slice(0, 1)).toSorted(better);
  if (first === undefined) return null;
  return bests.find((best) => best?.index === first.index) ?? null;
}
