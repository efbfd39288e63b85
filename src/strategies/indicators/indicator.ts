import { invariant } from '../../core/index.ts';
import type { Bars } from '../../market/index.ts';
import { at } from './column.ts';
import { exponentialMean } from './exponential-mean.ts';
import { rollingDeviation } from './rolling-deviation.ts';
import { rollingMean } from './rolling-mean.ts';
import { volatilityFactor } from './volatility-factor.ts';

/** Column of values, window, and where to write: what every indicator is computed from. */
type Kernel = (values: Float64Array, window: number, out: Float64Array) => void;

/** Each kind: what it reads (the closes of one symbol, or the ratio of two symbols' closes) and how it is computed. */
const KINDS = {
  /** Mean of the last w closes. */
  sma: { reads: 'close', kernel: rollingMean },
  /** Exponential mean of the closes. */
  ema: { reads: 'close', kernel: exponentialMean },
  /** Sample standard deviation of the last w closes. */
  deviation: { reads: 'close', kernel: rollingDeviation },
  /** The ratios close_A/close_B themselves; the window is 1. */
  ratio: { reads: 'ratio', kernel: (ratios: Float64Array, _window: number, out: Float64Array) => out.set(ratios) },
  /** Mean of the last w ratios close_A/close_B. */
  ratioMean: { reads: 'ratio', kernel: rollingMean },
  /** Sample standard deviation of the last w ratios close_A/close_B. */
  ratioDeviation: { reads: 'ratio', kernel: rollingDeviation },
  /** Widening of quotes by the volatility of the last w returns. */
  volatilityFactor: { reads: 'close', kernel: volatilityFactor },
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
 * Computes each distinct indicator once over the whole of `bars`, on SharedArrayBuffers. No value depends on a later bar.
 *
 * @param bars one per symbol, equal times; `spec.series` are indexes into it
 */
export function computeIndicators(specs: Iterable<IndicatorSpec>, bars: readonly Bars[]): IndicatorTable {
  const table = new Map<string, Float64Array>();
  for (const spec of specs) {
    const key = indicatorKey(spec);
    if (!table.has(key)) table.set(key, computeIndicator(spec, bars));
  }
  return table;
}

function computeIndicator(spec: IndicatorSpec, bars: readonly Bars[]): Float64Array {
  const { reads, kernel } = KINDS[spec.kind];
  const values = reads === 'ratio' ? closeRatio(spec, bars) : seriesOf(spec, 0, bars).close;
  const out = new Float64Array(new SharedArrayBuffer(values.length * Float64Array.BYTES_PER_ELEMENT));
  kernel(values, spec.window, out);
  return out;
}

/** [T] close_A/close_B of the spec's two series. */
function closeRatio(spec: IndicatorSpec, bars: readonly Bars[]): Float64Array {
  const { close } = seriesOf(spec, 1, bars);
  return seriesOf(spec, 0, bars).close.map((price, t) => price / at(close, t));
}

function seriesOf(spec: IndicatorSpec, place: number, bars: readonly Bars[]): Bars {
  const series = bars[spec.series[place] ?? -1];
  invariant(series !== undefined, `indicator ${indicatorKey(spec)} names a series that is not there`);
  return series;
}
