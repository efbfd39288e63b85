/** Rows of figures from returns per bar that a test writes down itself. */
import { rowWidth, segmentOffset } from '../../../src/optimize/figures.ts';
import type { SegmentPlan } from '../../../src/optimize/segments.ts';

/** The row of a combination with these returns, [bars of all slices]; figures that are no moments stay 0. */
export function rowOf(returns: ArrayLike<number>, plan: SegmentPlan): Float64Array {
  const row = new Float64Array(rowWidth(plan));
  for (let segment = 0; segment < plan.sliceOf.length; segment++) {
    const values = Array.from(returns).slice(plan.borders[segment], plan.borders[segment + 1]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const offset = segmentOffset(plan, segment);
    row[offset] = mean;
    row[offset + 1] = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  }
  return row;
}

/** Where the chain of test returns comes from: bars of odd slices, in order. */
export function testedBars(plan: SegmentPlan): readonly number[] {
  const bars: number[] = [];
  for (let segment = 0; segment < plan.sliceOf.length; segment++) {
    if ((plan.sliceOf[segment] ?? 0) % 2 === 0) continue;
    for (let bar = plan.borders[segment] ?? 0; bar < (plan.borders[segment + 1] ?? 0); bar++) bars.push(bar);
  }
  return bars;
}

/** Sample Sharpe ratio per bar as it is defined, from scratch. */
export function plainSharpe(returns: readonly number[]): number {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (returns.length - 1);
  return returns.length > 1 && Math.sqrt(variance) > 1e-15 ? mean / Math.sqrt(variance) : 0;
}
