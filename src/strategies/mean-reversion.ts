import { numberOf, optionalNumberOf } from './parameter-reading.ts';
import { followReversion, type Reversion, ReversionScanner } from './reversion.ts';
import type { DecisionInput, TargetStrategy } from './strategy-type.ts';

/**
 * Bollinger reversal. `z = (close − mean)/sd` over the window; long from z ≤ zscore_entry until z ≥ zscore_exit, or
 * until z ≥ num_std (the upper band) where zscore_exit is null. Short mirrored, when allowed.
 */
export const meanReversion: TargetStrategy = {
  name: 'mean_reversion',
  trades: 'targets',
  description:
    'Bets that a stretched price comes back: buys when the close has fallen so many standard deviations below its ' +
    'moving average, and sells when it has risen to zscore_exit or, without one, to the upper Bollinger band. With ' +
    'shorting allowed it sells stretched rises the same way. It earns in ranges and suffers when a fall is a new trend.',
  parameters: [
    {
      name: 'window',
      type: 'integer',
      description: 'Bars in the moving average and the standard deviation.',
      default: 20,
      minimum: 2,
      maximum: 10_000,
      nullable: false,
    },
    {
      name: 'num_std',
      type: 'number',
      description:
        'Distance of the bands from the average, in standard deviations; the exit where zscore_exit is null.',
      default: 2,
      exclusiveMinimum: 0,
      maximum: 100,
      nullable: false,
    },
    {
      name: 'zscore_entry',
      type: 'number',
      description: 'z-score at or below which it buys (and at or above whose negative it sells short).',
      default: -2,
      minimum: -100,
      exclusiveMaximum: 0,
      nullable: false,
    },
    {
      name: 'zscore_exit',
      type: 'number',
      description: 'z-score at or above which a long position is closed (a short one at its negative); null: the band.',
      default: null,
      minimum: -100,
      maximum: 100,
      nullable: true,
    },
  ],
  defaultGrid: { window: [10, 20, 30], num_std: [1.5, 2, 2.5], zscore_entry: [-2.5, -2, -1.5] },
  symbols: { min: 1, max: null },

  problem: () => null,

  indicators: (params) => [{ kind: 'zscore', window: numberOf(params, 'window') }],

  decide(input: DecisionInput, targets: Int8Array) {
    followReversion(reversionOf(input), targets);
  },

  scanner: (input: DecisionInput) => new ReversionScanner(reversionOf(input)),
};

function reversionOf({ params, allowShort, indicator }: DecisionInput): Reversion {
  return {
    z: indicator('zscore', numberOf(params, 'window')),
    entry: -numberOf(params, 'zscore_entry'),
    exit: optionalNumberOf(params, 'zscore_exit') ?? numberOf(params, 'num_std'),
    allowShort,
  };
}
