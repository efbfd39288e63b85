/**
 * The loops as WebAssembly (AssemblyScript): four combinations at a time, then the last few one by one.
 * `plain-loops.ts` says what each function computes, and a test holds the two together. `npm run generate` compiles it
 * into `loops.generated.ts`.
 */

/** As in `loops.ts`. */
const LEAST_POWER: f64 = 1e-300;

/** The first byte that is free. */
export function freeFrom(): usize {
  return __heap_base;
}

/** Writes all scores, and answers the place of the first of the best. */
export function score(
  count: i32,
  sums: usize,
  powers: usize,
  moreSums: usize,
  morePowers: usize,
  scores: usize,
  share: f64,
  floor: f64,
): i32 {
  let bests = f64x2.splat(-Infinity);
  let place = 0;
  for (; place < count - 3; place += 4) {
    const at = <usize>place << 3;
    const one = pairOf(sums + at, powers + at, moreSums + at, morePowers + at);
    const two = pairOf(sums + at + 16, powers + at + 16, moreSums + at + 16, morePowers + at + 16);
    v128.store(scores + at, one);
    v128.store(scores + at, two, 16);
    bests = f64x2.pmax(f64x2.pmax(bests, one), two);
  }
  let best = larger(f64x2.extract_lane(bests, 0), f64x2.extract_lane(bests, 1));
  for (; place < count; place++) {
    const at = <usize>place << 3;
    const sum = load<f64>(sums + at) + load<f64>(moreSums + at);
    const power = load<f64>(powers + at) + load<f64>(morePowers + at);
    const each = (sum * abs(sum)) / larger(power, LEAST_POWER);
    store<f64>(scores + at, each);
    best = larger(best, each);
  }
  return firstFrom(count, scores, best - share * larger(abs(best), floor));
}

/** The place of the first of the best of scores that are written. */
export function best(count: i32, scores: usize, share: f64, floor: f64): i32 {
  let bests = f64x2.splat(-Infinity);
  let place = 0;
  for (; place < count - 1; place += 2) bests = f64x2.pmax(bests, v128.load(scores + (<usize>place << 3)));
  let most = larger(f64x2.extract_lane(bests, 0), f64x2.extract_lane(bests, 1));
  if (place < count) most = larger(most, load<f64>(scores + (<usize>place << 3)));
  return firstFrom(count, scores, most - share * larger(abs(most), floor));
}

/** The first place with a score of at least this; 0 when none has. */
function firstFrom(count: i32, scores: usize, least: f64): i32 {
  const leasts = f64x2.splat(least);
  let place = 0;
  for (; place < count - 3; place += 4) {
    const at = scores + (<usize>place << 3);
    if (v128.any_true(v128.or(f64x2.ge(v128.load(at), leasts), f64x2.ge(v128.load(at, 16), leasts)))) break;
  }
  for (; place < count; place++) if (load<f64>(scores + (<usize>place << 3)) >= least) return place;
  return 0;
}

/** Scores of two combinations. */
// @ts-ignore: decorator
@inline
function pairOf(sums: usize, powers: usize, moreSums: usize, morePowers: usize): v128 {
  const sum = f64x2.add(v128.load(sums), v128.load(moreSums));
  const power = f64x2.add(v128.load(powers), v128.load(morePowers));
  return f64x2.div(f64x2.mul(sum, f64x2.abs(sum)), f64x2.pmax(power, f64x2.splat(LEAST_POWER)));
}

/** The larger of two numbers; the first where they do not compare, as `f64x2.pmax`. */
// @ts-ignore: decorator
@inline
function larger(a: f64, b: f64): f64 {
  return a < b ? b : a;
}

/** Adds terms to sums. */
export function add(count: i32, sums: usize, terms: usize): void {
  const end = <usize>(count & ~1) << 3;
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(sums + at, f64x2.add(v128.load(sums + at), v128.load(terms + at)));
  }
  if ((count & 1) != 0) store<f64>(sums + end, load<f64>(sums + end) + load<f64>(terms + end));
}

/** How many scores are below `least`, less those above `most`. */
export function lead(count: i32, scores: usize, least: f64, most: f64): i32 {
  const leasts = f64x2.splat(least);
  const mosts = f64x2.splat(most);
  let ones = i64x2.splat(0);
  let twos = i64x2.splat(0);
  let place = 0;
  for (; place < count - 3; place += 4) {
    const one = v128.load(scores + (<usize>place << 3));
    const two = v128.load(scores + (<usize>place << 3), 16);
    // A true comparison is −1 in each lane.
    ones = i64x2.add(ones, i64x2.sub(f64x2.gt(one, mosts), f64x2.lt(one, leasts)));
    twos = i64x2.add(twos, i64x2.sub(f64x2.gt(two, mosts), f64x2.lt(two, leasts)));
  }
  const both = i64x2.add(ones, twos);
  let total = <i32>(i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1));
  for (; place < count; place++) {
    const each = load<f64>(scores + (<usize>place << 3));
    total += i32(each < least) - i32(each > most);
  }
  return total;
}
