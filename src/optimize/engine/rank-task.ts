/**
 * The ranking of a job on worker threads: who is best of each type and of all, and the texts that are stored, so that
 * the event loop neither ranks nor writes JSON for ten thousand combinations.
 */
import { type Compute, defineTask, type Task, type TaskName } from '../../compute/index.ts';
import { InvariantViolation, invariant } from '../../core/index.ts';
import type { Parameters } from '../../strategies/index.ts';
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

/** What is known of the combinations of one type, or of all. */
export interface RankedGroup {
  /** Indexes of those simulated, ascending. */
  readonly evaluated: Int32Array;
  /** Indexes of those ranked, ascending. */
  readonly ranked: Int32Array;
  /** The best; null when none has a rank. */
  readonly best: BestOfGroup | null;
}

/** The best combination of a group. */
export interface BestOfGroup {
  readonly index: number;
  readonly strategyType: string;
  readonly params: Parameters;
  readonly meanSharpe: number;
  readonly sharpeStd: number;
  /** Ranked ones of its type that differ from it in one parameter only. */
  readonly neighbours: readonly { readonly params: Parameters; readonly meanSharpe: number }[];
}

/** Who is best. */
export interface RankTaskOutput {
  /** All types together. */
  readonly pooled: RankedGroup;
  /** In the order of the sections. */
  readonly sections: readonly RankedGroup[];
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
    context.report({ pooled: pool(input, sections), sections: sections.map((section) => groupOf(input, section)) });
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
  readonly evaluated: readonly number[];
  readonly ranked: readonly Contender[];
  readonly unranked: readonly number[];
}

function rankSection(
  input: RankTaskInput,
  { strategyType, from, to }: RankTaskInput['sections'][number],
): RankedSection {
  const evaluated: number[] = [];
  for (let index = from; index < to; index += 1) {
    if (input.isDone[index] === 1 && !input.skipped.has(index)) evaluated.push(index);
  }
  return { strategyType, evaluated, ...rank(evaluated, (index) => rowAt(input, index), input) };
}

function groupOf(input: RankTaskInput, { strategyType, evaluated, ranked }: RankedSection): RankedGroup {
  const [best] = ranked;
  return {
    evaluated: Int32Array.from(evaluated),
    ranked: Int32Array.from(ranked, ({ index }) => index).toSorted(),
    best:
      best === undefined
        ? null
        : {
            index: best.index,
            strategyType,
            params: paramsAt(input, best.index),
            meanSharpe: best.meanSharpe,
            sharpeStd: best.sharpeStd,
            neighbours: neighboursOf(input, best, ranked),
          },
  };
}

/** One group of all sections; the best is the best of the bests. */
function pool(input: RankTaskInput, sections: readonly RankedSection[]): RankedGroup {
  const [best] = sections.filter(({ ranked }) => ranked.length > 0).toSorted((a, b) => better(bestOf(a), bestOf(b)));
  return {
    evaluated: Int32Array.from(sections.flatMap(({ evaluated }) => evaluated)),
    ranked: Int32Array.from(sections.flatMap(({ ranked }) => ranked.map(({ index }) => index))).toSorted(),
    best: best === undefined ? null : groupOf(input, best).best,
  };
}

function bestOf({ ranked: [best] }: RankedSection): Contender {
  invariant(best !== undefined, 'a section with ranked combinations has a best one');
  return best;
}

function neighboursOf(input: RankTaskInput, best: Contender, ranked: readonly Contender[]) {
  const center = paramsAt(input, best.index);
  return ranked
    .map(({ index, meanSharpe }) => ({ params: paramsAt(input, index), meanSharpe }))
    .filter(({ params }) => Object.keys(center).filter((name) => center[name] !== params[name]).length === 1);
}
