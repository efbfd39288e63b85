/**
 * How the bars of a job are cut. Walk-forward windows make slices (train, test, train, test, …); the test slices, chained,
 * are cut again into the equal blocks that combinatorially symmetric cross-validation reshuffles. A segment is a piece
 * of the series that lies in one slice and, where it is tested, in one block: whatever is asked of slices, of blocks or
 * of the whole chain is a sum over segments.
 */
import type { Fold } from './walk-forward.ts';

/** Most blocks of the chained test returns; 16 make 12,870 splits into halves. */
const MAX_BLOCKS = 16;
/** Fewest bars of a block: fewer say nothing about a Sharpe ratio. */
const MIN_BLOCK_BARS = 10;
/** With fewer blocks there are too few splits to speak of a probability. */
const MIN_BLOCKS = 4;

/** The cuts of a job. Slices are counted train, test, train, test, …: slice 2f trains fold f, slice 2f + 1 tests it. */
export interface SegmentPlan {
  /** Walk-forward windows. */
  readonly folds: number;
  /** [segments + 1] bar indexes, ascending: segment s covers the bars [borders[s], borders[s + 1]). */
  readonly borders: Int32Array;
  /** [segments] slice of each segment. */
  readonly sliceOf: Int32Array;
  /** [segments] block of each tested segment, from 0; −1 for one that trains, and for all when there are no blocks. */
  readonly blockOf: Int32Array;
  /** Blocks of the chained test returns: even, 4 to 16; 0 when the test slices are too short for four. */
  readonly blocks: number;
}

/** Cuts a job's bars. `folds` are consecutive and cover the bars from 0 on. */
export function planSegments(folds: readonly Fold[]): SegmentPlan {
  const tested = folds.reduce((sum, { test }) => sum + test.to - test.from, 0);
  const blocks = blockCount(tested);
  const blockBars = blocks === 0 ? tested : Math.floor(tested / blocks);
  const borders = [folds[0]?.train.from ?? 0];
  const sliceOf: number[] = [];
  const blockOf: number[] = [];
  let chained = 0;
  for (const [fold, { train, test }] of folds.entries()) {
    add(train.to, 2 * fold, -1);
    for (let from = test.from; from < test.to; ) {
      // The last block takes the remainder.
      const block = Math.min(Math.floor(chained / Math.max(1, blockBars)), Math.max(0, blocks - 1));
      const left = block === Math.max(0, blocks - 1) ? test.to - from : (block + 1) * blockBars - chained;
      const to = Math.min(test.to, from + left);
      add(to, 2 * fold + 1, blocks === 0 ? -1 : block);
      chained += to - from;
      from = to;
    }
  }
  return {
    folds: folds.length,
    borders: Int32Array.from(borders),
    sliceOf: Int32Array.from(sliceOf),
    blockOf: Int32Array.from(blockOf),
    blocks,
  };

  function add(border: number, slice: number, block: number): void {
    borders.push(border);
    sliceOf.push(slice);
    blockOf.push(block);
  }
}

/** The largest even number ≤ 16 of blocks of at least 10 bars; 0 when that is fewer than 4. */
function blockCount(bars: number): number {
  const most = Math.min(MAX_BLOCKS, Math.floor(bars / MIN_BLOCK_BARS));
  const even = most - (most % 2);
  return even < MIN_BLOCKS ? 0 : even;
}
