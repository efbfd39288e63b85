/** How far the close is from its moving averages: sma and ema. */
import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, windowSpec } from './feature.ts';
import { equalWeights, exponentialReach, exponentialWeights, trailingMeans } from './trailing.ts';

/** Distance from the simple moving average. */
export const smaDistance: FeatureFamily = {
  name: 'sma_distance',
  description: 'How far the close is above its simple moving average, as a fraction of it.',
  formula: 'c_t / mean(c_{t−window+1} … c_t) − 1',
  source: 'simple moving average, as the strategies use it',
  ...distances([10, 50]),
  warmUp: (params) => numberOf(params, 'window') - 1,
  terms: (params) => numberOf(params, 'window'),
  compute: ({ bars: { close } }, params) => distanceFrom(close, equalWeights(numberOf(params, 'window'))),
};

/** Distance from the exponential moving average. */
export const emaDistance: FeatureFamily = {
  name: 'ema_distance',
  description: 'How far the close is above its exponential moving average, as a fraction of it.',
  formula:
    'c_t / e_t − 1, e_t the mean of the last 3·window closes with weights (1 − α)^i for the one i bars ago, α = 2/(window + 1)',
  source: 'exponential moving average; what is left out beyond 3 windows has less than 1 % of the weight',
  ...distances([12, 26]),
  warmUp: (params) => exponentialReach(numberOf(params, 'window')) - 1,
  terms: (params) => exponentialReach(numberOf(params, 'window')),
  compute: ({ bars: { close } }, params) => distanceFrom(close, exponentialWeights(numberOf(params, 'window'))),
};

function distances(windows: readonly number[]) {
  return {
    parameters: [windowSpec('window', { minimum: 2, fallback: windows[0] ?? 2, counts: 'Bars of the average.' })],
    defaults: windows.map((window) => ({ window })),
    minSymbols: 1,
    problem: noProblem,
  };
}

/** [T] distance from the average with these weights. */
function distanceFrom(close: Float64Array, weights: Float64Array): Float64Array {
  return trailingMeans(close, weights).map((average, t) => at(close, t) / average - 1);
}
