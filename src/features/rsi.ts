import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, undefinedColumn, windowSpec } from './feature.ts';
import { WilderMean } from './wilder-mean.ts';

/** Relative strength index. */
export const rsi: FeatureFamily = {
  name: 'rsi',
  description: 'Share of the gains in all moves of late, 0 to 100: high after rises, low after falls.',
  formula:
    '100·G/(G + L): Wilder means of gains and losses, the first over window changes, then G_t = ((window − 1)·G_{t−1} + g_t)/window; 50 without any move',
  source: 'Wilder (1978), New Concepts in Technical Trading Systems',
  parameters: [windowSpec('window', { minimum: 2, fallback: 14, counts: 'Changes that are averaged.' })],
  defaults: [{ window: 14 }],
  minSymbols: 1,
  problem: noProblem,
  warmUp: (params) => numberOf(params, 'window'),
  compute({ bars }, params) {
    const window = numberOf(params, 'window');
    const out = undefinedColumn(bars);
    const [rises, falls] = [new WilderMean(window), new WilderMean(window)];
    for (let t = 1; t < out.length; t++) {
      const change = at(bars.close, t) - at(bars.close, t - 1);
      const gains = rises.next(Math.max(change, 0));
      const losses = falls.next(Math.max(-change, 0));
      if (rises.isComplete) out[t] = gains + losses > 0 ? (100 * gains) / (gains + losses) : 50;
    }
    return out;
  },
};
