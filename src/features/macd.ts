import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, windowSpec } from './feature.ts';
import { exponentialReach, exponentialWeights, trailingMeans } from './trailing.ts';

/** Moving average convergence divergence, its histogram. */
export const macd: FeatureFamily = {
  name: 'macd',
  description: 'Whether the distance of two averages grows or shrinks, as a fraction of the close.',
  formula: '(m_t − ema_signal(m)_t) / c_t, m = ema_fast(c) − ema_slow(c), averages as of ema_distance',
  source: 'Appel (1979); the histogram: Aspray (1986)',
  parameters: [
    windowSpec('fast', { minimum: 1, fallback: 12, counts: 'Bars of the fast average; fewer than slow.' }),
    windowSpec('slow', { minimum: 2, fallback: 26, counts: 'Bars of the slow average.' }),
    windowSpec('signal', { minimum: 1, fallback: 9, counts: 'Bars of the average of the distance.' }),
  ],
  defaults: [{ fast: 12, slow: 26, signal: 9 }],
  minSymbols: 1,
  problem(params) {
    const [fast, slow] = [numberOf(params, 'fast'), numberOf(params, 'slow')];
    if (fast < slow) return null;
    return { parameter: 'fast', message: `fast ${fast} must be smaller than slow ${slow}.` };
  },
  warmUp: (params) => exponentialReach(numberOf(params, 'slow')) + exponentialReach(numberOf(params, 'signal')) - 2,
  terms: (params) =>
    ['fast', 'slow', 'signal'].reduce((sum, name) => sum + exponentialReach(numberOf(params, name)), 0),
  compute({ bars: { close } }, params) {
    const fast = smoothed(close, numberOf(params, 'fast'));
    const slow = smoothed(close, numberOf(params, 'slow'));
    const distance = fast.map((value, t) => value - at(slow, t));
    const signal = smoothed(distance, numberOf(params, 'signal'));
    return distance.map((value, t) => (value - at(signal, t)) / at(close, t));
  },
};

function smoothed(values: Float64Array, window: number): Float64Array {
  return trailingMeans(values, exponentialWeights(window));
}
