import { numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, windowSpec } from './feature.ts';
import { momentTerms, trailingZscores } from './trailing.ts';

/** Place of the close between the Bollinger bands. */
export const bollingerPosition: FeatureFamily = {
  name: 'bollinger_position',
  description: 'Where the close stands between its Bollinger bands: −1 at the lower one, 1 at the upper one.',
  formula: '(c_t − mean) / (2·sd), mean and sample deviation of the last window closes; missing where sd = 0',
  source: 'Bollinger (1992), with bands at two deviations',
  parameters: [windowSpec('window', { minimum: 2, fallback: 20, counts: 'Bars of the bands.' })],
  defaults: [{ window: 20 }],
  minSymbols: 1,
  problem: noProblem,
  warmUp: (params) => numberOf(params, 'window') - 1,
  terms: (params) => momentTerms(numberOf(params, 'window')),
  compute: ({ bars: { close } }, params) => trailingZscores(close, numberOf(params, 'window')).map((z) => z / 2),
};
