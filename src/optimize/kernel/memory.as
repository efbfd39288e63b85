/** Where the numbers of a block are. `long-memory.ts` looks at the same bytes through views. */

/** As in `pieces.ts`. */
const BLOCK: i32 = 1024;
const NODE_ENTRY_BYTES: i32 = 40;

/** Bytes of a number. */
export const NUMBER: usize = 8;
/** Bytes of the five numbers that the table has of a bar: Σr, Σr², lowest and highest close, deepest relation of closes. */
export const ENTRY: usize = 5 * NUMBER;
/** Bars of a node, a power of two. */
export const NODE: usize = 16;

/** [1 + BLOCK] the close before the block, and those of the block. */
export const closesWithLast: usize = memory.data(8 * (1 + BLOCK), 16);
/** [BLOCK] closes and opens, and the relation of each close to the one before it, less 1. */
export const closes: usize = closesWithLast + NUMBER;
export const opens: usize = memory.data(8 * BLOCK, 16);
export const moves: usize = memory.data(8 * BLOCK, 16);
/** [BLOCK, 5] what the bars from the start of its node up to a bar come to, and those from it up to the end of its node. */
export const heads: usize = memory.data(NODE_ENTRY_BYTES * BLOCK, 16);
export const tails: usize = memory.data(NODE_ENTRY_BYTES * BLOCK, 16);
/** [BLOCK] changes of target of the course that is followed now: i32 bars of the block, i8 targets from then on. */
export const changeBars: usize = memory.data(4 * BLOCK, 16);
export const changeTargets: usize = memory.data(BLOCK, 16);
/** A stretch of bars as it is measured, five numbers: Σr, Σr², highest, lowest, depth. */
export const stretch: usize = memory.data(40, 16);

/** [1 + BLOCK] f64: the close before the block, and its closes. */
export function closesFrom(): usize {
  return closesWithLast;
}

/** [BLOCK] f64. */
export function opensFrom(): usize {
  return opens;
}

/** [BLOCK] i32. */
export function changeBarsFrom(): usize {
  return changeBars;
}

/** [BLOCK] i8. */
export function changeTargetsFrom(): usize {
  return changeTargets;
}

/** [5] f64. */
export function stretchFrom(): usize {
  return stretch;
}

/** The first byte that is free. */
export function freeFrom(): usize {
  return __heap_base;
}
