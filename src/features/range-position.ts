import { at, numberOf } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, PLAIN_TERMS, undefinedColumn, windowSpec } from './feature.ts';

/** Place of the close in the range of late, %K of the stochastic oscillator. */
export const rangePosition: FeatureFamily = {
  name: 'range_position',
  description: 'Where the close stands in the range of the last bars: 0 at the lowest price, 1 at the highest.',
  formula: '(c_t − lowest low) / (highest high − lowest low) of the last window bars; missing without a range',
  source: 'Lane (1984), stochastic oscillator %K',
  parameters: [windowSpec('window', { minimum: 2, fallback: 14, counts: 'Bars of the range.' })],
  defaults: [{ window: 14 }],
  minSymbols: 1,
  problem: noProblem,
  warmUp: (params) => numberOf(params, 'window') - 1,
  terms: () => PLAIN_TERMS,
  compute({ bars }, params) {
    const window = numberOf(params, 'window');
    const out = undefinedColumn(bars);
    const { lowest, highest } = extremes(bars, window);
    for (let t = window - 1; t < out.length; t++) {
      const range = at(highest, t) - at(lowest, t);
      if (range > 0) out[t] = (at(bars.close, t) - at(lowest, t)) / range;
    }
    return out;
  },
};

function extremes({ low, high }: { readonly low: Float64Array; readonly high: Float64Array }, window: number) {
  return {
    lowest: slidingLeast(low, window),
    highest: slidingLeast(
      high.map((price) => -price),
      window,
    ).map(negated),
  };
}

function negated(value: number): number {
  return -value;
}

/** [T] least of the last `window` values (fewer at the front), by a queue of candidates in ascending order. */
function slidingLeast(values: Float64Array, window: number): Float64Array {
  const queue = new Int32Array(values.length);
  const out = new Float64Array(values.length);
  let [head, tail] = [0, 0];
  for (let t = 0; t < values.length; t++) {
    while (tail > head && at(values, queue[tail - 1] ?? 0) >= at(values, t)) tail--;
    queue[tail++] = t;
    if ((queue[head] ?? 0) <= t - window) head++;
    out[t] = at(values, queue[head] ?? 0);
  }
  return out;
}
