/**
 * Rough scores, four at a time and in half of the memory: they tell who may be the best of a half, mostly one, and on which
 * side of a score nearly all others are. What they leave open is scored in double precision, so that nothing depends on them.
 *
 * How far they can be off: let x = Σr/√Σr², whose signed square is the score, n the bars and ε = 2⁻²⁴. By Cauchy and Schwarz the
 * Σr of the three groups, without their signs, add up to at most √(n·Σr²). Rounding each to f32 and adding them up moves Σr
 * by at most 3ε of that, so x by 3ε√n; the roundings of Σr² (3ε: no term is negative), of the square and of the quotient move
 * the score by at most 5ε of itself, so x by 2.5ε|x| ≤ 2.5ε√n. So much for each of the two that are compared. What ties
 * with a score is ε√n/4 from it at most, and a limit that is rounded to f32 moves by ε√n/2. Together these are 12ε√n, whatever the
 * combination. The rest up to 16 covers ε², numbers below the range of f32, and roundings in double precision.
 */
import { Half, slackOf } from './half';
import { combinations, NUMBER, row } from './memory';
import { bytesOfPiece, bytesOfRow, moveRow, scoreFour, scoreRow, VECTOR } from './row';
import { bestOf } from './scores';

/** Bytes of a rough score. */
const ROUGH: usize = 4;
/** Held by what is said above; random returns hardly come near it. */
const ERROR: f64 = 16 / <f64>(1 << 24);

/** Rough scores whose x are no further apart than this can be of combinations that tie, or of which either is better. */
let blur: f64 = 0;

/** Takes the bars of both halves together, which are more than n. */
export function openRough(bars: f64): void {
  blur = ERROR * sqrt(bars);
}

/** The place of the first of the best; −1 when so many may be that all should be scored. */
export function roughBest(half: Half): i32 {
  moveRow<f32>(half.rough, half.mask);
  const best = largest(scoreRow<f32>(half.rough));
  const vectors = findHits(half, limitOf(best, -blur));
  if (vectors < 0) return -1;
  return candidates == 1 ? candidate : firstOfHits(half, vectors);
}

/** The best of a vector. */
function largest(bests: v128): f32 {
  const low = max(f32x4.extract_lane(bests, 0), f32x4.extract_lane(bests, 1));
  return max(low, max(f32x4.extract_lane(bests, 2), f32x4.extract_lane(bests, 3)));
}

/** The score whose x is so much larger. */
function limitOf(score: f64, by: f64): f32 {
  const x = copysign(sqrt(abs(score)), score) + by;
  return <f32>(x * abs(x));
}

/** How many can be the best, and the place of the last of them. */
let candidates: i32 = 0;
let candidate: i32 = 0;

/** Lists the vectors with a rough score of at least this; how many there are, −1 for too many. */
function findHits(half: Half, least: f32): i32 {
  const leasts = f32x4.splat(least);
  const scores = half.rough.scores;
  const bytes = bytesOfRow<f32>();
  let peak = half.rough.peaks;
  let from: usize = 0;
  let hits = 0;
  // A quarter of all vectors.
  const most = <i32>(row / 128) + 1;
  candidates = 0;
  do {
    const to = from + bytesOfPiece<f32>();
    if (v128.any_true(f32x4.ge(v128.load(peak), leasts))) {
      for (let at = from; at < min(to, bytes); at += VECTOR) {
        const who = i32x4.bitmask(f32x4.ge(v128.load(scores + at), leasts));
        if (who == 0) continue;
        if (hits == most) return -1;
        store<i32>(half.hits + (<usize>hits << 2), <i32>at);
        hits++;
        candidates += popcnt(who);
        candidate = <i32>(at / ROUGH) + ctz(who);
      }
    }
    from = to;
    peak += VECTOR;
  } while (from < bytes);
  return hits;
}

/** Scores those vectors, and finds the first of the best. */
function firstOfHits(half: Half, hits: i32): i32 {
  let bests = f64x2.splat(-Infinity);
  moveRow<f64>(half.fine, half.mask);
  for (let hit = 0; hit < hits; hit++) bests = f64x2.pmax(bests, scoreFour(half.fine, hitAt(half, hit) << 1));
  const best = bestOf(bests);
  const least = best - slackOf(half, best);
  for (let hit = 0; hit < hits; hit++) {
    const from = hitAt(half, hit) << 1;
    for (let at = from; at < from + 32; at += NUMBER) {
      if (load<f64>(half.fine.scores + at) >= least) return <i32>(at / NUMBER);
    }
  }
  return -1;
}

// @ts-ignore: decorator
@inline
function hitAt(half: Half, hit: i32): usize {
  return <usize>load<i32>(half.hits + (<usize>hit << 2));
}

/**
 * Whether more combinations score above the one at `place` than below it, or as many: 1 and 0, or −1 when the rough scores
 * leave it open.
 */
export function roughlyBehind(half: Half, place: i32): i32 {
  const score = <f64>load<f32>(half.rough.scores + (<usize>place << 2));
  const leasts = f32x4.splat(limitOf(score, -blur));
  const mosts = f32x4.splat(limitOf(score, blur));
  let below = i32x4.splat(0);
  let above = i32x4.splat(0);
  const end = half.rough.scores + bytesOfRow<f32>();
  let from = half.rough.scores;
  do {
    const rough = v128.load(from);
    const next = v128.load(from, 16);
    // A true comparison is −1 in each lane.
    below = i32x4.sub(below, i32x4.add(f32x4.lt(rough, leasts), f32x4.lt(next, leasts)));
    above = i32x4.sub(above, i32x4.add(f32x4.gt(rough, mosts), f32x4.gt(next, mosts)));
    from += 32;
  } while (from < end);
  // The side on which at least half of the others are decides, wherever the rest is.
  const others = combinations - 1;
  if (2 * total(below) > others) return 0;
  return 2 * total(above) >= others ? 1 : -1;
}

function total(counts: v128): i32 {
  const low = i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1);
  return low + i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
}
