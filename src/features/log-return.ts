import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, undefinedColumn, windowSpec } from './feature.ts';

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
  compute({ bars }, params) {
    const out = undefinedColumn(bars);
    returnsOver(bars.close, numberOf(params, 'window'), out);
    return out;
  },
};

/** Writes `ln(x_t / x_{t−window})` from the first bar on that has one. */
export function returnsOver(values: Float64Array, window: number, out: Float64Array): void {
  for (let t = window; t < values.length; t++) out[t] = Math.log(at(values, t) / at(values, t - window));
}
