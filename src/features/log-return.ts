import type { Bars } from '../market/index.ts';
import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, PLAIN_TERMS, undefinedColumn, windowSpec } from './feature.ts';

/** Return over the last `window` bars. */
export const logReturn: FeatureFamily = {
  name: 'log_return',
  description: 'Return over the last bars: momentum over long windows, reversal over short ones.',
  formula: 'ln(c_t / c_{t−window})',
  source: 'definition of the logarithmic return',
  parameters: [windowSpec('window', { minimum: 1, fallback: 5, counts: 'Bars that the return covers.' })],
  defaults: [1, 2, 5, 10, 20].map((window) => ({ window })),
  minSymbols: 1,
  problem: noProblem,
  warmUp: (params) => numberOf(params, 'window'),
  terms: () => PLAIN_TERMS,
  compute: ({ bars }, params) => logReturns(bars, numberOf(params, 'window')),
};

/** [T] `ln(c_t / c_{t−window})`; NaN for the first `window` bars. */
export function logReturns(bars: Bars, window: number): Float64Array {
  const { close } = bars;
  const out = undefinedColumn(bars);
  for (let t = window; t < out.length; t++) out[t] = Math.log(at(close, t) / at(close, t - window));
  return out;
}
