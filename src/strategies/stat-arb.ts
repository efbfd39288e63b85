import { numberOf } from './parameter-reading.ts';
import { followReversion, type Reversion, ReversionScanner } from './reversion.ts';
import type { DecisionInput, SpreadStrategy } from './strategy-type.ts';

/**
 * Pairs trading on the ratio of two closes. `r = close_A/close_B`, `z = (r − mean)/sd` over the lookback; the spread is
 * bought at z ≤ −entry_zscore and closed at z ≥ −exit_zscore, sold short at z ≥ entry_zscore and closed at
 * z ≤ exit_zscore.
 */
export const statArb: SpreadStrategy = {
  name: 'stat_arb',
  trades: 'spread',
  description:
    'Trades two related symbols against each other: when the ratio of their prices falls far below its average it buys ' +
    'the first and sells the second short with half the equity each, and the other way round when the ratio rises; it ' +
    'closes both when the ratio is back near its average. Shorting is inherent. It loses when the two part for good.',
  parameters: [
    {
      name: 'lookback',
      type: 'integer',
      description: "Bars in the ratio's mean and standard deviation.",
      default: 60,
      minimum: 2,
      maximum: 10_000,
      nullable: false,
    },
    {
      name: 'entry_zscore',
      type: 'number',
      description: 'Distance of the ratio from its mean, in standard deviations, at which the spread is opened.',
      default: 2,
      exclusiveMinimum: 0,
      maximum: 100,
      nullable: false,
    },
    {
      name: 'exit_zscore',
      type: 'number',
      description: 'Distance at which it is closed; negative values wait until the ratio has crossed its mean.',
      default: 0.5,
      minimum: -100,
      maximum: 100,
      nullable: false,
    },
  ],
  defaultGrid: { lookback: [30, 60, 90], entry_zscore: [1.5, 2, 2.5], exit_zscore: [0, 0.5, 1] },
  symbols: { min: 2, max: 2 },

  problem: () => null,

  indicators: (params) => [{ kind: 'ratioZscore', window: numberOf(params, 'lookback') }],

  decide(input: DecisionInput, targets: Int8Array) {
    followReversion(reversionOf(input), targets);
  },

  scanner: (input: DecisionInput) => new ReversionScanner(reversionOf(input)),
};

function reversionOf({ params, indicator }: DecisionInput): Reversion {
  return {
    z: indicator('ratioZscore', numberOf(params, 'lookback')),
    entry: numberOf(params, 'entry_zscore'),
    exit: -numberOf(params, 'exit_zscore'),
    allowShort: true,
  };
}
