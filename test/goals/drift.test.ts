import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/index.ts';
import { type Holdings, measureHoldings } from '../../src/goals/drift.ts';
import { parseWeights, targetsOf } from '../../src/goals/weights.ts';

/** An account of 100,000 at a price of 100 each; what is not held is cash. */
function holdings(
  quantities: Readonly<Record<string, number>>,
  prices: Readonly<Record<string, number>> = {},
): Holdings {
  const positions = new Map(Object.entries(quantities).map(([symbol, quantity]) => [symbol, decimal(quantity)]));
  const value = Object.entries(quantities).reduce((sum, [symbol, each]) => sum + each * (prices[symbol] ?? 100), 0);
  const known = ['SPY', 'QQQ', 'IEF', 'OLD', 'CASH'].map((symbol) => [symbol, decimal(prices[symbol] ?? 100)] as const);
  return { cash: decimal(100_000 - value), positions, prices: new Map(known) };
}

function aim(weights: Readonly<Record<string, number>>, threshold = '0.05') {
  const parsed = parseWeights(Object.entries(weights).map(([symbol, weight]) => ({ symbol, weight })));
  return { targets: targetsOf(parsed), threshold: decimal(threshold) };
}

const SIXTY = { SPY: 0.6, QQQ: 0.3, IEF: 0.1 };

describe('the drift of an account', () => {
  it('is 7 points of SPY at 67 %, a breach of a threshold of 5', () => {
    const drift = measureHoldings(aim(SIXTY), holdings({ SPY: 670, QQQ: 230, IEF: 100 }));

    expect(drift.maxDrift.toFixed()).toBe('0.07');
    expect(drift.needsRebalance).toBe(true);
    expect(drift.rows.map(({ symbol, drift: off, isBreached }) => [symbol, off.toFixed(), isBreached])).toEqual([
      ['IEF', '0', false],
      ['QQQ', '-0.07', true],
      ['SPY', '0.07', true],
      ['CASH', '0', false],
    ]);
  });

  it('is no breach at exactly 5 points, and one a cent beyond', () => {
    const exactly = measureHoldings(aim(SIXTY), holdings({ SPY: 650, QQQ: 250, IEF: 100 }));
    const beyond = measureHoldings(aim(SIXTY), holdings({ SPY: 650.0001, QQQ: 250, IEF: 100 }));

    // As floating-point numbers 0.65 − 0.60 is greater than 0.05.
    expect(0.65 - 0.6).toBeGreaterThan(0.05);
    expect(exactly.maxDrift.toFixed()).toBe('0.05');
    expect(exactly.needsRebalance).toBe(false);
    expect(beyond.needsRebalance).toBe(true);
  });

  it('is decided before it is rounded', () => {
    const drift = measureHoldings(aim(SIXTY), holdings({ SPY: 650, QQQ: 250, IEF: 100 }, { SPY: 100.000_000_01 }));

    expect(drift.maxDrift.toFixed()).toBe('0.05');
    expect(drift.needsRebalance).toBe(true);
  });

  it('counts what the goal does not name, with a target of 0', () => {
    const drift = measureHoldings(aim({ SPY: 1 }), holdings({ SPY: 940, OLD: 60 }));

    expect(drift.rows.find(({ symbol }) => symbol === 'OLD')).toMatchObject({ isBreached: true });
    expect(drift.totalValue.toFixed()).toBe('100000');
  });

  it('counts cash in the whole, and never as a breach', () => {
    const drift = measureHoldings(aim({ SPY: 0.02, CASH: 0.5 }), holdings({ SPY: 20 }));
    const cash = drift.rows.at(-1);

    expect(cash).toMatchObject({ symbol: 'CASH', isBreached: false });
    expect(cash?.targetWeight.toFixed()).toBe('0.98');
    expect(cash?.quantity.toFixed()).toBe('98000');
    expect(measureHoldings(aim({ CASH: 1 }), holdings({})).maxDrift.toFixed()).toBe('0');
    expect(measureHoldings(aim({ SPY: 0.03 }), holdings({})).needsRebalance).toBe(false);
  });

  it('keeps an instrument that is called CASH apart from cash', () => {
    const drift = measureHoldings(aim({ SPY: 0.5, CASH: 0.5 }), holdings({ SPY: 500, CASH: 100 }));

    expect(drift.totalValue.toFixed()).toBe('100000');
    expect(
      drift.rows.map(({ symbol, value, targetWeight, isBreached }) => [symbol, +value, +targetWeight, isBreached]),
    ).toEqual([
      ['CASH', 10_000, 0, true],
      ['SPY', 50_000, 0.5, false],
      ['CASH', 40_000, 0.5, false],
    ]);
  });

  it('counts what is sold short below 0', () => {
    const drift = measureHoldings(aim({ SPY: 0.5 }), holdings({ SPY: 500, OLD: -100 }));
    const short = drift.rows.find(({ symbol }) => symbol === 'OLD');

    expect(short?.drift.toFixed()).toBe('-0.1');
    expect(short?.isBreached).toBe(true);
  });

  it('is not defined for an account that is worth nothing', () => {
    const nothing = { cash: decimal(0), positions: new Map(), prices: new Map([['SPY', decimal(1)]]) };

    expect(() => measureHoldings(aim({ SPY: 1 }), nothing)).toThrow('worth 0');
  });
});
