import { at } from './indicators/index.ts';
import type { TargetChanges, TargetScanner } from './scanner.ts';

/** Two averages, both [T], NaN while undefined, and how far apart they must be to count. */
export interface Crossing {
  readonly short: Float64Array;
  readonly long: Float64Array;
  /** Distance as a fraction of the long average, ≥ 0. */
  readonly bound: number;
  /** Target while the short average is below: −1, or 0 without short sales. */
  readonly down: number;
}

/** Within this distance of a bound, as a fraction of the long average, a comparison without a division could err. */
const DOUBT = 1e-9;

/** `s = (short − long)/long`; +1 when s > bound, `down` when s < −bound, else 0; 0 while an average is undefined. */
export function crossingTarget({ short, long, bound, down }: Crossing, t: number): number {
  const slow = at(long, t);
  const signal = (at(short, t) - slow) / slow;
  // An undefined average makes the signal NaN, which compares false to both bounds.
  return signal > bound ? 1 : signal < -bound ? down : 0;
}

/**
 * Finds the changes of `crossingTarget`. While the averages are clearly on one side, a bar costs one product and one
 * comparison; only near a bound it is decided with the division, so that both ways agree on every bar. Averages of
 * prices: positive.
 */
export class CrossingScanner implements TargetScanner {
  readonly crossing: Crossing;
  private state = 0;

  constructor(crossing: Crossing) {
    this.crossing = crossing;
  }

  scan(from: number, to: number, changes: TargetChanges): number {
    let count = 0;
    for (let t = this.quietEnd(from, to); t < to; t = this.quietEnd(t + 1, to)) {
      const target = crossingTarget(this.crossing, t);
      if (target === this.state) continue;
      changes.bars[count] = t;
      changes.targets[count++] = target;
      this.state = target;
    }
    return count;
  }

  /** The first bar of [from, to) whose target is not surely the state; `to` when there is none. */
  private quietEnd(from: number, to: number): number {
    const { short, long, bound, down } = this.crossing;
    if (this.state > 0) return aboveUntil(short, long, { from, to, factor: 1 + bound + DOUBT });
    if (this.state < 0) return aboveUntil(long, short, { from, to, factor: 1 / (1 - bound - DOUBT) });
    if (down === 0) return aboveUntil(long, short, { from, to, factor: 1 / (1 + bound - DOUBT) });
    return firstOutside({ short, long, from, to }, 1 - bound + DOUBT, 1 + bound - DOUBT);
  }
}

/** The first bar of [from, to) where `a > b · factor` does not hold, as with undefined averages; `to` when it always does. */
function aboveUntil(
  a: Float64Array,
  b: Float64Array,
  { from, to, factor }: { readonly from: number; readonly to: number; readonly factor: number },
): number {
  let t = from;
  // Four bars per turn: what the loop itself costs is nearly as much as a comparison.
  while (
    t + 3 < to &&
    at(a, t) > at(b, t) * factor &&
    at(a, t + 1) > at(b, t + 1) * factor &&
    at(a, t + 2) > at(b, t + 2) * factor &&
    at(a, t + 3) > at(b, t + 3) * factor
  ) {
    t += 4;
  }
  while (t < to && at(a, t) > at(b, t) * factor) t++;
  return t;
}

/** Bars [from, to) to search for one where short/long is not between two limits. Undefined averages are found. */
interface Search {
  readonly short: Float64Array;
  readonly long: Float64Array;
  readonly from: number;
  readonly to: number;
}

function firstOutside({ short, long, from, to }: Search, low: number, high: number): number {
  let t = from;
  while (t < to && at(short, t) > at(long, t) * low && at(short, t) < at(long, t) * high) t++;
  return t;
}
