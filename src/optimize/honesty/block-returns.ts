import { at } from '../../strategies/index.ts';
import { mergeMoments, segmentMoments } from '../figures.ts';
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
  for (const [segment, block] of plan.blockOf.entries()) {
    if (block < 0) continue;
    const count = at(counts, block);
    for (const [place, row] of rows.entries()) {
      const cell = block * combinations + place;
      const before = { count, mean: at(means, cell), squares: at(squares, cell) };
      const moments = mergeMoments(before, segmentMoments(row, plan, segment));
      counts[block] = moments.count;
      means[cell] = moments.mean;
      squares[cell] = moments.squares;
    }
  }
  return { combinations, blocks, counts, means, squares };
}
