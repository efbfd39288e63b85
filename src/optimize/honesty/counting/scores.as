/** How every combination does in a half, who is best there, and where the best of the other half stands. */
import { Half, larger, slackOf } from './half';
import { blocks, doubtful, means, NUMBER, row, squares } from './memory';
import { bytesOfPiece, moveRow, scoreRow, VECTOR } from './row';
import { barsOf, doubted, THIN, TINY } from './tables';

/** As in `counter.ts`. */
const NO_VARIANCE: f64 = 1e-30;

/** Scores every combination. */
export function scoreAll(half: Half): void {
  moveRow<f64>(half.fine, half.mask);
  scoreRow<f64>(half.fine);
  if (mendScores(half)) peaksAgain(half);
  half.isScored = true;
}

/** What the pieces have for peaks now that some scores are others. */
function peaksAgain(half: Half): void {
  let at = half.fine.scores;
  const end = at + row;
  for (let peak = half.fine.peaks; at < end; peak += VECTOR) {
    const to = min(at + bytesOfPiece<f64>(), end);
    let bests = f64x2.splat(-Infinity);
    for (; at < to; at += VECTOR) bests = f64x2.pmax(bests, v128.load(at));
    v128.store(peak, bests);
  }
}

/** The place of the first of the best, once all are scored. */
export function firstOfBest(half: Half): i32 {
  let bests = f64x2.splat(-Infinity);
  for (let peak = half.fine.peaks; peak < half.fine.end; peak += VECTOR) bests = f64x2.pmax(bests, v128.load(peak));
  const best = bestOf(bests);
  return firstFrom(half, best - slackOf(half, best));
}

/** The better of two scores; one that is NaN is passed over. */
export function bestOf(bests: v128): f64 {
  return larger(f64x2.extract_lane(bests, 0), f64x2.extract_lane(bests, 1));
}

/** The first place with a score of at least this; 0 when none has. */
function firstFrom(half: Half, least: f64): i32 {
  const leasts = f64x2.splat(least);
  const scores = half.fine.scores;
  let peak = half.fine.peaks;
  for (let from: usize = 0; from < row; from += bytesOfPiece<f64>(), peak += VECTOR) {
    if (!v128.any_true(f64x2.ge(v128.load(peak), leasts))) continue;
    // Where every score is NaN, a piece seems to have one that is as good, and has none.
    for (let at = from; at < min(from + bytesOfPiece<f64>(), row); at += NUMBER) {
      if (load<f64>(scores + at) >= least) return <i32>(at / NUMBER);
    }
  }
  return 0;
}

/** Scores that were replaced since the count was opened. */
export let replaced: i32 = 0;

/** None was replaced yet. */
export function openScores(): void {
  replaced = 0;
}

/** Replaces the scores that cannot be trusted in this half; whether there were any. */
function mendScores(half: Half): bool {
  const before = replaced;
  for (let each = 0; each < doubted; each++) {
    const at = <usize>load<i32>(doubtful + (<usize>each << 2)) * NUMBER;
    if (isTrusted(load<f64>(half.fine.scores + at), powerOf(half, at), half.bars)) continue;
    store<f64>(half.fine.scores + at, exactScore(half, at));
    replaced++;
  }
  return replaced > before;
}

/** Σr² of a combination. */
function powerOf(half: Half, at: usize): f64 {
  // Two Σr stand before their two Σr².
  const from = 2 * at - (at & NUMBER);
  return load<f64>(half.fine.upper + from, VECTOR) + load<f64>(half.fine.first + from, VECTOR);
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
  const scores = half.fine.scores;
  const score = load<f64>(scores + <usize>place * NUMBER);
  const slack = slackOf(half, score);
  const leasts = f64x2.splat(score - slack);
  const mosts = f64x2.splat(score + slack);
  let lows = i64x2.splat(0);
  let highs = i64x2.splat(0);
  let from = scores;
  do {
    const low = v128.load(from);
    const high = v128.load(from, 16);
    // A true comparison is −1 in each lane.
    lows = i64x2.add(lows, i64x2.sub(f64x2.gt(low, mosts), f64x2.lt(low, leasts)));
    highs = i64x2.add(highs, i64x2.sub(f64x2.gt(high, mosts), f64x2.lt(high, leasts)));
    from += 32;
  } while (from < scores + row);
  const both = i64x2.add(lows, highs);
  return <i32>(i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1));
}
