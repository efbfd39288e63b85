import { at } from './indicators/index.ts';

/**
 * The state machine that mean_reversion and stat_arb share. It has three states, flat, long and short, and makes at most
 * one transition per bar: a position that ends leaves it flat, and the next one can begin on the next bar.
 *
 *   flat → long   when z ≤ −entry          long → flat   when z ≥ exit
 *   flat → short  when z ≥ entry           short → flat  when z ≤ −exit
 */

/** Thresholds on z, in standard deviations. */
export interface ReversionRule {
  /** Distance from the mean at which a position is opened, > 0. */
  readonly entry: number;
  /** z at which a long position is closed; a short one at its negative. */
  readonly exit: number;
  /** Whether the short state exists. */
  readonly allowShort: boolean;
}

/** The series to score, all [T], and its mean and standard deviation (NaN while undefined). */
export interface ScoredSeries {
  readonly values: Float64Array;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/**
 * Writes the state after each bar, −1, 0 or +1, for `z = (value − mean)/deviation`. Where the deviation is 0 or
 * undefined there is no z and the state stays what it was; it begins flat.
 */
export function followReversion(series: ScoredSeries, rule: ReversionRule, targets: Int8Array): void {
  const { values, mean, deviation } = series;
  let state = 0;
  for (let t = 0; t < targets.length; t++) {
    const sd = at(deviation, t);
    // NaN > 0 is false: the bars before the first full window are skipped here too.
    if (sd > 0) state = nextState(state, (at(values, t) - at(mean, t)) / sd, rule);
    targets[t] = state;
  }
}

function nextState(state: number, z: number, rule: ReversionRule): number {
  if (state > 0) return z >= rule.exit ? 0 : state;
  if (state < 0) return z <= -rule.exit ? 0 : state;
  if (z <= -rule.entry) return 1;
  return rule.allowShort && z >= rule.entry ? -1 : 0;
}
