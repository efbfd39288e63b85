import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, undefinedColumn, windowSpec } from './feature.ts';

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
    let gains = 0;
    let losses = 0;
    for (let t = 1; t < out.length; t++) {
      const change = at(bars.close, t) - at(bars.close, t - 1);
      // Until the first mean is complete this sums up its terms.
      const keep = t <= window ? 1 : (window - 1) / window;
      gains = keep * gains + Math.max(change, 0) / window;
      losses = keep * losses + Math.max(-change, 0) / window;
      if (t >= window) out[t] = gains + losses > 0 ? (100 * gains) / (gains + losses) : 50;
    }
    return out;
  },
};
