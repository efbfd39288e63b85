import { at } from '../strategies/index.ts';
import { type FeatureFamily, noProblem, PLAIN_TERMS, undefinedColumn } from './feature.ts';

/** Opening gap. */
export const gap: FeatureFamily = {
  name: 'gap',
  description: 'How far the bar opened from the close before it.',
  formula: 'ln(open_t / c_{t−1})',
  source: 'definition of the overnight return',
  parameters: [],
  defaults: [{}],
  minSymbols: 1,
  problem: noProblem,
  warmUp: () => 1,
  terms: () => PLAIN_TERMS,
  compute({ bars }) {
    const out = undefinedColumn(bars);
    for (let t = 1; t < out.length; t++) out[t] = Math.log(at(bars.open, t) / at(bars.close, t - 1));
    return out;
  },
};
