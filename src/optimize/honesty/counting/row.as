/**
 * The quick scores `Σr·|Σr|/Σr²` of a half in one precision, `T`: a vector of four f32 or of two f64 at a time, two vectors in a
 * turn. Loops have their condition at the end, because V8 computes what a loop with the condition in front never changes
 * again in every turn.
 */
import { GROUP, groups, row, UNIONS } from './memory';

/** Combinations of a piece of a row, whose best is remembered: to find the best of all, few are looked at. */
export const PIECE: usize = 32;
/** Bytes of a vector. */
export const VECTOR: usize = 16;

// @ts-ignore: decorator
@unmanaged
export class Row {
  /** [groups, UNIONS, vectors of a row, 2] the sums of every union of a group's blocks: a vector of Σr, then one of their Σr². */
  unions: usize;
  /** Where those of the first group's blocks are. */
  first: usize;
  /** [vectors of a row, 2] those of all groups but the first. */
  upper: usize;
  /** The blocks in `upper`, less the first group; −1 for none. */
  upperBlocks: i32;
  /** [row] */
  scores: usize;
  /** [pieces] a vector of the best scores of a piece, each of the places that have its place in a vector. */
  peaks: usize;
  /** Behind the last peak. */
  end: usize;
}

/** Gives it memory from here on; what is behind it. */
export function openRow<T>(scored: Row, unions: usize, from: usize): usize {
  const bytes = bytesOfRow<T>();
  scored.unions = unions;
  scored.upperBlocks = -1;
  scored.upper = from;
  scored.scores = scored.upper + 2 * bytes;
  scored.peaks = scored.scores + bytes;
  scored.end = scored.peaks + VECTOR * ((bytes + bytesOfPiece<T>() - 1) / bytesOfPiece<T>());
  return scored.end;
}

/** Bytes of a number of each combination. */
// @ts-ignore: decorator
@inline
export function bytesOfRow<T>(): usize {
  return (row / sizeof<f64>()) * sizeof<T>();
}

// @ts-ignore: decorator
@inline
export function bytesOfPiece<T>(): usize {
  return PIECE * sizeof<T>();
}

/** The sums of the blocks that a mask has in a group, which is an empty one if there are not so many. */
function unionOf<T>(scored: Row, mask: i32, group: i32): usize {
  const union = group < groups ? group * UNIONS + ((mask >> (group * GROUP)) & (UNIONS - 1)) : 0;
  return scored.unions + 2 * bytesOfRow<T>() * <usize>union;
}

/** Finds the sums of these blocks; terms are added in the order of `union-sums.ts`. */
export function moveRow<T>(scored: Row, mask: i32): void {
  scored.first = unionOf<T>(scored, mask, 0);
  if (scored.upperBlocks == mask >> GROUP) return;
  scored.upperBlocks = mask >> GROUP;
  const second = unionOf<T>(scored, mask, 1) - scored.upper;
  const third = unionOf<T>(scored, mask, 2) - scored.upper;
  const end = scored.upper + 2 * bytesOfRow<T>();
  let at = scored.upper;
  do {
    v128.store(at, v128.add<T>(v128.load(second + at), v128.load(third + at)));
    at += VECTOR;
  } while (at < end);
}

/** Scores four combinations, `at` bytes behind the first score; a vector of the best. */
export function scoreFour(scored: Row, at: usize): v128 {
  const upper = scored.upper + 2 * at;
  const first = scored.first + 2 * at;
  const low = scoresOf<f64>(upper, first);
  const high = scoresOf<f64>(upper + 2 * VECTOR, first + 2 * VECTOR);
  v128.store(scored.scores + at, low);
  v128.store(scored.scores + at, high, VECTOR);
  return f64x2.pmax(low, high);
}

/** Scores every combination; a vector of the best. */
export function scoreRow<T>(scored: Row): v128 {
  let upper = scored.upper;
  let first = scored.first;
  let at = scored.scores;
  let peak = scored.peaks;
  const end = at + bytesOfRow<T>();
  let bests = v128.splat<T>(-Infinity as T);
  do {
    const from = at;
    const to = min(at + bytesOfPiece<T>(), end);
    let peaks = v128.splat<T>(-Infinity as T);
    do {
      const low = scoresOf<T>(upper, first);
      const high = scoresOf<T>(upper + 2 * VECTOR, first + 2 * VECTOR);
      v128.store(at, low);
      v128.store(at, high, VECTOR);
      peaks = v128.pmax<T>(v128.pmax<T>(peaks, low), high);
      upper += 4 * VECTOR;
      first += 4 * VECTOR;
      at += 2 * VECTOR;
    } while (at < to);
    v128.store(peak, peaks);
    peak += VECTOR;
    bests = v128.pmax<T>(bests, peaks);
  } while (at < end);
  return bests;
}

/** A vector of scores from the sums at either address. */
// @ts-ignore: decorator
@inline
function scoresOf<T>(upper: usize, first: usize): v128 {
  const sum = v128.add<T>(v128.load(upper), v128.load(first));
  const power = v128.add<T>(v128.load(upper, VECTOR), v128.load(first, VECTOR));
  return v128.div<T>(v128.mul<T>(sum, v128.abs<T>(sum)), v128.pmax<T>(power, v128.splat<T>(leastPower<T>())));
}

/** Σr² is taken for no less: as in `counter.ts`, or in units of a combination's whole Σr². */
// @ts-ignore: decorator
@inline
function leastPower<T>(): T {
  return sizeof<T>() == 8 ? (1e-300 as T) : (1e-30 as T);
}
