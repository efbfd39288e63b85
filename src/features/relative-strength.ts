import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, PLAIN_TERMS, windowSpec } from './feature.ts';
import { logReturns } from './log-return.ts';

/** Return of the symbol beside that of the others. */
export const relativeStrength: FeatureFamily = {
  name: 'relative_strength',
  description: 'By how much the symbol did better than the mean of the others.',
  formula: 'ln(c_t / c_{t−window}) − mean over the other symbols of the same',
  source: 'Jegadeesh & Titman (1993), cross-sectional momentum',
  parameters: [windowSpec('window', { minimum: 1, fallback: 20, counts: 'Bars that the returns cover.' })],
  defaults: [5, 20].map((window) => ({ window })),
  minSymbols: 2,
  problem: noProblem,
  warmUp: (params) => numberOf(params, 'window'),
  // The returns of every symbol, for each of them.
  terms: (_params, symbols) => PLAIN_TERMS * symbols,
  compute({ bars, others }, params) {
    const window = numberOf(params, 'window');
    const own = logReturns(bars, window);
    for (const other of others) {
      const theirs = logReturns(other, window);
      for (let t = 0; t < own.length; t++) own[t] = at(own, t) - at(theirs, t) / others.length;
    }
    return own;
  },
};
