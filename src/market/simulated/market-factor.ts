/**
 * The return that all simulated instruments share, one for each UTC date: three volatility regimes (calm, uneasy,
 * crisis) and rare jumps, mostly down. It is what makes symbols correlate and returns have fat tails.
 */
import { DAY_MS, type Random, seededRandom } from '../../core/index.ts';
import { type Regime, regimeWalk } from './regime.ts';

/** First date of all simulated histories: 1980-01-01, a Tuesday. */
export const HISTORY_START = Date.UTC(1980, 0, 1);

/** Mean stays: 125 days calm, 77 uneasy, 28 in crisis. */
const REGIMES: readonly Regime[] = [
  { multiplier: 0.6, next: [0.992, 0.007, 0.001] },
  { multiplier: 1.05, next: [0.01, 0.987, 0.003] },
  { multiplier: 2.3, next: [0.006, 0.03, 0.964] },
];
const DAILY_DEVIATION = 0.15 / Math.sqrt(252);
const JUMP_PROBABILITY = 0.004;
const JUMP_MEAN = -0.018;
const JUMP_DEVIATION = 0.018;

/** The factor of one seed, computed from 1980 on as far as it was needed and kept: 17,000 numbers by 2026. */
export class MarketFactor {
  readonly #returns: number[] = [];
  readonly #random: Random;
  readonly #regime: () => number;

  constructor(seed: string) {
    this.#random = seededRandom(`${seed} market`);
    this.#regime = regimeWalk(REGIMES, this.#random);
  }

  /** The log return of a day; days are never earlier than `HISTORY_START`. */
  returnOn(day: number): number {
    const index = (day - HISTORY_START) / DAY_MS;
    while (this.#returns.length <= index) this.#returns.push(this.#draw());
    return this.#returns[index] ?? 0;
  }

  #draw(): number {
    const diffusion = DAILY_DEVIATION * this.#regime() * this.#random.normal();
    const hasJump = this.#random.uniform() < JUMP_PROBABILITY;
    const jump = JUMP_MEAN + JUMP_DEVIATION * this.#random.normal();
    return diffusion + (hasJump ? jump : 0) - JUMP_PROBABILITY * JUMP_MEAN;
  }
}
