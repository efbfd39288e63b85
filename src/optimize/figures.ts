/**
 * The figures of one combination as a row of numbers, so that thousands of them cross threads, are ranked, judged and
 * stored without an object each: five figures per slice, then the mean and the squared deviation of the returns of each
 * segment, from which the Sharpe ratio of any union of segments follows.
 */
import type { SegmentPlan } from './segments.ts';

/** Figures of a slice that are no sums over its segments, in the order in which a row holds them. */
export const SLICE_COLUMNS = ['totalReturn', 'maxDrawdown', 'trades', 'wins', 'fills'] as const;
/** Of a segment: mean return per bar, and Σ(r − mean)². */
export const SEGMENT_COLUMNS = ['mean', 'squares'] as const;

/** A deviation of returns up to this is none, as in the definition of the Sharpe ratio. */
const NO_VARIANCE = 1e-15;

/** Length of a row. */
export function rowWidth({ folds, sliceOf }: SegmentPlan): number {
  return 2 * folds * SLICE_COLUMNS.length + sliceOf.length * SEGMENT_COLUMNS.length;
}

/** Where the figures of a slice begin in a row. */
export function sliceOffset(slice: number): number {
  return slice * SLICE_COLUMNS.length;
}

/** Where the moments of a segment begin in a row. */
export function segmentOffset({ folds }: SegmentPlan, segment: number): number {
  return 2 * folds * SLICE_COLUMNS.length + segment * SEGMENT_COLUMNS.length;
}

/** Returns of a piece of the series, in the form that can be merged (Chan, Golub & LeVeque 1979). */
export interface Moments {
  readonly count: number;
  /** Mean return per bar; 0 for no bars. */
  readonly mean: number;
  /** Σ(r − mean)². */
  readonly squares: number;
}

/** Moments of nothing. */
export const NO_MOMENTS: Moments = { count: 0, mean: 0, squares: 0 };

/** Moments of the union of two disjoint pieces. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  if (count === 0) return NO_MOMENTS;
  const shift = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (shift * b.count) / count,
    squares: a.squares + b.squares + (shift * shift * a.count * b.count) / count,
  };
}

/** Sharpe ratio per bar: mean/sd with n − 1; 0 where sd ≤ 10⁻¹⁵ and for fewer than two bars. */
export function sharpePerBar({ count, mean, squares }: Moments): number {
  const deviation = count < 2 ? 0 : Math.sqrt(squares / (count - 1));
  return deviation > NO_VARIANCE ? mean / deviation : 0;
}

/** [rows] Sharpe ratio per bar of what `momentsOf` reads of each. */
export function sharpesOf(rows: readonly Float64Array[], momentsOf: (row: Float64Array) => Moments): Float64Array {
  const sharpes = new Float64Array(rows.length);
  let place = 0;
  for (const row of rows) sharpes[place++] = sharpePerBar(momentsOf(row));
  return sharpes;
}

/** Moments of one segment of a row. */
export function segmentMoments(row: Float64Array, plan: SegmentPlan, segment: number): Moments {
  const offset = segmentOffset(plan, segment);
  return {
    count: (plan.borders[segment + 1] ?? 0) - (plan.borders[segment] ?? 0),
    mean: row[offset] ?? Number.NaN,
    squares: row[offset + 1] ?? Number.NaN,
  };
}

/** Moments of one slice of a row. */
export function sliceMoments(row: Float64Array, plan: SegmentPlan, slice: number): Moments {
  const union = new Union();
  for (let segment = firstSegment(plan, slice); plan.sliceOf[segment] === slice; segment++) {
    union.add(segmentMoments(row, plan, segment));
  }
  return union;
}

/** Merges as `mergeMoments` does, in place: each of thousands of combinations has dozens of segments. */
class Union implements Moments {
  count = 0;
  mean = 0;
  squares = 0;

  add(more: Moments): void {
    const count = this.count + more.count;
    if (count === 0) return;
    const shift = more.mean - this.mean;
    // Added from left to right, as there: `+=` would round otherwise.
    this.squares = this.squares + more.squares + (shift * shift * this.count * more.count) / count;
    this.mean += (shift * more.count) / count;
    this.count = count;
  }
}

/** The first segment of a slice or of a later one: segments are in the order of slices, and there may be thousands. */
function firstSegment({ sliceOf }: SegmentPlan, slice: number): number {
  let low = 0;
  let high = sliceOf.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sliceOf[middle] ?? 0) < slice) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Moments of all test slices of a row, chained. */
export function testMoments(row: Float64Array, plan: SegmentPlan): Moments {
  const union = new Union();
  for (let segment = 0; segment < plan.sliceOf.length; segment++) {
    if ((plan.sliceOf[segment] ?? 0) % 2 === 1) union.add(segmentMoments(row, plan, segment));
  }
  return union;
}
