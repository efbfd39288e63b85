/** Small examples, worked out by hand. */
import { describe, expect, test } from 'vitest';
import { parseSettings, type RawSettings, runBacktest } from '../../src/backtest/index.ts';
import type { Bars } from '../../src/market/index.ts';
import { builtInStrategies, parseParameters, StrategyRegistry } from '../../src/strategies/index.ts';
import { barsOf, flatBars } from '../support/series.ts';

const registry = new StrategyRegistry(builtInStrategies);

function backtest(typeName: string, raw: object, bars: readonly Bars[], rawSettings: RawSettings = {}) {
  const type = registry.get(typeName);
  const settings = parseSettings(rawSettings, { periodsPerYear: 252 });
  return runBacktest({ type, params: parseParameters(type, raw, 'params'), bars, settings });
}

const CROSSING = { short_window: 1, long_window: 2 };
const FREE: RawSettings = { initialCapital: 1000, slippageBps: 0, commissionBps: 0 };

describe('momentum by hand', () => {
  // close 10 11 12 11 10: the close is above the mean of two on bars 1 and 2, below on 3 and 4. Opens 10 10 11 12 11.
  const bars = barsOf([
    [10, 10, 10, 10],
    [10, 11, 10, 11],
    [11, 12, 11, 12],
    [12, 12, 11, 11],
    [11, 11, 10, 10],
  ]);

  test('buys at the open after the signal and sells at the open after it ends', () => {
    const result = backtest('momentum', CROSSING, [bars], FREE);

    // bought at 11 on bar 2: 1000/11 shares, worth 12 and then 11 at the closes; sold at 11 on bar 4
    expect([...result.equity]).toEqual([1000, 1000, expect.closeTo(12_000 / 11, 9), expect.closeTo(1000, 9), 1000]);
    expect(result.trades).toEqual([
      {
        symbol: 'TEST',
        side: 'long',
        quantity: expect.closeTo(1000 / 11, 9),
        entryTime: bars.time[2],
        entryPrice: 11,
        exitTime: bars.time[4],
        exitPrice: 11,
        profit: expect.closeTo(0, 9),
        returnFraction: expect.closeTo(0, 12),
      },
    ]);
    expect(result.metrics.exposure).toBe(2 / 5);
    expect(result.metrics.maxDrawdown).toBeCloseTo(11 / 12 - 1, 12);
  });

  test('pays slippage on both sides and commission on the traded value', () => {
    const result = backtest('momentum', CROSSING, [bars], {
      initialCapital: 1000,
      slippageBps: 100,
      commissionBps: 100,
    });

    // buys at 11.11 so that 1 % of the value is left for the commission, sells at 10.89 and pays 1 % of that
    const shares = 1000 / (11.11 * 1.01);
    expect(result.equity[2]).toBeCloseTo(shares * 12, 9);
    expect(result.equity[4]).toBeCloseTo(shares * 10.89 * 0.99, 9);
    expect(result.trades[0]?.profit).toBeCloseTo(shares * 10.89 * 0.99 - 1000, 9);
    expect(result.metrics.winRate).toBe(0);
  });

  test('turns from long to short in one step when shorting is allowed', () => {
    const result = backtest('momentum', CROSSING, [bars], { ...FREE, allowShort: true });

    // on bar 4 the long position ends at 11 with equity 1000 and a short one of 1000/11 shares begins, marked at 10
    expect(result.equity[4]).toBeCloseTo(1000 + 1000 / 11, 9);
    expect(result.metrics.trades).toBe(1);
    expect(result.metrics.exposure).toBe(3 / 5);
  });

  test('does not execute the signal of the last bar, nor close the position that is open there', () => {
    const result = backtest('momentum', CROSSING, [flatBars([10, 11, 12, 13])], FREE);

    expect(result.equity[3]).toBeCloseTo((1000 / 12) * 13, 9);
    expect(result.trades).toEqual([]);
    expect(result.metrics.trades).toBe(0);
  });

  test('is decided by the margin, not by rounding, where the averages are equal', () => {
    const tie = Array<number>(60).fill(0.1 + 0.2);

    expect(
      backtest('momentum', { short_window: 3, long_window: 7 }, [flatBars(tie)], { allowShort: true }).trades,
    ).toEqual([]);
    expect(
      backtest('momentum', { short_window: 3, long_window: 7, ma_type: 'ema' }, [flatBars(tie)]).metrics.exposure,
    ).toBe(0);
  });
});

describe('mean_reversion by hand', () => {
  // window 3; the z-scores of 10 10 10 7 10 13 13 are – – 0(sd) −1.155 0.577 1 0.577
  const bars = flatBars([10, 10, 10, 7, 10, 13, 13]);

  test('buys the fall and sells at the upper band', () => {
    const result = backtest('mean_reversion', { window: 3, zscore_entry: -1, num_std: 0.9 }, [bars], FREE);

    // bought at 10 on bar 4, sold at 13 on bar 6
    expect([...result.equity]).toEqual([1000, 1000, 1000, 1000, 1000, 1300, 1300]);
    expect(result.trades[0]?.profit).toBe(300);
  });

  test('sells earlier when an exit is given', () => {
    const result = backtest('mean_reversion', { window: 3, zscore_entry: -1, zscore_exit: 0.5 }, [bars], FREE);

    // bought at 10 on bar 4, exit decided there, sold at 13 on bar 5
    expect(result.trades[0]).toMatchObject({ exitTime: bars.time[5], exitPrice: 13, profit: 300 });
  });

  test('never opens a short position unless it is allowed', () => {
    const rise = flatBars([10, 10, 10, 13, 10, 10, 10]);
    const params = { window: 3, zscore_entry: -1, num_std: 0.5 };

    expect(backtest('mean_reversion', params, [rise], FREE).metrics.exposure).toBe(0);
    expect(backtest('mean_reversion', params, [rise], { ...FREE, allowShort: true }).trades[0]?.side).toBe('short');
  });
});

describe('stat_arb by hand', () => {
  // the ratio of A to B is 1 1 1 0.7 1: bought after bar 3, back at z = 0.577 on bar 4, closed on bar 5
  const a = flatBars([10, 10, 10, 7, 10, 10], 'AAA');
  const b = flatBars([10, 10, 10, 10, 10, 8], 'BBB');

  test('holds half the equity in each leg and counts the spread as one trade', () => {
    const result = backtest('stat_arb', { lookback: 3, entry_zscore: 1, exit_zscore: 0.5 }, [a, b], FREE);

    // bar 4: long 50 A at 10, short 50 B at 10; bar 5: sold at 10, bought back at 8
    expect([...result.equity]).toEqual([1000, 1000, 1000, 1000, 1000, 1100]);
    expect(result.trades).toEqual([
      {
        symbol: 'AAA/BBB',
        side: 'long',
        quantity: 50,
        entryTime: a.time[4],
        entryPrice: 1,
        exitTime: a.time[5],
        exitPrice: 10 / 8,
        profit: 100,
        returnFraction: 0.1,
      },
    ]);
  });

  test('pays the costs of all four fills', () => {
    const costly: RawSettings = { initialCapital: 1000, slippageBps: 100, commissionBps: 100 };
    const result = backtest('stat_arb', { lookback: 3, entry_zscore: 1, exit_zscore: 0.5 }, [a, b], costly);

    const long = 500 / (10.1 * 1.01);
    const short = 500 / (9.9 * 1.01);
    const opened = -long * 10.1 * 1.01 + short * 9.9 * 0.99;
    const closed = long * 9.9 * 0.99 - short * 8.08 * 1.01;
    expect(result.trades[0]?.profit).toBeCloseTo(opened + closed, 9);
  });

  test('is refused with one symbol', () => {
    expect(() => backtest('stat_arb', {}, [a])).toThrow('stat_arb trades exactly 2 symbols, found 1.');
  });
});

describe('market_making by hand', () => {
  // spread 200 bps: bid 99, ask 101 around 100 when flat; the closes do not move, so nothing widens
  const params = { spread_bps: 200, max_inventory: 10, quote_size: 10, volatility_window: 2 };

  test('buys at its bid, sells at its skewed ask and pays commission but no slippage', () => {
    const bars = barsOf([
      [100, 100, 100, 100],
      [100, 100, 98, 100],
      [100, 100.5, 99.5, 100],
    ]);

    const result = backtest('market_making', params, [bars], {
      initialCapital: 10_000,
      commissionBps: 10,
      slippageBps: 50,
    });

    // bar 1: 10 at 99. Long at its limit the skew is 1 %: ask 100·(1 + 0.01 − 0.01) = 100, reached, but the open is no better
    const commission = 0.001 * (990 + 1000);
    expect(result.equity[1]).toBeCloseTo(10_000 - 990 - 0.99 + 1000, 9);
    expect(result.trades[0]).toMatchObject({ side: 'long', quantity: 10, entryPrice: 99, exitPrice: 100 });
    expect(result.trades[0]?.profit).toBeCloseTo(10 - commission, 9);
  });

  test('fills at the open where that is better than the quote', () => {
    const bars = barsOf([
      [100, 100, 100, 100],
      [97, 100, 96, 100],
    ]);

    expect(backtest('market_making', params, [bars], FREE).equity[1]).toBe(1000 - 970 + 1000);
  });

  test('places no quote that it could not pay, hold or deliver', () => {
    const wide = barsOf([
      [100, 100, 100, 100],
      [100, 150, 50, 100],
      [100, 150, 50, 100],
    ]);

    const poor = backtest('market_making', params, [wide], { ...FREE, initialCapital: 989 });
    const rich = backtest('market_making', params, [wide], { ...FREE, initialCapital: 990 });
    const small = backtest('market_making', { ...params, max_inventory: 9 }, [wide], FREE);

    expect(poor.metrics.exposure).toBe(0);
    expect(rich.equity[1]).toBe(1000);
    expect(small.metrics.exposure).toBe(0);
  });

  test('returns to exactly flat with sizes that binary fractions cannot hold', () => {
    const steps = Array.from({ length: 7 }, (_, t): [number, number, number, number] =>
      t <= 3 ? [100, 100, 98, 100] : [100, 102, 100, 100],
    );

    const result = backtest('market_making', { ...params, quote_size: 0.1, max_inventory: 0.3 }, [barsOf(steps)], FREE);

    expect(result.trades).toHaveLength(1);
    expect(result.trades[0]?.quantity).toBeCloseTo(0.3, 12);
  });
});

describe('equity that is used up', () => {
  test('leaves the account flat for the rest, at that equity', () => {
    // falling prices open a short position at 8; then the price triples
    const result = backtest('momentum', CROSSING, [flatBars([10, 9, 8, 24, 10, 9, 8])], { ...FREE, allowShort: true });

    expect([...result.equity]).toEqual([1000, 1000, 1000, -1000, -1000, -1000, -1000]);
    expect(result.trades).toEqual([]);
    expect(result.metrics).toMatchObject({
      totalReturn: -2,
      maxDrawdown: -2,
      cagr: null,
      calmar: null,
      exposure: (1 / 7) * 2,
    });
  });

  test('at the open of a reversal closes the position and opens no other', () => {
    // short 125 shares at 8; the reversal decided at 8.5 meets an open of 30, where equity is 2000 − 125·30 = −1750
    const bars = barsOf([
      [10, 10, 10, 10],
      [9, 9, 9, 9],
      [8, 8, 8, 8],
      [8, 8.5, 8, 8.5],
      [30, 30, 5, 5],
      [5, 5, 5, 5],
    ]);

    const result = backtest('momentum', CROSSING, [bars], { ...FREE, allowShort: true });

    expect([...result.equity]).toEqual([1000, 1000, 1000, 937.5, -1750, -1750]);
    expect(result.trades.map((trade) => trade.profit)).toEqual([-2750]);
  });

  test('of one sub-account leaves the others trading, of all together stops all', () => {
    const ruined = flatBars([10, 9, 8, 20, 10, 9, 8], 'AAA');
    const steady = flatBars([10, 9, 8, 8, 8, 8, 4], 'BBB');
    const disaster = flatBars([10, 9, 8, 80, 10, 9, 8], 'CCC');

    const one = backtest('momentum', CROSSING, [ruined, steady], { ...FREE, allowShort: true });
    const all = backtest('momentum', CROSSING, [disaster, steady], { ...FREE, allowShort: true });

    // −250 of the first stay in the sum; the second closes its trade on bar 4
    expect([...one.equity]).toEqual([1000, 1000, 1000, 250, 250, 250, 250]);
    expect(one.trades.map((trade) => trade.symbol)).toEqual(['BBB']);
    expect([...all.equity]).toEqual([1000, 1000, 1000, -3500, -3500, -3500, -3500]);
    expect(all.trades).toEqual([]);
    expect(all.metrics.exposure).toBe(2 / 7);
  });
});
