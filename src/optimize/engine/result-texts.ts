/** The JSON texts of a job's results, as they are stored; written on a worker thread. */
import type { BacktestSettings } from '../../backtest/index.ts';
import { invariant } from '../../core/index.ts';
import { type Bars, formatBarTime } from '../../market/index.ts';
import type { Parameters } from '../../strategies/index.ts';
import { rowWidth } from '../figures.ts';
import type { FoldResult, OptimizationResult, Unranked } from '../optimization.ts';
import type { ParameterSpace } from '../search/index.ts';
import type { Fold } from '../walk-forward.ts';
import type { JobBars } from './compute-job.ts';
import type { Contender } from './ranking.ts';
import { sliceMetrics } from './summary.ts';

/** Why a combination without a fill has no rank. */
const NO_FILL = 'No order was filled in any test slice.';
/** Trials per text: what one statement inserts. */
const TRIALS_PER_TEXT = 500;

/** The combinations [from, to) of a job: what it searches of one strategy type. */
export interface RankedPart {
  readonly strategyType: string;
  readonly space: ParameterSpace;
  readonly from: number;
  readonly to: number;
}

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
  readonly sections: readonly RankedPart[];
  /** Results that are kept whole, of each type. */
  readonly top: number;
  /** Whether skipped and unranked combinations name their type. */
  readonly isSweep: boolean;
}

/** The best of one type, as they are stored. */
export function resultText(input: RankTaskInput, strategyType: string, ranked: readonly Contender[]): string {
  const labels = input.folds.map((fold) => foldLabels(fold, input.bars));
  const results = ranked.slice(0, input.top).map(({ index, ...summary }, place): OptimizationResult => {
    const row = rowAt(input, index);
    const folds = labels.map((label, fold) => foldResult(input, { row, label, fold }));
    return { rank: place + 1, index, strategyType, params: paramsAt(input, index), ...summary, folds };
  });
  return JSON.stringify(results);
}

type FoldLabels = ReturnType<typeof foldLabels>;

function foldResult(
  input: RankTaskInput,
  { row, label, fold }: { readonly row: Float64Array; readonly label: FoldLabels; readonly fold: number },
): FoldResult {
  return {
    fold: fold + 1,
    train: { ...sliceMetrics(row, input, 2 * fold), ...label.train },
    test: { ...sliceMetrics(row, input, 2 * fold + 1), ...label.test },
  };
}

/** Both ranges of a fold. */
function foldLabels({ train, test }: Fold, bars: readonly Bars[]) {
  return { train: rangeLabels(train, bars), test: rangeLabels(test, bars) };
}

/** First and last bar of a half-open range of bars. */
function rangeLabels(range: { readonly from: number; readonly to: number }, [series]: readonly Bars[]) {
  invariant(series !== undefined, 'a job has at least one series of bars');
  const label = (index: number): string => formatBarTime(series.time[index] ?? 0, series.interval);
  return { start: label(range.from), end: label(range.to - 1) };
}

/** Those that could not be simulated, in the order in which they were tried. */
export function skippedText(input: RankTaskInput): string {
  const skipped = Array.from(input.skipped).toSorted(([a], [b]) => a - b);
  return JSON.stringify(skipped.map(([index, reason]) => withoutRank(input, index, reason)));
}

/** Those at `indexes`, which had no fill. */
export function unrankedText(input: RankTaskInput, indexes: readonly number[]): string {
  return JSON.stringify(indexes.map((index) => withoutRank(input, index, NO_FILL)));
}

function withoutRank(input: RankTaskInput, index: number, reason: string): Unranked {
  const params = paramsAt(input, index);
  return input.isSweep ? { strategyType: typeAt(input, index), params, reason } : { params, reason };
}

/** What `trialTexts` is told of the ranked, by index: place (from 1) within the type, and figures. */
export type RankedPlaces = ReadonlyMap<number, { readonly place: number; readonly contender: Contender }>;

/** Arrays in the order of `TRIAL_COLUMNS`, in the order in which the combinations were tried. */
export function trialTexts(input: RankTaskInput, found: RankedPlaces): readonly string[] {
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

function trialRow(input: RankTaskInput, index: number, found: RankedPlaces): readonly unknown[] {
  const start = [index, typeAt(input, index)];
  const params = JSON.stringify(paramsAt(input, index));
  const entry = found.get(index);
  if (entry === undefined) {
    const skipped = input.skipped.get(index);
    const nothing = [null, null, null, null, null, null];
    return [...start, skipped === undefined ? 'unranked' : 'skipped', null, params, ...nothing, skipped ?? NO_FILL];
  }
  const { meanSharpe, sharpeStd, meanReturn, maxDrawdown, meanWinRate, trades } = entry.contender;
  const figures = [meanSharpe, sharpeStd, meanReturn, maxDrawdown, meanWinRate, trades];
  return [...start, 'ranked', entry.place, params, ...figures, null];
}

function typeAt({ sections }: RankTaskInput, index: number): string {
  return sections.find(({ from, to }) => index >= from && index < to)?.strategyType ?? '';
}

/** The combination at `index`. */
export function paramsAt({ params }: RankTaskInput, index: number): Parameters {
  const found = params[index];
  invariant(found !== undefined, `combination ${index} was proposed`);
  return found;
}

/** The figures of the combination at `index`. */
export function rowAt({ rows, segments }: RankTaskInput, index: number): Float64Array {
  const width = rowWidth(segments);
  return rows.subarray(index * width, (index + 1) * width);
}
