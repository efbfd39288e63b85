/**
 * The loops as WebAssembly (AssemblyScript): two combinations at a time, and the last of an odd number by itself.
 * `plain-loops.ts` says what each function computes, and a test holds the two together. `npm run generate` compiles it
 * into `loops.generated.ts`.
 */

/** The first byte that is free. */
export function freeFrom(): usize {
  return __heap_base;
}

/** Answers how many scores are left open: NaN. */
export function score(
  count: i32,
  sums: usize,
  powers: usize,
  moreSums: usize,
  morePowers: usize,
  scores: usize,
  most: f64,
  least: f64,
): i32 {
  const mosts = f64x2.splat(most);
  const leasts = f64x2.splat(least);
  const zeros = f64x2.splat(0);
  const nans = f64x2.splat(NaN);
  const end = <usize>(count & ~1) << 3;
  let open = i64x2.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const sum = f64x2.add(v128.load(sums + at), v128.load(moreSums + at));
    const power = f64x2.add(v128.load(powers + at), v128.load(morePowers + at));
    const ratio = f64x2.div(f64x2.mul(sum, f64x2.abs(sum)), power);
    const isSafe = v128.and(f64x2.lt(f64x2.abs(ratio), mosts), f64x2.gt(power, leasts));
    const otherwise = v128.andnot(nans, f64x2.eq(power, zeros));
    v128.store(scores + at, v128.bitselect(ratio, otherwise, isSafe));
    // A true comparison is −1 in each lane.
    open = i64x2.sub(open, v128.andnot(f64x2.ne(power, zeros), isSafe));
  }
  let total = i64x2.extract_lane(open, 0) + i64x2.extract_lane(open, 1);
  if ((count & 1) == 0) return <i32>total;
  const sum = load<f64>(sums + end) + load<f64>(moreSums + end);
  const power = load<f64>(powers + end) + load<f64>(morePowers + end);
  const ratio = (sum * abs(sum)) / power;
  const isSafe = abs(ratio) < most && power > least;
  store<f64>(scores + end, isSafe ? ratio : power == 0 ? 0 : NaN);
  total += <i64>(!isSafe && power != 0);
  return <i32>total;
}

/** Adds terms to sums. */
export function add(count: i32, sums: usize, terms: usize): void {
  const end = <usize>(count & ~1) << 3;
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(sums + at, f64x2.add(v128.load(sums + at), v128.load(terms + at)));
  }
  if ((count & 1) != 0) store<f64>(sums + end, load<f64>(sums + end) + load<f64>(terms + end));
}

/** The place of the first of the best. */
export function best(count: i32, scores: usize, tie: f64, faint: f64): i32 {
  let found = 0;
  let toBeat = -Infinity;
  let toBeats = f64x2.splat(toBeat);
  let place = 0;
  for (; place < count - 1; place += 2) {
    const pair = v128.load(scores + (<usize>place << 3));
    if (!v128.any_true(f64x2.gt(pair, toBeats))) continue;
    for (let lane = place; lane < place + 2; lane++) {
      const each = load<f64>(scores + (<usize>lane << 3));
      if (!(each > toBeat)) continue;
      toBeat = each + tie * max(abs(each), faint);
      found = lane;
    }
    toBeats = f64x2.splat(toBeat);
  }
  if (place < count && load<f64>(scores + (<usize>place << 3)) > toBeat) found = place;
  return found;
}

/** How many scores are below `least`, less those above `most`. */
export function lead(count: i32, scores: usize, least: f64, most: f64): i32 {
  const leasts = f64x2.splat(least);
  const mosts = f64x2.splat(most);
  let difference = i64x2.splat(0);
  let place = 0;
  for (; place < count - 1; place += 2) {
    const pair = v128.load(scores + (<usize>place << 3));
    difference = i64x2.add(difference, i64x2.sub(f64x2.gt(pair, mosts), f64x2.lt(pair, leasts)));
  }
  let total = i64x2.extract_lane(difference, 0) + i64x2.extract_lane(difference, 1);
  if (place < count) {
    const last = load<f64>(scores + (<usize>place << 3));
    total += <i64>(last < least) - <i64>(last > most);
  }
  return <i32>total;
}
