import { at } from '../../strategies/index.ts';
import { segmentOffset } from '../figures.ts';
import type { SegmentPlan } from '../segments.ts';

/** Moments of every combination's returns in every block of the chained test bars. */
export interface BlockReturns {
  /** K. */
  readonly combinations: number;
  /** S, even, 4 to 16. */
  readonly blocks: number;
  /** [S] bars of each block. */
  readonly counts: Float64Array;
  /** [S, K] row-major: mean return per bar. */
  readonly means: Float64Array;
  /** [S, K] row-major: Σ(r − mean)². */
  readonly squares: Float64Array;
}

/**
 * Collects the moments of blocks from those of segments: a block that spans two test slices has two of them.
 *
 * @param rows figures of the ranked combinations, in grid order
 * @returns null when there is nothing to cross-validate: fewer than 4 blocks or fewer than 2 combinations
 */
export function blockReturns(rows: readonly Float64Array[], plan: SegmentPlan): BlockReturns | null {
  const { blocks } = plan;
  const combinations = rows.length;
  if (blocks < 4 || combinations < 2) return null;
  const counts = new Float64Array(blocks);
  const means = new Float64Array(blocks * combinations);
  const squares = new Float64Array(blocks * combinations);
  const returns = { combinations, blocks, counts, means, squares };
  for (const [segment, block] of plan.blockOf.entries())
    if (block >= 0) addSegment(returns, block, { rows, plan, segment });
  return returns;
}

/** Merges a segment into a block, as `mergeMoments` does, but without an object of each combination. */
function addSegment(
  { combinations, counts, means, squares }: BlockReturns,
  block: number,
  {
    rows,
    plan,
    segment,
  }: { readonly rows: readonly Float64Array[]; readonly plan: SegmentPlan; readonly segment: number },
): void {
  const offset = segmentOffset(plan, segment);
  const more = (plan.borders[segment + 1] ?? 0) - (plan.borders[segment] ?? 0);
  const before = at(counts, block);
  const count = before + more;
  counts[block] = count;
  for (let place = 0, cell = block * combinations; place < combinations; place++, cell++) {
    const row = rows[place];
    if (row === undefined) break;
    const mean = means[cell] ?? 0;
    const shift = (row[offset] ?? Number.NaN) - mean;
    means[cell] = mean + (shift * more) / count;
    squares[cell] = (squares[cell] ?? 0) + (row[offset + 1] ?? Number.NaN) + (shift * shift * before * more) / count;
  }
}
