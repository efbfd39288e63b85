import { numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, windowSpec } from './feature.ts';
import { momentTerms, trailingZscores } from './trailing.ts';

/** Unusual volume. */
export const volumeZscore: FeatureFamily = {
  name: 'volume_zscore',
  description: 'How unusual the volume of the bar is, in deviations from its mean.',
  formula: '(v_t − mean) / sd of the last window volumes; missing where sd = 0, as without volume data',
  source: 'standard score',
  parameters: [windowSpec('window', { minimum: 2, fallback: 20, counts: 'Bars that it is compared with.' })],
  defaults: [{ window: 20 }],
  minSymbols: 1,
  problem: noProblem,
  warmUp: (params) => numberOf(params, 'window') - 1,
  terms: (params) => momentTerms(numberOf(params, 'window')),
  compute: ({ bars: { volume } }, params) => trailingZscores(volume, numberOf(params, 'window')),
};
