/** One half of the blocks: how every combination does in it, who is best there, and where the best of the other half stands. */
import { blocks, doubtful, GROUP, groups, kept, means, NUMBER, powers, row, squares, sums, UNIONS } from './memory';
import { barsOf, doubted, THIN, TINY } from './tables';

/** As in `counter.ts`. */
const TIE: f64 = 1e-10;
const FAINT: f64 = 1e-6;
const LEAST_POWER: f64 = 1e-300;
const NO_VARIANCE: f64 = 1e-30;
// @ts-ignore: decorator
@unmanaged
export class Half {
  mask: i32;
  /** Blocks of all groups but the first whose sums are kept; −1 for none. */
  upper: i32;
  /** Bars in it. */
  bars: f64;
  /** [row] Σr and Σr² of the upper groups, and the scores. */
  sums: usize;
  powers: usize;
  scores: usize;
  /** [row / PIECE, 2] the best score at an even place of each piece, and at an odd one. */
  peaks: usize;
  /** [row] those of the first group's blocks, in the tables. */
  moreSums: usize;
  morePowers: usize;
}

/** Bytes of a piece of a row, whose best is remembered: to find the first that ties with the best of all, few are looked at. */
const PIECE: usize = 32 * NUMBER;

export const one = changetype<Half>(memory.data(offsetof<Half>(), 8));
export const other = changetype<Half>(memory.data(offsetof<Half>(), 8));

/** Both halves hold nothing yet. */
export function openHalves(): void {
  replaced = 0;
  openHalf(one, kept);
  openHalf(other, kept + 4 * row);
}

function openHalf(half: Half, from: usize): void {
  half.upper = -1;
  half.sums = from;
  half.powers = from + row;
  half.scores = from + 2 * row;
  half.peaks = from + 3 * row;
}

/** Makes it the half of these blocks, which have so many bars. */
export function move(half: Half, mask: i32, bars: f64): void {
  half.mask = mask;
  half.bars = bars;
  const more = <usize>(mask & (UNIONS - 1)) * row;
  half.moreSums = sums + more;
  half.morePowers = powers + more;
  if (mask >> GROUP != half.upper) sumUpper(half, mask >> GROUP);
}

function sumUpper(half: Half, upper: i32): void {
  half.upper = upper;
  memory.fill(half.sums, 0, row);
  memory.fill(half.powers, 0, row);
  for (let group = 1; group < groups; group++) {
    const chosen = (upper >> ((group - 1) * GROUP)) & (UNIONS - 1);
    const from = <usize>(group * UNIONS + chosen) * row;
    add(half.sums, sums + from);
    add(half.powers, powers + from);
  }
}

function add(to: usize, terms: usize): void {
  for (let at: usize = 0; at < row; at += 16) {
    v128.store(to + at, f64x2.add(v128.load(to + at), v128.load(terms + at)));
  }
}

/** Scores every combination; the place of the first of the best. */
export function score(half: Half): i32 {
  for (let from: usize = 0; from < row; from += PIECE) scorePiece(half, from, min(from + PIECE, row));
  if (mendScores(half)) for (let from: usize = 0; from < row; from += PIECE) peakAgain(half, from, min(from + PIECE, row));
  const best = bestOf(half);
  return firstFrom(half, best - TIE * larger(abs(best), half.bars * FAINT));
}

function scorePiece(half: Half, from: usize, to: usize): void {
  const sums = half.sums;
  const powers = half.powers;
  const moreSums = half.moreSums;
  const morePowers = half.morePowers;
  const scores = half.scores;
  let bests = f64x2.splat(-Infinity);
  for (let at = from; at < to; at += 32) {
    const low = pairOf(sums + at, powers + at, moreSums + at, morePowers + at);
    const high = pairOf(sums + at + 16, powers + at + 16, moreSums + at + 16, morePowers + at + 16);
    v128.store(scores + at, low);
    v128.store(scores + at, high, 16);
    bests = f64x2.pmax(f64x2.pmax(bests, low), high);
  }
  v128.store(half.peaks + from / 16, bests);
}

/** Scores of two combinations. */
// @ts-ignore: decorator
@inline
function pairOf(sums: usize, powers: usize, moreSums: usize, morePowers: usize): v128 {
  const sum = f64x2.add(v128.load(sums), v128.load(moreSums));
  const power = f64x2.add(v128.load(powers), v128.load(morePowers));
  return f64x2.div(f64x2.mul(sum, f64x2.abs(sum)), f64x2.pmax(power, f64x2.splat(LEAST_POWER)));
}

/** What a piece has for peaks now that some scores are others. */
function peakAgain(half: Half, from: usize, to: usize): void {
  let bests = f64x2.splat(-Infinity);
  for (let at = from; at < to; at += 16) bests = f64x2.pmax(bests, v128.load(half.scores + at));
  v128.store(half.peaks + from / 16, bests);
}

/** The best score; one that is NaN is passed over. */
function bestOf(half: Half): f64 {
  let bests = f64x2.splat(-Infinity);
  for (let from: usize = 0; from < row; from += PIECE) bests = f64x2.pmax(bests, v128.load(half.peaks + from / 16));
  return larger(f64x2.extract_lane(bests, 0), f64x2.extract_lane(bests, 1));
}

/** The larger of two numbers; the first where they do not compare, as `f64x2.pmax`. */
// @ts-ignore: decorator
@inline
function larger(a: f64, b: f64): f64 {
  return a < b ? b : a;
}

/** The first place with a score of at least this; 0 when none has. */
function firstFrom(half: Half, least: f64): i32 {
  const leasts = f64x2.splat(least);
  for (let from: usize = 0; from < row; from += PIECE) {
    if (!v128.any_true(f64x2.ge(v128.load(half.peaks + from / 16), leasts))) continue;
    // Where every score is NaN, a piece seems to have one that is as good, and has none.
    for (let at = from; at < min(from + PIECE, row); at += NUMBER) {
      if (load<f64>(half.scores + at) >= least) return <i32>(at / NUMBER);
    }
  }
  return 0;
}

/** Scores that were replaced since the halves were opened. */
export let replaced: i32 = 0;

/** Replaces the scores that cannot be trusted in this half; whether there were any. */
function mendScores(half: Half): bool {
  const before = replaced;
  for (let each = 0; each < doubted; each++) {
    const at = <usize>load<i32>(doubtful + (<usize>each << 2)) * NUMBER;
    const power = load<f64>(half.powers + at) + load<f64>(half.morePowers + at);
    if (isTrusted(load<f64>(half.scores + at), power, half.bars)) continue;
    store<f64>(half.scores + at, exactScore(half, at));
    replaced++;
  }
  return replaced > before;
}

function isTrusted(score: f64, power: f64, bars: f64): bool {
  return power == 0 || (abs(score) < bars * (1 - THIN) && power > bars * TINY);
}

/** The score from moments that are merged block by block. */
function exactScore(half: Half, at: usize): f64 {
  let count: f64 = 0;
  let mean: f64 = 0;
  let square: f64 = 0;
  for (let block = 0; block < blocks; block++) {
    if (((half.mask >> block) & 1) == 0) continue;
    const cell = <usize>block * row + at;
    const more = barsOf(block);
    const shift = load<f64>(means + cell) - mean;
    square += load<f64>(squares + cell) + (shift * shift * count * more) / (count + more);
    mean += (shift * more) / (count + more);
    count += more;
  }
  if (!(square > NO_VARIANCE * (half.bars - 1))) return 0;
  return (half.bars * mean * abs(mean)) / (square / half.bars + mean * mean);
}

/** How many combinations score below the one at `place`, less those that score above it; ties count for neither. */
export function lead(half: Half, place: i32): i32 {
  const scores = half.scores;
  const score = load<f64>(scores + <usize>place * NUMBER);
  const slack = TIE * larger(abs(score), half.bars * FAINT);
  const leasts = f64x2.splat(score - slack);
  const mosts = f64x2.splat(score + slack);
  let lows = i64x2.splat(0);
  let highs = i64x2.splat(0);
  for (let at: usize = 0; at < row; at += 32) {
    const low = v128.load(scores + at);
    const high = v128.load(scores + at, 16);
    // A true comparison is −1 in each lane.
    lows = i64x2.add(lows, i64x2.sub(f64x2.gt(low, mosts), f64x2.lt(low, leasts)));
    highs = i64x2.add(highs, i64x2.sub(f64x2.gt(high, mosts), f64x2.lt(high, leasts)));
  }
  const both = i64x2.add(lows, highs);
  return <i32>(i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1));
}
