import type { Bars } from '../market/index.ts';
import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, undefinedColumn, windowSpec } from './feature.ts';
import { trailingMeans, wilderReach, wilderWeights } from './trailing.ts';

/** Relative strength index. */
export const rsi: FeatureFamily = {
  name: 'rsi',
  description: 'Share of the gains in all moves of late, 0 to 100: high after rises, low after falls.',
  formula:
    '100·G/(G + L): means of the last 5·window gains and losses with weights (1 − 1/window)^i for the one i bars ago; 50 without any move',
  source:
    'Wilder (1978), New Concepts in Technical Trading Systems; what is left out beyond 5 windows has less than 1 % of the weight',
  parameters: [windowSpec('window', { minimum: 2, fallback: 14, counts: 'Changes that are averaged.' })],
  defaults: [{ window: 14 }],
  minSymbols: 1,
  problem: noProblem,
  warmUp: (params) => wilderReach(numberOf(params, 'window')),
  terms: (params) => 2 * wilderReach(numberOf(params, 'window')),
  compute({ bars }, params) {
    const weights = wilderWeights(numberOf(params, 'window'));
    const gains = trailingMeans(moves(bars, 1), weights);
    const losses = trailingMeans(moves(bars, -1), weights);
    return gains.map((gain, t) => {
      const all = gain + at(losses, t);
      return all === 0 ? 50 : (100 * gain) / all;
    });
  },
};

/** [T] how far the close moved in a direction since the bar before, 0 where it went the other way; NaN for the first bar. */
function moves(bars: Bars, sign: 1 | -1): Float64Array {
  const { close } = bars;
  const out = undefinedColumn(bars);
  for (let t = 1; t < out.length; t++) out[t] = Math.max(0, sign * (at(close, t) - at(close, t - 1)));
  return out;
}
