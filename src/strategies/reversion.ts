import { inBlocks } from '../core/index.ts';
import { at } from './indicators/index.ts';
import type { TargetChanges, TargetScanner } from './scanner.ts';

/**
 * The state machine that mean_reversion and stat_arb share. It has three states, flat, long and short, and makes at most
 * one transition per bar: a position that ends leaves it flat, and the next one can begin on the next bar.
 *
 *   flat → long   when z ≤ −entry          long → flat   when z ≥ exit
 *   flat → short  when z ≥ entry           short → flat  when z ≤ −exit
 */

/** What is scored, and the thresholds on z, in standard deviations. */
export interface Reversion {
  /** [T] distance from the rolling mean; NaN, which changes nothing, where there is no deviation. */
  readonly z: Float64Array;
  /** Distance from the mean at which a position is opened, > 0. */
  readonly entry: number;
  /** z at which a long position is closed; a short one at its negative. */
  readonly exit: number;
  /** Whether the short state exists. */
  readonly allowShort: boolean;
}

/** Writes the state after each bar, −1, 0 or +1; it begins flat. */
export function followReversion(reversion: Reversion, targets: Int8Array): void {
  let state = 0;
  inBlocks(targets.length, ({ from, to }) => {
    for (let t = from; t < to; t++) {
      state = nextState(state, at(reversion.z, t), reversion);
      targets[t] = state;
    }
  });
}

/** The state after a bar with this z. Every comparison with NaN is false: the state stays. */
function nextState(state: number, z: number, { entry, exit, allowShort }: Reversion): number {
  if (state > 0) return z >= exit ? 0 : state;
  if (state < 0) return z <= -exit ? 0 : state;
  if (z <= -entry) return 1;
  return allowShort && z >= entry ? -1 : 0;
}

/** Finds the transitions of the same machine. While it waits for one, a bar costs one comparison. */
export class ReversionScanner implements TargetScanner {
  readonly reversion: Reversion;
  private state = 0;

  constructor(reversion: Reversion) {
    this.reversion = reversion;
  }

  scan(from: number, to: number, changes: TargetChanges): number {
    let count = 0;
    for (let t = this.waitEnd(from, to); t < to; t = this.waitEnd(t + 1, to)) {
      this.state = nextState(this.state, at(this.reversion.z, t), this.reversion);
      changes.bars[count] = t;
      changes.targets[count++] = this.state;
    }
    return count;
  }

  /** The first bar of [from, to) with a transition; `to` when there is none. */
  private waitEnd(from: number, to: number): number {
    const { z, entry, exit, allowShort } = this.reversion;
    if (this.state > 0) return firstAtLeast(z, exit, { from, to });
    if (this.state < 0) return firstAtMost(z, -exit, { from, to });
    return allowShort ? firstBeyond(z, entry, { from, to }) : firstAtMost(z, -entry, { from, to });
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

// Four bars per turn: what the loop itself costs is as much as a comparison.

function firstAtLeast(z: Float64Array, limit: number, { from, to }: Range): number {
  let t = from;
  for (; t + 3 < to; t += 4) {
    if (at(z, t) >= limit || at(z, t + 1) >= limit || at(z, t + 2) >= limit || at(z, t + 3) >= limit) break;
  }
  while (t < to && !(at(z, t) >= limit)) t++;
  return t;
}

function firstAtMost(z: Float64Array, limit: number, { from, to }: Range): number {
  let t = from;
  for (; t + 3 < to; t += 4) {
    if (at(z, t) <= limit || at(z, t + 1) <= limit || at(z, t + 2) <= limit || at(z, t + 3) <= limit) break;
  }
  while (t < to && !(at(z, t) <= limit)) t++;
  return t;
}

function firstBeyond(z: Float64Array, limit: number, { from, to }: Range): number {
  for (let t = from; t < to; t++) {
    const score = at(z, t);
    if (score <= -limit || score >= limit) return t;
  }
  return to;
}
