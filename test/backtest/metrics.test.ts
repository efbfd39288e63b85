import { describe, expect, test } from 'vitest';
import { computeMetrics, parseSettings, profitOf, type Trade } from '../../src/backtest/index.ts';

const settings = parseSettings({ initialCapital: 100 }, { periodsPerYear: 4 });

function metricsOf(equity: readonly number[], profits: readonly number[] = []) {
  const trades = profits.map(
    (profit): Trade => ({
      symbol: 'TEST',
      side: 'long',
      quantity: 1,
      entryTime: 0,
      entryPrice: 1,
      exitTime: 1,
      exitPrice: 1,
      profit,
      returnFraction: profit,
    }),
  );
  const run = {
    equity: Float64Array.from(equity),
    exposed: new Uint8Array(equity.length),
    trades,
    fills: trades.length,
  };
  return computeMetrics(run, settings);
}

describe('metrics of an equity curve', () => {
  test('equal the figures worked out by hand', () => {
    // returns 10 %, −10 %, 20 %: mean 1/15, squares about it 7/150 over 2, so sd² = 7/300
    const metrics = metricsOf([110, 99, 118.8]);

    expect(metrics.totalReturn).toBeCloseTo(0.188, 12);
    expect(metrics.volatility).toBeCloseTo(Math.sqrt(7 / 300) * 2, 12);
    expect(metrics.sharpe).toBeCloseTo((1 / 15 / Math.sqrt(7 / 300)) * 2, 12);
    expect(metrics.sortino).toBeCloseTo((1 / 15 / Math.sqrt(0.01 / 3)) * 2, 12);
    expect(metrics.cagr).toBeCloseTo(1.188 ** (4 / 3) - 1, 12);
    expect(metrics.maxDrawdown).toBeCloseTo(-0.1, 12);
    expect(metrics.calmar).toBeCloseTo((1.188 ** (4 / 3) - 1) / 0.1, 11);
  });

  test('equal the published Sortino ratio of eight annual returns', () => {
    // Rollinger & Hoffman, "Sortino: A 'Sharper' Ratio": mean 10 %, target downside deviation 2.264 %, ratio 4.417.
    const returns = [0.17, 0.15, 0.23, -0.05, 0.12, 0.09, 0.13, -0.04];
    let value = 100;
    const equity = returns.map((r) => (value *= 1 + r));

    expect((metricsOf(equity).sortino ?? 0) / Math.sqrt(settings.periodsPerYear)).toBeCloseTo(4.417, 3);
  });

  test('start the running maximum at the initial capital', () => {
    expect(metricsOf([80, 90, 95]).maxDrawdown).toBeCloseTo(-0.2, 12);
  });

  test('without variance have a Sharpe of zero, and nothing to divide by', () => {
    expect(metricsOf([100, 100, 100])).toEqual({
      totalReturn: 0,
      sharpe: 0,
      sortino: null,
      volatility: 0,
      cagr: 0,
      calmar: null,
      maxDrawdown: 0,
      winRate: 0,
      profitFactor: null,
      exposure: 0,
      trades: 0,
    });
  });

  test('of one bar and of none are defined or null', () => {
    expect(metricsOf([110])).toMatchObject({ sharpe: 0, volatility: null, sortino: null });
    expect(metricsOf([110]).totalReturn).toBeCloseTo(0.1, 12);
    expect(metricsOf([])).toMatchObject({ totalReturn: 0, sharpe: 0, volatility: null, cagr: null, exposure: 0 });
  });

  test('stop at the bar that uses up the equity', () => {
    const metrics = metricsOf([50, -10, -10]);

    expect(metrics.totalReturn).toBeCloseTo(-1.1, 12);
    expect(metrics).toMatchObject({ cagr: null, calmar: null });
    // returns −0.5, −1.2, 0
    expect(metrics.sortino).toBeCloseTo((-1.7 / 3 / Math.sqrt(1.69 / 3)) * 2, 12);
  });

  test('stay defined when equity ends at exactly zero', () => {
    // returns −0.5, −1, 0
    expect(metricsOf([50, 0, 0]).sortino).toBeCloseTo((-0.5 / Math.sqrt(1.25 / 3)) * 2, 12);
    expect(metricsOf([50, 0, 0])).toMatchObject({ totalReturn: -1, cagr: -1, calmar: -1, maxDrawdown: -1 });
  });

  test('leave a growth null that cannot be annualised', () => {
    const run = { equity: Float64Array.of(1000), exposed: new Uint8Array(1), trades: [], fills: 0 };

    expect(computeMetrics(run, parseSettings({ periodsPerYear: 1e6, initialCapital: 1 }, settings)).cagr).toBeNull();
  });
});

describe('metrics of trades', () => {
  test('count as won what made a profit after costs', () => {
    expect(metricsOf([100], [3, -1, 0, -1])).toMatchObject({ winRate: 0.25, profitFactor: 1.5, trades: 4 });
  });

  test('have no profit factor without losses', () => {
    expect(metricsOf([100], [3, 1])).toMatchObject({ winRate: 1, profitFactor: null });
  });
});

describe('the profit of a trade', () => {
  test('is 0 where the equity before and after differ by rounding only, so that the trade is not won', () => {
    expect(profitOf(100_000, 100_000 + 7.3e-12)).toBe(0);
    expect(profitOf(100_000, 100_000 - 7.3e-12)).toBe(0);
    expect(profitOf(100_000, 100_000.000_000_01)).toBeGreaterThan(0);
    expect(profitOf(100_000, 99_999.999_999_99)).toBeLessThan(0);
  });
});
