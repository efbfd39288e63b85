/** Where the numbers are that are counted with; `wasm-counter.ts` says where. */

/** Bytes of a number. */
export const NUMBER: usize = 8;
/** As in `union-sums.ts`. */
export const GROUP: i32 = 6;
export const UNIONS: i32 = 64;

/** K and S. */
export let combinations: i32 = 0;
export let blocks: i32 = 0;
/** Groups of blocks. */
export let groups: i32 = 0;
/** Bytes of a row of all combinations: a multiple of eight numbers, of which those behind the last combination are NaN. */
export let row: usize = 0;
/** [S] f64 bars of each block. */
export let counts: usize = 0;
/** [S, row] f64 mean return and squared deviation of each block. */
export let means: usize = 0;
export let squares: usize = 0;
/** [pairs] u16 one half of each pair. */
export let masks: usize = 0;
/** The sums of the unions of blocks, f64 and, in units of each combination, f32: `row.as` says how they lie. */
export let unions: usize = 0;
export let roughUnions: usize = 0;
/** [11, row] f64 what the two halves keep. */
export let kept: usize = 0;
/** [K] i32 places of combinations whose quick score is not right in every half. */
export let doubtful: usize = 0;

/** The first byte that is free. */
export function freeFrom(): usize {
  return __heap_base;
}

/** Takes the addresses of all, in the order in which they are listed here. */
export function lookAt(
  ofCombinations: i32,
  ofBlocks: i32,
  bytesOfRow: usize,
  countsAt: usize,
  meansAt: usize,
  squaresAt: usize,
  masksAt: usize,
  unionsAt: usize,
  roughUnionsAt: usize,
  keptAt: usize,
  doubtfulAt: usize,
): void {
  combinations = ofCombinations;
  blocks = ofBlocks;
  groups = (ofBlocks + GROUP - 1) / GROUP;
  row = bytesOfRow;
  counts = countsAt;
  means = meansAt;
  squares = squaresAt;
  masks = masksAt;
  unions = unionsAt;
  roughUnions = roughUnionsAt;
  kept = keptAt;
  doubtful = doubtfulAt;
}
