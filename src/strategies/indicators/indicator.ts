import { inBlocks, invariant } from '../../core/index.ts';
import type { Bars } from '../../market/index.ts';
import { at } from './column.ts';
import { exponentialMeans } from './exponential-mean.ts';
import { rollingMeans } from './rolling-mean.ts';
import { rollingZscore } from './rolling-moments.ts';
import { volatilityFactors } from './volatility-factor.ts';

/** An indicator to compute: its window, and where to write it, [T]. */
interface Column {
  readonly window: number;
  readonly out: Float64Array;
}

/** Computes columns of one kind from [T] values. */
type Kernel = (values: Float64Array, columns: readonly Column[]) => void;

const eachZscore: Kernel = (values, columns) => {
  for (const column of columns) rollingZscore({ values, ...column });
};

/** Each kind: what it reads (the closes of one symbol, or the ratio of two symbols' closes) and how it is computed. */
const KINDS = {
  /** Mean of the last w closes. */
  sma: { reads: 'close', kernel: rollingMeans },
  /** Exponential mean of the closes. */
  ema: { reads: 'close', kernel: exponentialMeans },
  /** Distance of the close from the mean of the last w closes, in their sample standard deviations; NaN without one. */
  zscore: { reads: 'close', kernel: eachZscore },
  /** The same of the ratio close_A/close_B. */
  ratioZscore: { reads: 'ratio', kernel: eachZscore },
  /** Widening of quotes by the volatility of the last w returns. */
  volatilityFactor: { reads: 'close', kernel: volatilityFactors },
} as const satisfies Record<string, { readonly reads: 'close' | 'ratio'; readonly kernel: Kernel }>;

/** What is computed. */
export type IndicatorKind = keyof typeof KINDS;

/** An indicator that a strategy reads, of the series that it trades. */
export interface IndicatorNeed {
  readonly kind: IndicatorKind;
  /** Bars (for volatilityFactor: returns) that it looks back on, the current one included. */
  readonly window: number;
}

/** An indicator of named series: what is computed once and shared. */
export interface IndicatorSpec extends IndicatorNeed {
  /** Indexes of the symbols that it reads: one, or two for a ratio (numerator first). */
  readonly series: readonly number[];
}

/** Columns [T] by `indicatorKey`. A plain Map of shared memory, so that it can be posted to a worker without a copy. */
export type IndicatorTable = ReadonlyMap<string, Float64Array>;

/** The same for equal specs, different for different ones. */
export function indicatorKey(spec: IndicatorSpec): string {
  return `${spec.kind}:${spec.window}:${spec.series.join(',')}`;
}

/**
 * Computes each distinct indicator once over the whole of `bars`. No value depends on a later bar.
 *
 * @param bars one per symbol, equal times; `spec.series` are indexes into it
 * @param columnOf where the values of an indicator go, [length], overwritten; default: a new SharedArrayBuffer each
 */
export function computeIndicators(
  specs: Iterable<IndicatorSpec>,
  bars: readonly Bars[],
  columnOf: (spec: IndicatorSpec, length: number) => Float64Array = sharedColumn,
): IndicatorTable {
  const distinct = new Map(Array.from(specs, (spec) => [indicatorKey(spec), spec]));
  const table = new Map<string, Float64Array>();
  for (const group of groupsOf(distinct.values())) {
    const [spec] = group;
    const { reads, kernel } = KINDS[spec.kind];
    const values = reads === 'ratio' ? closeRatio(spec, bars) : seriesOf(spec, 0, bars).close;
    const columns = group.map((each) => ({ window: each.window, out: columnOf(each, values.length) }));
    kernel(values, columns);
    for (const [place, { out }] of columns.entries()) table.set(indicatorKey(group[place] ?? spec), out);
  }
  return table;
}

/** Specs that differ in their window only, together. */
function groupsOf(specs: Iterable<IndicatorSpec>): Iterable<[IndicatorSpec, ...IndicatorSpec[]]> {
  const groups = new Map<string, [IndicatorSpec, ...IndicatorSpec[]]>();
  for (const spec of specs) {
    const key = indicatorKey({ ...spec, window: 0 });
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [spec]);
    else group.push(spec);
  }
  return groups.values();
}

function sharedColumn(_spec: IndicatorSpec, length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

/** [T] close_A/close_B of the spec's two series. */
function closeRatio(spec: IndicatorSpec, bars: readonly Bars[]): Float64Array {
  const [first, second] = [seriesOf(spec, 0, bars).close, seriesOf(spec, 1, bars).close];
  const ratio = new Float64Array(first.length);
  inBlocks(ratio.length, ({ from, to }) => {
    for (let t = from; t < to; t++) ratio[t] = at(first, t) / at(second, t);
  });
  return ratio;
}

function seriesOf(spec: IndicatorSpec, place: number, bars: readonly Bars[]): Bars {
  const series = bars[spec.series[place] ?? -1];
  invariant(series !== undefined, `indicator ${indicatorKey(spec)} names a series that is not there`);
  return series;
}
