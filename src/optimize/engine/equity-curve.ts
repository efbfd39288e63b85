/** The equity of the best combination as a curve that a page can draw: thinned, and of few windows no extreme is lost. */
import type { Block } from '../../core/index.ts';
import { type Bars, barTimeFormat } from '../../market/index.ts';
import { at } from '../../strategies/index.ts';
import type { EquityCurve, EquityPoint } from '../optimization.ts';
import type { Fold } from '../walk-forward.ts';

/** Stretches of bars of which two points are kept: the lowest and the highest equity. */
const STRETCHES = 900;
/** Slices that may have points of their own beside those of whole stretches. */
const FEW_SLICES = 90;

/** Equity of one slice, which starts at the initial capital. */
export interface SliceEquity {
  /** [bars of the slice] marked at each close. */
  readonly equity: Float64Array;
  /** Index of the slice's first bar. */
  readonly from: number;
  readonly fold: number;
  readonly part: 'train' | 'test';
}

/** The slices of all windows in time, with what they are. */
export function slicesOf(folds: readonly Fold[]): readonly (Omit<SliceEquity, 'equity'> & { readonly to: number })[] {
  return folds.flatMap(({ train, test }, index) => [
    { ...train, fold: index + 1, part: 'train' as const },
    { ...test, fold: index + 1, part: 'test' as const },
  ]);
}

/**
 * Every point where there are at most 1,800; else the lowest and highest equity of each of 900 equal stretches. Of few
 * slices also those of the stretches that a slice's end cuts, and the deepest drawdown, first and last bar of each, some
 * 2,000 points in all. Of more slices, which may be shorter than a stretch, a stretch that is cut counts from where it was
 * cut last: the curve stays as short, and may lack the extremes of what is before.
 */
export function equityCurve(
  slices: readonly SliceEquity[],
  { initialCapital, series }: { readonly initialCapital: number; readonly series: Bars },
): EquityCurve {
  const bars = slices.reduce((sum, { equity }) => sum + equity.length, 0);
  const stretch = bars <= 2 * STRETCHES ? 1 : Math.ceil(bars / STRETCHES);
  const areFew = slices.length <= FEW_SLICES;
  const label = barTimeFormat(series.interval);
  const points: EquityPoint[] = [];
  for (const { equity, from, fold, part } of slices) {
    let last = -1;
    for (const { bar, drawdown } of keptBars({ equity, from }, { initialCapital, stretch, areFew })) {
      // Some bars are kept for two reasons.
      if (bar === last) continue;
      points.push({ time: label(at(series.time, from + bar)), equity: at(equity, bar), drawdown, fold, part });
      last = bar;
    }
  }
  return { points };
}

/** How a slice is thinned. */
interface Thinning {
  readonly initialCapital: number;
  /** Bars of a stretch. */
  readonly stretch: number;
  readonly areFew: boolean;
}

/**
 * The drawdowns of the bars that are kept, `E_t/max_{s≤t} E_s − 1`, the maximum starting at the initial capital. Kept are the lowest
 * and highest of each stretch that ends in this slice; of few slices also those of one that the slice's end cuts, the first
 * bar, the deepest drawdown and the last bar. In order; a bar may be there several times.
 */
function keptBars(
  { equity, from }: Pick<SliceEquity, 'equity' | 'from'>,
  { initialCapital, stretch, areFew }: Thinning,
): readonly Depth[] {
  const kept: Depth[] = [];
  const course: Course = { peak: initialCapital, trough: Infinity, deepest: Infinity, deepestBar: 0 };
  for (let first = 0, end = 0; first < equity.length; first = end) {
    end = first + stretch - ((from + first) % stretch);
    if (end > equity.length && !areFew) break;
    end = Math.min(end, equity.length);
    kept.push(...followStretch(course, equity, { from: first, to: end }));
  }
  if (areFew && equity.length > 0) {
    const last = equity.length - 1;
    kept.push({ bar: 0, drawdown: at(equity, 0) / Math.max(initialCapital, at(equity, 0)) - 1 });
    kept.push({ bar: course.deepestBar, drawdown: course.deepest });
    kept.push({ bar: last, drawdown: at(equity, last) / course.peak - 1 });
  }
  return kept.toSorted((a, b) => a.bar - b.bar);
}

/** A bar of a slice, and its drawdown. */
interface Depth {
  readonly bar: number;
  readonly drawdown: number;
}

/** What of a slice has been read so far. */
interface Course {
  /** Largest equity, the initial capital included. */
  peak: number;
  /** Lowest equity since the peak. */
  trough: number;
  /** The deepest drawdown, and the first bar that has it. */
  deepest: number;
  deepestBar: number;
}

/**
 * Reads the next bars of a slice and tells the lowest and the highest equity of them, the first of each. While the peak stays
 * no drawdown is deeper than that of the lowest equity, so that few bars take a division.
 */
function followStretch(course: Course, equity: Float64Array, { from, to }: Block): readonly [low: Depth, high: Depth] {
  let { peak, trough, deepest, deepestBar } = course;
  let [lowest, low, lowPeak] = [Infinity, from, Number.NaN];
  let [highest, high, highPeak] = [-Infinity, from, Number.NaN];
  for (let bar = from; bar < to; bar += 1) {
    const value = at(equity, bar);
    if (value > highest) {
      if (value > peak) {
        peak = value;
        trough = Infinity;
      }
      highest = value;
      high = bar;
      highPeak = peak;
    }
    if (value < trough) {
      trough = value;
      const drawdown = value / peak - 1;
      if (drawdown < deepest) {
        deepest = drawdown;
        deepestBar = bar;
      }
    }
    if (value < lowest) {
      lowest = value;
      low = bar;
      lowPeak = peak;
    }
  }
  course.peak = peak;
  course.trough = trough;
  course.deepest = deepest;
  course.deepestBar = deepestBar;
  return [
    { bar: low, drawdown: lowest / lowPeak - 1 },
    { bar: high, drawdown: highest / highPeak - 1 },
  ];
}
