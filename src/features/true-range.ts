import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, undefinedColumn, windowSpec } from './feature.ts';
import { WilderMean } from './wilder-mean.ts';

/** Average true range. */
export const atr: FeatureFamily = {
  name: 'atr',
  description: 'How far the price moves within a bar, gaps included, on average; as a fraction of the close.',
  formula:
    'A_t / c_t: Wilder mean of max(high, c_{t−1}) − min(low, c_{t−1}), the first over window ranges, then A_t = ((window − 1)·A_{t−1} + r_t)/window',
  source: 'Wilder (1978), New Concepts in Technical Trading Systems',
  parameters: [windowSpec('window', { minimum: 1, fallback: 14, counts: 'Ranges that are averaged.' })],
  defaults: [{ window: 14 }],
  minSymbols: 1,
  problem: noProblem,
  warmUp: (params) => numberOf(params, 'window'),
  compute({ bars }, params) {
    const window = numberOf(params, 'window');
    const out = undefinedColumn(bars);
    const mean = new WilderMean(window);
    for (let t = 1; t < out.length; t++) {
      const before = at(bars.close, t - 1);
      const range = Math.max(at(bars.high, t), before) - Math.min(at(bars.low, t), before);
      const average = mean.next(range);
      if (mean.isComplete) out[t] = average / at(bars.close, t);
    }
    return out;
  },
};
