import type { Bars } from '../market/index.ts';
import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, undefinedColumn, windowSpec } from './feature.ts';
import { trailingMeans, wilderReach, wilderWeights } from './trailing.ts';

/** Average true range. */
export const atr: FeatureFamily = {
  name: 'atr',
  description: 'How far the price moves within a bar, gaps included, on average; as a fraction of the close.',
  formula:
    'A_t / c_t: mean of the last 5·window ranges max(high, c_{t−1}) − min(low, c_{t−1}) with weights (1 − 1/window)^i for the one i bars ago',
  source:
    'Wilder (1978), New Concepts in Technical Trading Systems; what is left out beyond 5 windows has less than 1 % of the weight',
  parameters: [windowSpec('window', { minimum: 1, fallback: 14, counts: 'Ranges that are averaged.' })],
  defaults: [{ window: 14 }],
  minSymbols: 1,
  problem: noProblem,
  warmUp: (params) => wilderReach(numberOf(params, 'window')),
  terms: (params) => wilderReach(numberOf(params, 'window')),
  compute({ bars }, params) {
    const averages = trailingMeans(trueRanges(bars), wilderWeights(numberOf(params, 'window')));
    return averages.map((average, t) => average / at(bars.close, t));
  },
};

/** [T] how far the price went within each bar, the gap before it included; NaN for the first one. */
function trueRanges(bars: Bars): Float64Array {
  const { high, low, close } = bars;
  const out = undefinedColumn(bars);
  for (let t = 1; t < out.length; t++) {
    const before = at(close, t - 1);
    out[t] = Math.max(at(high, t), before) - Math.min(at(low, t), before);
  }
  return out;
}
