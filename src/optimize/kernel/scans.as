/**
 * The scanners of `src/strategies/crossing.ts` and `src/strategies/reversion.ts` without short sales, over the bars of a
 * block: a bar costs two loads and a comparison.
 */
import { addChange, beginChanges, countChanges, lastTarget } from './changes';
import { TARGET } from './course';
import { NUMBER } from './memory';

/** As in `crossing.ts`: so near a bound, as a fraction of the long average, a comparison without a division could err. */
const DOUBT: f64 = 1e-9;

/** Finds the changes of `crossingTarget`. @param bars of the block; `short` and `long` are the addresses of as many numbers */
export function scanCrossing(course: usize, bars: usize, short: usize, long: usize, bound: f64): void {
  const end = bars * NUMBER;
  const above = 1 + bound + DOUBT;
  const below = 1 / (1 + bound - DOUBT);
  let state = load<f64>(course, TARGET) as i32;
  beginChanges(state);
  for (let at: usize = 0; ; at += NUMBER) {
    at = state > 0 ? aboveUntil(short, long, above, at, end) : aboveUntil(long, short, below, at, end);
    if (at >= end) break;
    const slow = load<f64>(long + at);
    // An undefined average makes the signal NaN, which compares false.
    const wanted: i32 = (load<f64>(short + at) - slow) / slow > bound ? 1 : 0;
    if (wanted == state) continue;
    addChange(at / NUMBER, wanted);
    state = wanted;
  }
  store<f64>(course, state, TARGET);
}

/** Where `a > b · factor` does not hold first, as with undefined averages; `end` when it always does. */
function aboveUntil(a: usize, b: usize, factor: f64, from: usize, end: usize): usize {
  let at = from;
  // Four bars per turn: what the loop itself costs is nearly as much as a comparison.
  for (; at + 3 * NUMBER < end; at += 4 * NUMBER) {
    const left = a + at;
    const right = b + at;
    if (!(load<f64>(left) > load<f64>(right) * factor)) return at;
    if (!(load<f64>(left, NUMBER) > load<f64>(right, NUMBER) * factor)) return at + NUMBER;
    if (!(load<f64>(left, 2 * NUMBER) > load<f64>(right, 2 * NUMBER) * factor)) return at + 2 * NUMBER;
    if (!(load<f64>(left, 3 * NUMBER) > load<f64>(right, 3 * NUMBER) * factor)) return at + 3 * NUMBER;
  }
  while (at < end && load<f64>(a + at) > load<f64>(b + at) * factor) at += NUMBER;
  return at;
}

/** Finds the transitions of the state machine of `reversion.ts`. @param z the address of as many scores as the block has bars */
export function scanReversion(course: usize, bars: usize, z: usize, entry: f64, exit: f64): void {
  const end = bars * NUMBER;
  let state = load<f64>(course, TARGET) as i32;
  beginChanges(state);
  for (let at: usize = 0; ; at += NUMBER) {
    at = state > 0 ? atLeastFrom(z, exit, at, end) : atMostFrom(z, -entry, at, end);
    if (at >= end) break;
    state = 1 - state;
    addChange(at / NUMBER, state);
  }
  store<f64>(course, state, TARGET);
}

/** Where a score is at least `limit` first; `end` when none is. */
function atLeastFrom(z: usize, limit: f64, from: usize, end: usize): usize {
  let at = from;
  for (; at + 3 * NUMBER < end; at += 4 * NUMBER) {
    const score = z + at;
    if (load<f64>(score) >= limit) return at;
    if (load<f64>(score, NUMBER) >= limit) return at + NUMBER;
    if (load<f64>(score, 2 * NUMBER) >= limit) return at + 2 * NUMBER;
    if (load<f64>(score, 3 * NUMBER) >= limit) return at + 3 * NUMBER;
  }
  while (at < end && !(load<f64>(z + at) >= limit)) at += NUMBER;
  return at;
}

/** Where a score is at most `limit` first; `end` when none is. */
function atMostFrom(z: usize, limit: f64, from: usize, end: usize): usize {
  let at = from;
  for (; at + 3 * NUMBER < end; at += 4 * NUMBER) {
    const score = z + at;
    if (load<f64>(score) <= limit) return at;
    if (load<f64>(score, NUMBER) <= limit) return at + NUMBER;
    if (load<f64>(score, 2 * NUMBER) <= limit) return at + 2 * NUMBER;
    if (load<f64>(score, 3 * NUMBER) <= limit) return at + 3 * NUMBER;
  }
  while (at < end && !(load<f64>(z + at) <= limit)) at += NUMBER;
  return at;
}

/** Takes over the changes that a scanner has written for a block, with bars of the series. @param start its first bar */
export function takeChanges(course: usize, count: usize, start: i32): void {
  beginChanges(load<f64>(course, TARGET) as i32);
  countChanges(count, start);
  store<f64>(course, lastTarget(), TARGET);
}
