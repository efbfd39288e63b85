/**
 * The count as WebAssembly (AssemblyScript), four combinations at a time. `plain-counter.ts` says what it computes and why, and
 * a test holds the two together; these files are about speed. `npm run generate` compiles them into `counter.generated.ts`.
 */
import { lead, move, one, openHalves, other, replaced, score } from './halves';
import { blocks, masks } from './memory';
import { allBars, barsOf, prepare } from './tables';

export { freeFrom, lookAt } from './memory';

/** Prepares a count; the moments of the blocks and the masks are written. */
export function open(): void {
  prepare();
  openHalves();
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

function countPair(mask: i32): i32 {
  const bars = barsOfAll(mask);
  move(one, mask, bars);
  move(other, (1 << blocks) - 1 - mask, allBars - bars);
  const bestOfOne = score(one);
  const bestOfOther = score(other);
  return i32(lead(other, bestOfOne) <= 0) + i32(lead(one, bestOfOther) <= 0);
}

/** Bars of the blocks of a mask. */
function barsOfAll(mask: i32): f64 {
  let bars: f64 = 0;
  // The lowest bit goes in each turn.
  for (let rest = mask; rest != 0; rest &= rest - 1) bars += barsOf(ctz(rest));
  return bars;
}
