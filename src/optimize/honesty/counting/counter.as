/**
 * The count as WebAssembly (AssemblyScript), several combinations at a time. `plain-counter.ts` says what it computes and why, and
 * a test holds the two together; these files are about speed. `npm run generate` compiles them into `counter.generated.ts`.
 */
import { Half, move, one, openHalves, other } from './half';
import { blocks, masks } from './memory';
import { openRough, roughBest, roughlyBehind } from './rough';
import { prepareRough } from './rough-tables';
import { firstOfBest, lead, openScores, replaced, scoreAll } from './scores';
import { allBars, barsOf, prepare } from './tables';

export { freeFrom, lookAt } from './memory';

/** Whether rough scores are worth their time: the halves that they sufficed for, less the others. Where ties abound they are not. */
let worth: i32 = 0;
/** Where `worth` begins; below 0 they are not made any more. */
const TRIED: i32 = 16;

/** Halves of which every combination was scored in f64 so far. */
let fine: i32 = 0;

/** Prepares a count; the moments of the blocks and the masks are written. */
export function open(): void {
  prepare();
  worth = prepareRough() ? TRIED : -1;
  openRough(allBars);
  openHalves();
  openScores();
  fine = 0;
}

/** How many splits of the pairs [from, to) are overfitted. */
export function count(from: i32, to: i32): i32 {
  let overfitted = 0;
  for (let pair = from; pair < to; pair++) overfitted += countPair(load<u16>(masks + (<usize>pair << 1)));
  return overfitted;
}

/** How many scores had to be made exactly so far. */
export function exactScores(): i32 {
  return replaced;
}

/** How many halves rough scores did not suffice for so far. */
export function fineHalves(): i32 {
  return fine;
}

function countPair(mask: i32): i32 {
  const bars = barsOfAll(mask);
  move(one, mask, bars);
  move(other, (1 << blocks) - 1 - mask, allBars - bars);
  const isRough = worth >= 0;
  const bestOfOne = bestIn(one, isRough);
  const bestOfOther = bestIn(other, isRough);
  const overfitted = i32(isBehind(other, bestOfOne)) + i32(isBehind(one, bestOfOther));
  const scored = i32(one.isScored) + i32(other.isScored);
  fine += scored;
  if (isRough) worth = min(worth + 2 - 2 * scored, TRIED);
  return overfitted;
}

/** The place of the first of the best. */
function bestIn(half: Half, isRough: bool): i32 {
  const best = isRough ? roughBest(half) : -1;
  if (best >= 0) return best;
  scoreAll(half);
  return firstOfBest(half);
}

/** Whether no more combinations score below the one at `place` than above it. */
function isBehind(half: Half, place: i32): bool {
  const answer = half.isScored ? -1 : roughlyBehind(half, place);
  if (answer >= 0) return answer > 0;
  if (!half.isScored) scoreAll(half);
  return lead(half, place) <= 0;
}

/** Bars of the blocks of a mask. */
function barsOfAll(mask: i32): f64 {
  let bars: f64 = 0;
  // The lowest bit goes in each turn.
  for (let rest = mask; rest != 0; rest &= rest - 1) bars += barsOf(ctz(rest));
  return bars;
}
