import { numberOf } from './parameter-reading.ts';
import type { DecisionInput, QuotePolicy, QuotingStrategy } from './strategy-type.ts';

const BPS_PER_UNIT = 10_000;

/**
 * Quotes both sides of the last close. `h = ½·spread_bps/10⁴·max(1, v/v̄)` on either side, where v is the volatility of
 * the last volatility_window returns and v̄ its mean so far; the skew by inventory is the backtester's part.
 */
export const marketMaking: QuotingStrategy = {
  name: 'market_making',
  trades: 'quotes',
  description:
    'Offers to buy a little below and to sell a little above the last close, wider when the market is more volatile than ' +
    'usual, and shifted against its inventory so that it tends back to flat. It earns the spread in quiet markets and ' +
    'loses when the price runs through its quotes. Without shorting it never sells more than it holds.',
  parameters: [
    {
      name: 'spread_bps',
      type: 'number',
      description: 'Distance between bid and ask in hundredths of a percent of the price.',
      default: 10,
      exclusiveMinimum: 0,
      maximum: 10_000,
      nullable: false,
    },
    {
      name: 'max_inventory',
      type: 'number',
      description: 'Largest position in shares, either way.',
      default: 100,
      exclusiveMinimum: 0,
      maximum: 1e9,
      nullable: false,
    },
    {
      name: 'quote_size',
      type: 'number',
      description: 'Shares offered on each side; more than max_inventory never quotes.',
      default: 10,
      exclusiveMinimum: 0,
      maximum: 1e9,
      nullable: false,
    },
    {
      name: 'volatility_window',
      type: 'integer',
      description: 'Returns in the volatility that widens the quotes.',
      default: 20,
      minimum: 2,
      maximum: 10_000,
      nullable: false,
    },
  ],
  defaultGrid: { spread_bps: [5, 10, 20], max_inventory: [50, 100, 200] },
  symbols: { min: 1, max: null },

  problem: () => null,

  indicators: (params) => [{ kind: 'volatilityFactor', window: numberOf(params, 'volatility_window') }],

  quote({ params, indicator }: DecisionInput): QuotePolicy {
    const half = (0.5 * numberOf(params, 'spread_bps')) / BPS_PER_UNIT;
    const factor = indicator('volatilityFactor', numberOf(params, 'volatility_window'));
    return {
      halfSpread: factor.map((widening) => half * widening),
      quoteSize: numberOf(params, 'quote_size'),
      maxInventory: numberOf(params, 'max_inventory'),
    };
  },
};
