/** Realized volatility, and how it stands to that of a longer time. */
import type { Bars } from '../market/index.ts';
import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, windowSpec } from './feature.ts';
import { logReturns } from './log-return.ts';
import { momentTerms, trailingMoments } from './trailing.ts';

/** Realized volatility per bar. */
export const volatility: FeatureFamily = {
  name: 'volatility',
  description: 'How much the returns vary of late, per bar.',
  formula: 'sample deviation of the last window returns ln(c_t / c_{t−1})',
  source: 'definition of the realized volatility',
  parameters: [windowSpec('window', { minimum: 2, fallback: 20, counts: 'Returns that are measured.' })],
  defaults: [{ window: 20 }],
  minSymbols: 1,
  problem: noProblem,
  warmUp: (params) => numberOf(params, 'window'),
  terms: (params) => momentTerms(numberOf(params, 'window')),
  compute: ({ bars }, params) => deviations(bars, numberOf(params, 'window')),
};

/** Short volatility over long volatility. */
export const volatilityRatio: FeatureFamily = {
  name: 'volatility_ratio',
  description: 'Volatility of late over that of a longer time: above 1 in unquiet times.',
  formula: 'deviation of the last short returns / deviation of the last long returns; missing where the latter is 0',
  source: 'as the regime checks of this program use it, with 20 and 60',
  parameters: [
    windowSpec('short', { minimum: 2, fallback: 20, counts: 'Returns of the numerator; fewer than long.' }),
    windowSpec('long', { minimum: 3, fallback: 60, counts: 'Returns of the denominator.' }),
  ],
  defaults: [{ short: 20, long: 60 }],
  minSymbols: 1,
  problem(params) {
    const [short, long] = [numberOf(params, 'short'), numberOf(params, 'long')];
    return short < long ? null : { parameter: 'short', message: `short ${short} must be smaller than long ${long}.` };
  },
  warmUp: (params) => numberOf(params, 'long'),
  terms: (params) => momentTerms(numberOf(params, 'short')) + momentTerms(numberOf(params, 'long')),
  compute({ bars }, params) {
    const long = deviations(bars, numberOf(params, 'long'));
    return deviations(bars, numberOf(params, 'short')).map((short, t) =>
      at(long, t) > 0 ? short / at(long, t) : Number.NaN,
    );
  },
};

/** [T] of the last `window` log returns; NaN until there are so many. */
function deviations(bars: Bars, window: number): Float64Array {
  return trailingMoments(logReturns(bars, 1), window).deviation;
}
