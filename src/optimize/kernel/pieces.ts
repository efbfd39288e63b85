import { invariant } from '../../core/index.ts';
import { segmentOffset, sliceOffset } from '../figures.ts';
import type { SegmentPlan } from '../segments.ts';

/**
 * Bars that all combinations of a batch are taken through before the next ones: few enough that the columns of a batch
 * stay in a core's cache. A constant, because the order of additions depends on it: figures must not depend on a batch.
 */
export const BLOCK = 1024;

/** Bars [from, to) that lie in one block and one segment. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Bars of the whole segment. */
  readonly segmentBars: number;
  /** Where the figures of its segment and of its slice begin in a row. */
  readonly segmentOffset: number;
  readonly sliceOffset: number;
  /** Whether the account starts anew at the first bar. */
  readonly opensSlice: boolean;
  readonly closesSlice: boolean;
  readonly closesSegment: boolean;
}

/** Bars [from, to), at most `BLOCK` of them, and the pieces in it. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly pieces: readonly Piece[];
}

/** Cuts the bars from 0 to the end of the plan into blocks. Segments without bars have no piece. */
export function planBlocks(plan: SegmentPlan): readonly Block[] {
  const pieces = piecesOf(plan);
  const length = plan.borders.at(-1) ?? 0;
  const blocks: Block[] = [];
  for (let from = 0, next = 0; from < length; from += BLOCK) {
    const to = Math.min(from + BLOCK, length);
    const first = next;
    while (next < pieces.length && (pieces[next]?.from ?? to) < to) next++;
    blocks.push({ from, to, pieces: pieces.slice(first, next) });
  }
  return blocks;
}

function piecesOf(plan: SegmentPlan): readonly Piece[] {
  const { borders, sliceOf } = plan;
  const pieces: Piece[] = [];
  let opened = -1;
  for (const [segment, slice] of sliceOf.entries()) {
    const [start, end] = [borders[segment], borders[segment + 1]];
    invariant(start !== undefined && end !== undefined, `segment ${segment} has two borders`);
    for (let from = start; from < end; ) {
      const to = Math.min(end, from - (from % BLOCK) + BLOCK);
      pieces.push({
        from,
        to,
        segmentBars: end - start,
        segmentOffset: segmentOffset(plan, segment),
        sliceOffset: sliceOffset(slice),
        opensSlice: slice !== opened,
        closesSegment: to === end,
        closesSlice: to === end && !goesOn(plan, segment),
      });
      opened = slice;
      from = to;
    }
  }
  return pieces;
}

/** Whether a later segment with bars belongs to the same slice. */
function goesOn({ borders, sliceOf }: SegmentPlan, segment: number): boolean {
  for (let later = segment + 1; sliceOf[later] === sliceOf[segment]; later++) {
    if ((borders[later + 1] ?? 0) > (borders[later] ?? 0)) return true;
  }
  return false;
}
