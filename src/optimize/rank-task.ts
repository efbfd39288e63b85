/**
 * The ranking of a job on a worker thread: who is best of each type and of all, and the texts that are stored, so that
 * the event loop neither ranks nor writes JSON for ten thousand combinations.
 */
import type { BacktestSettings } from '../backtest/index.ts';
import { invariant } from '../core/index.ts';
import { defineTask, type Task, type TaskName } from '../compute/index.ts';
import { type Bars, formatBarTime } from '../market/index.ts';
import type { Parameters } from '../strategies/index.ts';
import type { JobBars } from './compute-job.ts';
import { rowWidth } from './figures.ts';
import type { FoldResult, OptimizationResult, Unranked } from './optimization.ts';
import { better, type Contender, rank } from './ranking.ts';
import { sliceMetrics } from './summary.ts';
import type { Fold } from './walk-forward.ts';

/** Why a combination without a fill has no rank. */
const NO_FILL = 'No order was filled in any test slice.';
/** Trials per text: what one statement inserts. */
const TRIALS_PER_TEXT = 500;

/** What is ranked. */
export interface RankTaskInput extends JobBars {
  readonly settings: Pick<BacktestSettings, 'periodsPerYear'>;
  /** [combinations, row width] on shared memory. */
  readonly rows: Float64Array;
  /** [combinations] 1 where one is done. */
  readonly isDone: Uint8Array;
  /** Of every combination proposed so far. */
  readonly params: readonly Parameters[];
  readonly skipped: ReadonlyMap<number, string>;
  readonly sections: readonly { readonly strategyType: string; readonly from: number; readonly to: number }[];
  /** Results that are kept whole, of each type. */
  readonly top: number;
  /** Whether skipped and unranked combinations name their type. */
  readonly isSweep: boolean;
}

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

/** The ranking, and the texts of its rows. */
export interface RankTaskOutput {
  /** All types together. */
  readonly pooled: RankedGroup;
  /** In the order of the sections; `results` is the JSON of the best. */
  readonly sections: readonly (RankedGroup & { readonly results: string })[];
  readonly skipped: string;
  readonly unranked: string;
  /** JSON arrays of trials for `insertTrials`. */
  readonly trials: readonly string[];
}

/** Ranks what is done. */
export const RANK: TaskName<RankTaskInput, RankTaskOutput> = { name: 'optimize.rank' };

/** Serves `RANK`. */
export const rankTask: Task<RankTaskInput, RankTaskOutput> = defineTask(RANK.name, rankJob);

interface RankedSection {
  readonly strategyType: string;
  readonly evaluated: readonly number[];
  readonly ranked: readonly Contender[];
  readonly unranked: readonly number[];
}

function rankJob(input: RankTaskInput): RankTaskOutput {
  const sections = input.sections.map((section) => rankSection(input, section));
  const places = new Map(sections.flatMap(({ ranked }) => ranked.map((entry, place) => [entry.index, place + 1])));
  const contenders = new Map(sections.flatMap(({ ranked }) => ranked.map((entry) => [entry.index, entry])));
  return {
    pooled: pool(input, sections),
    sections: sections.map((section) => ({
      ...groupOf(input, section),
      results: JSON.stringify(section.ranked.slice(0, input.top).map((entry, i) => resultOf(input, section, entry, i))),
    })),
    skipped: JSON.stringify(
      Array.from(input.skipped, ([index, reason]) => ({ index, reason }))
        .toSorted((a, b) => a.index - b.index)
        .map(({ index, reason }) => withoutRank(input, index, reason)),
    ),
    unranked: JSON.stringify(
      sections.flatMap(({ unranked }) => unranked.map((index) => withoutRank(input, index, NO_FILL))),
    ),
    trials: trialTexts(input, { places, contenders }),
  };
}

function rankSection(
  input: RankTaskInput,
  { strategyType, from, to }: RankTaskInput['sections'][number],
): RankedSection {
  const width = rowWidth(input.segments);
  const evaluated: number[] = [];
  for (let index = from; index < to; index += 1) {
    if (input.isDone[index] === 1 && !input.skipped.has(index)) evaluated.push(index);
  }
  const rowOf = (index: number) => input.rows.subarray(index * width, (index + 1) * width);
  return { strategyType, evaluated, ...rank(evaluated, rowOf, input) };
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
  const [best] = sections
    .filter(({ ranked }) => ranked.length > 0)
    .toSorted((a, b) => better(bestOf(a), bestOf(b)));
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

function resultOf(
  input: RankTaskInput,
  { strategyType }: RankedSection,
  contender: Contender,
  place: number,
): OptimizationResult {
  const width = rowWidth(input.segments);
  const row = input.rows.subarray(contender.index * width, (contender.index + 1) * width);
  const { index, ...summary } = contender;
  return {
    rank: place + 1,
    index,
    strategyType,
    params: paramsAt(input, index),
    ...summary,
    folds: input.folds.map((fold, number) => foldResult(input, { row, fold, number })),
  };
}

function foldResult(
  input: RankTaskInput,
  { row, fold, number }: { readonly row: Float64Array; readonly fold: Fold; readonly number: number },
): FoldResult {
  return {
    fold: number + 1,
    train: { ...sliceMetrics(row, input, 2 * number), ...rangeLabels(fold.train, input.bars) },
    test: { ...sliceMetrics(row, input, 2 * number + 1), ...rangeLabels(fold.test, input.bars) },
  };
}

/** First and last bar of a half-open range of bars. */
function rangeLabels(range: { readonly from: number; readonly to: number }, [series]: readonly Bars[]) {
  invariant(series !== undefined, 'a job has at least one series of bars');
  const label = (index: number): string => formatBarTime(series.time[index] ?? 0, series.interval);
  return { start: label(range.from), end: label(range.to - 1) };
}

function withoutRank(input: RankTaskInput, index: number, reason: string): Unranked {
  const params = paramsAt(input, index);
  return input.isSweep ? { strategyType: typeAt(input, index), params, reason } : { params, reason };
}

/** Arrays in the order of `TRIAL_COLUMNS`, in the order in which the combinations were tried. */
function trialTexts(
  input: RankTaskInput,
  found: { readonly places: ReadonlyMap<number, number>; readonly contenders: ReadonlyMap<number, Contender> },
): readonly string[] {
  const texts: string[] = [];
  let rows: unknown[] = [];
  for (const index of input.params.keys()) {
    if (input.isDone[index] === 1) rows.push(trialRow(input, index, found));
    if (rows.length < TRIALS_PER_TEXT && index < input.params.length - 1) continue;
    if (rows.length > 0) texts.push(JSON.stringify(rows));
    rows = [];
  }
  return texts;
}

function trialRow(
  input: RankTaskInput,
  index: number,
  { places, contenders }: Parameters2,
): readonly unknown[] {
  const start = [index, typeAt(input, index)];
  const params = JSON.stringify(paramsAt(input, index));
  const entry = contenders.get(index);
  if (entry === undefined) {
    const skipped = input.skipped.get(index);
    const nothing = [null, null, null, null, null, null];
    return [...start, skipped === undefined ? 'unranked' : 'skipped', null, params, ...nothing, skipped ?? NO_FILL];
  }
  const { meanSharpe, sharpeStd, meanReturn, maxDrawdown, meanWinRate, trades } = entry;
  const figures = [meanSharpe, sharpeStd, meanReturn, maxDrawdown, meanWinRate, trades];
  return [...start, 'ranked', places.get(index), params, ...figures, null];
}

function typeAt({ sections }: RankTaskInput, index: number): string {
  return sections.find(({ from, to }) => index >= from && index < to)?.strategyType ?? '';
}

function paramsAt({ params }: RankTaskInput, index: number): Parameters {
  const found = params[index];
  invariant(found !== undefined, `combination ${index} was proposed`);
  return found;
}
