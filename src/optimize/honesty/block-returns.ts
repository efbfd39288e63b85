import { type Moments, mergeMoments, NO_MOMENTS, segmentMoments } from '../figures.ts';
import type { SegmentPlan } from '../segments.ts';

/** Moments of every combination's returns in every block of the chained test bars; on shared memory, to be posted freely. */
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
  const counts = sharedColumn(blocks);
  const means = sharedColumn(blocks * combinations);
  const squares = sharedColumn(blocks * combinations);
  for (const [place, row] of rows.entries()) {
    for (const [block, moments] of blockMoments(row, plan).entries()) {
      counts[block] = moments.count;
      means[block * combinations + place] = moments.mean;
      squares[block * combinations + place] = moments.squares;
    }
  }
  return { combinations, blocks, counts, means, squares };
}

/** [S] moments of one combination. */
function blockMoments(row: Float64Array, plan: SegmentPlan): readonly Moments[] {
  const moments = Array.from({ length: plan.blocks }, () => NO_MOMENTS);
  for (const [segment, block] of plan.blockOf.entries()) {
    const before = moments[block];
    if (before !== undefined) moments[block] = mergeMoments(before, segmentMoments(row, plan, segment));
  }
  return moments;
}

function sharedColumn(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
