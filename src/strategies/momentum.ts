import { inBlocks } from '../core/index.ts';
import { type Crossing, CrossingScanner, crossingTarget } from './crossing.ts';
import type { IndicatorKind } from './indicators/index.ts';
import { numberOf, textOf } from './parameter-reading.ts';
import type { Parameters } from './parameters.ts';
import type { DecisionInput, TargetStrategy } from './strategy-type.ts';

/** Added to the threshold on both sides, so that an exact tie is not decided by rounding. */
const TIE_MARGIN = 1e-12;

/**
 * Crossing of two moving averages. `s_t = (ma_short − ma_long)/ma_long`; target +1 when s > threshold + 10⁻¹², −1 when
 * s < −threshold − 10⁻¹² and shorting is allowed, else 0. 0 while an average is undefined.
 */
export const momentum: TargetStrategy = {
  name: 'momentum',
  trades: 'targets',
  description:
    'Follows the trend: holds the symbol while its short moving average stands above its long one by more than the ' +
    'threshold, and leaves when it no longer does. With shorting allowed it holds the opposite while the short average ' +
    'stands below the long one by more than the threshold. It earns in long moves and loses a little at every false start.',
  parameters: [
    {
      name: 'short_window',
      type: 'integer',
      description: 'Bars in the short moving average; must be smaller than long_window.',
      default: 20,
      minimum: 1,
      maximum: 10_000,
      nullable: false,
    },
    {
      name: 'long_window',
      type: 'integer',
      description: 'Bars in the long moving average.',
      default: 50,
      minimum: 1,
      maximum: 10_000,
      nullable: false,
    },
    {
      name: 'ma_type',
      type: 'enum',
      description: 'Kind of both averages: sma weighs its bars equally, ema weighs recent ones more.',
      default: 'sma',
      values: ['sma', 'ema'],
      nullable: false,
    },
    {
      name: 'signal_threshold',
      type: 'number',
      description:
        'Distance that the averages must have to count as a trend, as a fraction of the long one (0.01 is 1 %).',
      default: 0,
      minimum: 0,
      maximum: 10,
      nullable: false,
    },
  ],
  defaultGrid: { short_window: [5, 10, 20], long_window: [20, 50, 100], ma_type: ['sma', 'ema'] },
  symbols: { min: 1, max: null },

  problem(params) {
    const short = numberOf(params, 'short_window');
    const long = numberOf(params, 'long_window');
    if (short < long) return null;
    return { parameter: 'short_window', message: `short_window ${short} must be smaller than long_window ${long}.` };
  },

  indicators(params) {
    const kind = averageKind(params);
    return [
      { kind, window: numberOf(params, 'short_window') },
      { kind, window: numberOf(params, 'long_window') },
    ];
  },

  decide(input: DecisionInput, targets: Int8Array) {
    const crossing = crossingOf(input);
    inBlocks(targets.length, ({ from, to }) => {
      for (let t = from; t < to; t++) targets[t] = crossingTarget(crossing, t);
    });
  },

  scanner: (input: DecisionInput) => new CrossingScanner(crossingOf(input)),
};

function crossingOf({ params, allowShort, indicator }: DecisionInput): Crossing {
  const kind = averageKind(params);
  return {
    short: indicator(kind, numberOf(params, 'short_window')),
    long: indicator(kind, numberOf(params, 'long_window')),
    bound: numberOf(params, 'signal_threshold') + TIE_MARGIN,
    down: allowShort ? -1 : 0,
  };
}

function averageKind(params: Parameters): IndicatorKind {
  return textOf(params, 'ma_type') === 'ema' ? 'ema' : 'sma';
}
