/** The equity of the best combination as a curve that a page can draw: thinned, and of few windows no extreme is lost. */
import { type Bars, formatBarTime } from '../../market/index.ts';
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
  const points = slices.flatMap((slice) => {
    const drawdowns = drawdownsOf(slice.equity, initialCapital);
    const kept = keptBars(slice, stretch, areFew);
    if (areFew) for (const bar of landmarks(drawdowns)) kept.add(bar);
    return [...kept]
      .toSorted((a, b) => a - b)
      .map((bar): EquityPoint => {
        const time = formatBarTime(at(series.time, slice.from + bar), series.interval);
        const { fold, part } = slice;
        return { time, equity: at(slice.equity, bar), drawdown: at(drawdowns, bar), fold, part };
      });
  });
  return { points };
}

/** `E_t/max_{s≤t} E_s − 1`, the maximum starting at the initial capital. */
function drawdownsOf(equity: Float64Array, initialCapital: number): Float64Array {
  const drawdowns = new Float64Array(equity.length);
  let peak = initialCapital;
  for (let bar = 0; bar < equity.length; bar += 1) {
    const value = at(equity, bar);
    if (value > peak) peak = value;
    drawdowns[bar] = value / peak - 1;
  }
  return drawdowns;
}

/** The lowest and highest of each stretch that ends in this slice; `withCut`, also of one that the slice's end cuts. */
function keptBars({ equity, from }: SliceEquity, stretch: number, withCut: boolean): Set<number> {
  const kept = new Set<number>();
  for (let first = 0, end = 0; first < equity.length; first = end) {
    end = first + stretch - ((from + first) % stretch);
    if (end > equity.length && !withCut) break;
    end = Math.min(end, equity.length);
    let [low, high] = [first, first];
    for (let bar = first + 1; bar < end; bar += 1) {
      if (at(equity, bar) < at(equity, low)) low = bar;
      if (at(equity, bar) > at(equity, high)) high = bar;
    }
    kept.add(low).add(high);
  }
  return kept;
}

/** First bar, deepest drawdown, last bar. */
function landmarks(drawdowns: Float64Array): readonly number[] {
  if (drawdowns.length === 0) return [];
  let deepest = 0;
  for (let bar = 1; bar < drawdowns.length; bar += 1) if (at(drawdowns, bar) < at(drawdowns, deepest)) deepest = bar;
  return [0, deepest, drawdowns.length - 1];
}
