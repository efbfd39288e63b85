import { at } from '../../strategies/index.ts';
import type { Piece } from './pieces.ts';

/** Below this share of Σr², Σ(r − mean)² = Σr² − n·mean² has lost digits that matter. */
const CANCELLED = 1e-3;
/** Returns of a smaller mean square, over the bars that have one, are too near the rounding of a relation of prices. */
const NOISE = 1e-11;

/** Counts filled orders of a slice. */
export function countFills(row: Float64Array, { sliceOffset }: Piece, fills: number): void {
  row[sliceOffset + 4] = at(row, sliceOffset + 4) + fills;
}

/** Counts a closed trade of a slice. */
export function countTrade(row: Float64Array, { sliceOffset }: Piece, profit: number): void {
  row[sliceOffset + 2] = at(row, sliceOffset + 2) + 1;
  if (profit > 0) row[sliceOffset + 3] = at(row, sliceOffset + 3) + 1;
}

/** What is summed over the bars of a segment. */
export interface SegmentSums {
  /** Σr and Σr². */
  readonly sum: number;
  readonly squares: number;
  /** Bars with a return that may differ from 0. */
  readonly moved: number;
}

/**
 * Writes the figures of the segment that a piece closes.
 *
 * @returns whether they are doubtful: written all the same, but not to be trusted to nine digits
 */
export function writeSegment(
  row: Float64Array,
  { segmentOffset, segmentBars }: Piece,
  { sum, squares, moved }: SegmentSums,
): boolean {
  const mean = sum / segmentBars;
  const deviations = squares - sum * mean;
  row[segmentOffset] = mean;
  row[segmentOffset + 1] = deviations;
  return moved > 0 && !(deviations >= CANCELLED * squares && squares > NOISE * moved);
}

/** Writes the figures of the slice that a piece closes, but for what is counted. */
export function writeSlice(
  row: Float64Array,
  { sliceOffset }: Piece,
  { growth, depth }: { readonly growth: number; readonly depth: number },
): void {
  row[sliceOffset] = growth - 1;
  row[sliceOffset + 1] = depth - 1;
}

/**
 * What is counted of one combination while its bars go by: sums of returns since the segment began, and the figures of
 * the slice so far. `isDoubtful` once the sums cannot be trusted to nine digits: the combination is then left to the
 * plain definition.
 */
export class Tally {
  /** Σr and Σr² of the segment. */
  sum = 0;
  squares = 0;
  /** Bars of the segment with a return that may differ from 0. */
  moved = 0;
  /** Largest equity of the slice so far, and the smallest relation of an equity to the largest before it, ≤ 1. */
  peak = Number.NaN;
  depth = 1;
  isDoubtful = false;

  /** Begins a slice. */
  open(capital: number): void {
    this.peak = capital;
    this.depth = 1;
  }

  /**
   * Writes what the end of a piece completes.
   *
   * @param growth last equity/capital of the slice
   */
  close(row: Float64Array, piece: Piece, growth: number): void {
    if (piece.closesSegment) {
      if (writeSegment(row, piece, this)) this.isDoubtful = true;
      this.sum = 0;
      this.squares = 0;
      this.moved = 0;
    }
    if (piece.closesSlice) writeSlice(row, piece, { growth, depth: this.depth });
  }
}
