/** How far the close is from its moving averages: sma and ema. */
import { at, exponentialMeans, numberOf, type Parameters, prefixSums, rollingMean } from '../strategies/index.ts';
import { type FeatureFamily, type FeatureInput, noProblem, windowSpec } from './feature.ts';

/** Distance from the simple moving average. */
export const smaDistance: FeatureFamily = {
  name: 'sma_distance',
  description: 'How far the close is above its simple moving average, as a fraction of it.',
  formula: 'c_t / mean(c_{t−window+1} … c_t) − 1',
  source: 'simple moving average, as the strategies use it',
  ...distances([10, 50]),
  compute({ bars }, params) {
    const out = new Float64Array(bars.close.length);
    rollingMean(prefixSums(bars.close), numberOf(params, 'window'), out);
    return distanceFrom(bars.close, out);
  },
};

/** Distance from the exponential moving average. */
export const emaDistance: FeatureFamily = {
  name: 'ema_distance',
  description: 'How far the close is above its exponential moving average, as a fraction of it.',
  formula: 'c_t / e_t − 1, e_t = α·c_t + (1 − α)·e_{t−1}, α = 2/(window + 1), e_0 = c_0; defined after window bars',
  source: 'exponential moving average, as the strategies use it',
  ...distances([12, 26]),
  compute({ bars }: FeatureInput, params: Parameters) {
    const window = numberOf(params, 'window');
    const out = new Float64Array(bars.close.length);
    exponentialMeans(bars.close, [{ window, out }]);
    out.fill(Number.NaN, 0, window - 1);
    return distanceFrom(bars.close, out);
  },
};

function distances(windows: readonly number[]) {
  return {
    parameters: [windowSpec('window', { minimum: 2, fallback: windows[0] ?? 2, counts: 'Bars of the average.' })],
    defaults: windows.map((window) => ({ window })),
    minSymbols: 1,
    problem: noProblem,
    warmUp: (params: Parameters) => numberOf(params, 'window') - 1,
  };
}

/** Turns averages into distances from them, in place. */
function distanceFrom(close: Float64Array, averages: Float64Array): Float64Array {
  for (let t = 0; t < averages.length; t++) averages[t] = at(close, t) / at(averages, t) - 1;
  return averages;
}
