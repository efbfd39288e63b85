/**
 * The ranking of a job on worker threads: who is best of each type and of all, and the texts that are stored, so that
 * the event loop neither ranks nor writes JSON for ten thousand combinations.
 */
import { type Compute, defineTask, type Task, type TaskName } from '../../compute/index.ts';
import { InvariantViolation, invariant } from '../../core/index.ts';
import type { Parameters } from '../../strategies/index.ts';
import { positiveFolds, type Winner } from '../honesty/index.ts';
import { better, type Contender, rank } from './ranking.ts';
import {
  paramsAt,
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
  /** Ranked ones of its type that differ from it in one parameter only. */
  readonly neighbours: readonly { readonly params: Parameters; readonly meanSharpe: number }[];
}

/** Who is best; null where none has a rank. */
export interface RankTaskOutput {
  /** Of all types together. */
  readonly pooled: BestOfGroup | null;
  /** In the order of the sections. */
  readonly sections: readonly (BestOfGroup | null)[];
}

/** JSON of what is stored of a ranking. */
export interface TextsTaskOutput {
  /** The best of each section. */
  readonly results: readonly string[];
  readonly skipped: string;
  readonly unranked: string;
  /** Arrays of trials for `insertTrials`. */
  readonly trials: readonly string[];
}

/** Ranks what is done and reports it, then writes its texts. */
const RANK: TaskName<RankTaskInput, TextsTaskOutput, RankTaskOutput> = { name: 'optimize.rank' };

/**
 * Ranks on a thread. Whoever judges the ranking need not wait for its texts: the thread tells it before it writes them.
 * Either promise rejects with a `ComputeFailure` where the thread did not get so far; both have to be awaited.
 */
export function rankAndWrite(compute: Compute, input: RankTaskInput, signal?: AbortSignal) {
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
export const rankTask: Task<RankTaskInput, TextsTaskOutput, RankTaskOutput> = defineTask(
  RANK.name,
  (input, context) => {
    const sections = input.sections.map((section) => rankSection(input, section));
    context.report({ pooled: bestOfAll(input, sections), sections: sections.map((section) => bestOf(input, section)) });
    const places = new Map(sections.flatMap(({ ranked }) => ranked.map((entry, place) => [entry.index, place + 1])));
    const contenders = new Map(sections.flatMap(({ ranked }) => ranked.map((entry) => [entry.index, entry])));
    const unranked = sections.flatMap((section) => section.unranked);
    return {
      results: sections.map(({ strategyType, ranked }) => resultText(input, strategyType, ranked)),
      skipped: skippedText(input),
      unranked: unrankedText(input, unranked),
      trials: trialTexts(input, { places, contenders }),
    };
  },
);

interface RankedSection {
  readonly strategyType: string;
  readonly ranked: readonly Contender[];
  readonly unranked: readonly number[];
}

function rankSection(input: RankTaskInput, section: RankTaskInput['sections'][number]): RankedSection {
  return {
    strategyType: section.strategyType,
    ...rank(evaluatedOf(input, section), (index) => rowAt(input, index), input),
  };
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

function bestOf(input: RankTaskInput, { strategyType, ranked }: RankedSection): BestOfGroup | null {
  const [best] = ranked;
  if (best === undefined) return null;
  const { index, meanSharpe, sharpeStd } = best;
  return {
    ...{ index, strategyType, meanSharpe, sharpeStd },
    params: paramsAt(input, index),
    folds: positiveFolds(rowAt(input, index), input.segments),
    neighbours: neighboursOf(input, best, ranked),
  };
}

/** The best of the bests. */
function bestOfAll(input: RankTaskInput, sections: readonly RankedSection[]): BestOfGroup | null {
  const [best] = sections.filter(({ ranked }) => ranked.length > 0).toSorted((a, b) => better(firstOf(a), firstOf(b)));
  return best === undefined ? null : bestOf(input, best);
}

function firstOf({ ranked: [first] }: RankedSection): Contender {
  invariant(first !== undefined, 'a section with ranked combinations has a best one');
  return first;
}

function neighboursOf(input: RankTaskInput, best: Contender, ranked: readonly Contender[]) {
  const center = paramsAt(input, best.index);
  return ranked
    .map(({ index, meanSharpe }) => ({ params: paramsAt(input, index), meanSharpe }))
    .filter(({ params }) => Object.keys(center).filter((name) => center[name] !== params[name]).length === 1);
}
