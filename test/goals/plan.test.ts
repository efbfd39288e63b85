/** fast-check prints the seed of a failure. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, maxOf, sumOf, ZERO } from '../../src/core/index.ts';
import { type Aim, type Holdings, measureHoldings, valueOf } from '../../src/goals/drift.ts';
import { made, type Plan, type PlanInput, planTrades } from '../../src/goals/plan.ts';

const FREE = { slippageBps: ZERO, commissionBps: ZERO, commissionPerTrade: ZERO };
const PAPER = { ...FREE, slippageBps: decimal(2) };

function aim(weights: Readonly<Record<string, string>>, threshold = '0.05'): Aim {
  const targets = new Map(Object.entries(weights).map(([symbol, weight]) => [symbol, decimal(weight)]));
  return { targets, threshold: decimal(threshold) };
}

function held(cash: string, quantities: Readonly<Record<string, string>>, prices: Readonly<Record<string, string>>) {
  const map = (texts: Readonly<Record<string, string>>) =>
    new Map(Object.entries(texts).map(([symbol, text]) => [symbol, decimal(text)]));
  return { cash: decimal(cash), positions: map(quantities), prices: map(prices) } satisfies Holdings;
}

/** `sell 6.5 SPY` of those that are made, `skip sell 6.5 SPY` of the others. */
function told({ trades }: Plan): readonly string[] {
  return trades.map(({ side, quantity, symbol, isSkipped }) => {
    return `${isSkipped ? 'skip ' : ''}${side} ${quantity.toFixed()} ${symbol}`;
  });
}

describe('a plan', () => {
  it('sells first, then buys from the proceeds', () => {
    const holdings = held('10000', { SPY: '670', QQQ: '230' }, { SPY: '100', QQQ: '100' });
    const plan = planTrades({ aim: aim({ SPY: '0.6', QQQ: '0.3' }), holdings, costs: FREE, isFractional: false });

    expect(told(plan)).toEqual(['sell 70 SPY', 'buy 70 QQQ']);
    expect(plan.cashAfter.toFixed()).toBe('10000');
    expect(plan.residualDrift.toFixed()).toBe('0');
  });

  it('keeps a quarter of a percent in cash, and says what it costs', () => {
    const holdings = held('100000', {}, { SPY: '100' });
    const plan = planTrades({ aim: aim({ SPY: '1' }), holdings, costs: PAPER, isFractional: true });
    const [trade] = plan.trades;

    expect(plan.cashAfter.gte(250)).toBe(true);
    expect(plan.cashAfter.lt('250.1')).toBe(true);
    expect(trade?.cost.toNumber()).toBeCloseTo((trade?.value.toNumber() ?? 0) * 0.0002, 4);
    expect(plan.cost.eq(trade?.cost ?? ZERO)).toBe(true);
  });

  it('sells what nobody wants entirely, and buys back what is short before it buys anything else', () => {
    const holdings = held('60000', { OLD: '33.333', BAD: '-100', SPY: '1' }, { OLD: '600', BAD: '200', SPY: '100' });
    const plan = planTrades({ aim: aim({ SPY: '0.5' }), holdings, costs: FREE, isFractional: true });

    expect(told(plan)).toEqual(['sell 33.333 OLD', 'buy 100 BAD', expect.stringMatching(/^buy 299\.\d+ SPY$/)]);
  });

  it('skips what is too small, with the reason', () => {
    const holdings = held('50000', { SPY: '499', QQQ: '1' }, { SPY: '100', QQQ: '99' });
    const plan = planTrades({ aim: aim({ SPY: '0.4' }), holdings, costs: FREE, isFractional: true });
    const small = plan.trades.find(({ symbol }) => symbol === 'QQQ');

    expect(small).toMatchObject({ isSkipped: true, side: 'sell' });
    expect(small?.reason).toBe('It is worth 99, and a trade of this account has to be worth 100.');
  });

  it('takes whole units where the broker does, and skips what is less than one', () => {
    const holdings = held('9000', { SPY: '1' }, { SPY: '1000', BRK: '700000' });
    const weights = aim({ SPY: '0.55', BRK: '0.4' });

    expect(told(planTrades({ aim: weights, holdings, costs: FREE, isFractional: false }))).toEqual([
      'buy 4 SPY',
      expect.stringMatching(/^skip buy 0\.0057\d* BRK$/),
    ]);
  });

  it('is empty for an account that is on its target', () => {
    const holdings = held('10000', { SPY: '600', QQQ: '300' }, { SPY: '100', QQQ: '100' });
    const plan = planTrades({ aim: aim({ SPY: '0.6', QQQ: '0.3' }), holdings, costs: PAPER, isFractional: true });

    expect(plan.trades).toEqual([]);
    expect(plan.cost.isZero()).toBe(true);
  });
});

describe('every plan', () => {
  const price = fc.integer({ min: 1, max: 5_000_00 }).map((cents) => decimal(cents).div(100));
  const symbols = fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'), {
    minLength: 1,
    maxLength: 8,
  });
  const costs = fc.record({
    slippageBps: fc.integer({ min: 0, max: 50 }).map(decimal),
    commissionBps: fc.integer({ min: 0, max: 50 }).map(decimal),
    commissionPerTrade: fc.integer({ min: 0, max: 2 }).map(decimal),
  });
  const input: fc.Arbitrary<PlanInput> = symbols.chain((names) => {
    const each = <Value>(value: fc.Arbitrary<Value>) =>
      fc.array(value, { minLength: names.length, maxLength: names.length });
    return fc
      .record({
        parts: each(fc.integer({ min: 0, max: 100 })),
        quantities: each(fc.integer({ min: 0, max: 3_000 })),
        prices: each(price),
        invested: fc.integer({ min: 10, max: 100 }),
        cash: fc.integer({ min: 1_000, max: 1_000_000 }).map(decimal),
        isFractional: fc.boolean(),
        costs,
      })
      .map(({ parts, quantities, prices, invested, ...rest }) =>
        planInput({ names, parts, quantities, prices, invested, ...rest }),
      );
  });

  it('adds up, keeps the buffer, makes no small trade, and leaves nothing for a second one', () => {
    fc.assert(
      fc.property(input, (given) => {
        const plan = planTrades(given);
        const after = filled(given, plan);
        const total = valueOf(given.holdings);

        // Every cent is somewhere: what is held then, what is in cash then, and what the trades cost.
        expect(valueOf(after).plus(plan.cost).minus(total).abs().lt('0.0001')).toBe(true);
        expect(after.cash.minus(plan.cashAfter).abs().lt('0.0001')).toBe(true);
        const weights = measureHoldings(given.aim, after).rows.map(({ currentWeight }) => currentWeight);
        expect(sumOf(weights).minus(1).abs().lt('0.000001')).toBe(true);
        const buys = made(plan.trades).filter(({ side }) => side === 'buy');
        if (buys.length > 0) expect(after.cash.gte(total.times('0.0025').minus('0.0001'))).toBe(true);
        const least = maxOf(decimal(1), total.times('0.001'));
        for (const trade of made(plan.trades)) {
          expect(trade.value.gte(least)).toBe(true);
          expect(given.isFractional || trade.quantity.isInteger()).toBe(true);
        }
        for (const quantity of after.positions.values()) expect(quantity.isNeg()).toBe(false);
        expect(told(planTrades({ ...given, holdings: after })).filter((each) => !each.startsWith('skip'))).toEqual([]);
      }),
      { seed: 20_261_129, numRuns: 150 },
    );
  });
});

interface Drawn extends Pick<PlanInput, 'costs' | 'isFractional'> {
  readonly names: readonly string[];
  readonly parts: readonly number[];
  readonly quantities: readonly number[];
  readonly prices: readonly Decimal[];
  /** Percent of the account that the weights add up to. */
  readonly invested: number;
  readonly cash: Decimal;
}

function planInput({ names, parts, quantities, prices, invested, cash, ...rest }: Drawn): PlanInput {
  const sum = parts.reduce((total, part) => total + part, 0);
  const weights = parts.map((part) => (sum === 0 ? ZERO : decimal(part).times(invested).div(sum).div(100)));
  const targets = names.map((name, at) => [name, (weights[at] ?? ZERO).toDecimalPlaces(8, 1)] as const);
  const positions = names.map((name, at) => [name, decimal(quantities[at] ?? 0)] as const);
  return {
    ...rest,
    aim: { targets: new Map(targets.filter(([, weight]) => weight.gt(0))), threshold: decimal('0.05') },
    holdings: {
      cash,
      positions: new Map(positions.filter(([, quantity]) => !quantity.isZero())),
      prices: new Map(names.map((name, at) => [name, prices[at] ?? decimal(1)] as const)),
    },
  };
}

/** The account when every trade is filled as estimated, worked out by the prices of the fills. */
function filled({ holdings, costs }: PlanInput, plan: Plan): Holdings {
  const positions = new Map(holdings.positions);
  let { cash } = holdings;
  for (const { side, symbol, quantity, price } of made(plan.trades)) {
    const sign = side === 'buy' ? 1 : -1;
    const fill = price.times(decimal(1).plus(costs.slippageBps.times(sign).div(10_000)));
    const commission = fill.times(quantity).times(costs.commissionBps).div(10_000).plus(costs.commissionPerTrade);
    cash = cash.minus(fill.times(quantity).times(sign)).minus(commission);
    const now = (positions.get(symbol) ?? ZERO).plus(quantity.times(sign));
    if (now.isZero()) positions.delete(symbol);
    else positions.set(symbol, now);
  }
  return { ...holdings, cash, positions };
}
