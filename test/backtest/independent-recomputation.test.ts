/** Every figure of every built-in type, against a second implementation of the definitions that shares no code. */
import { describe, expect, test } from 'vitest';
import {
  type BacktestSettings,
  parseSettings,
  prepareSimulation,
  type RawSettings,
  runBacktest,
} from '../../src/backtest/index.ts';
import type { Bars } from '../../src/market/index.ts';
import {
  builtInStrategies,
  computeIndicators,
  indicatorSpecs,
  type Parameters,
  parseParameters,
  StrategyRegistry,
} from '../../src/strategies/index.ts';
import { expectClose } from '../support/close-to.ts';
import { oracle } from '../support/oracle.ts';
import { barsOf, flatBars, type Row, randomBars, sp500 } from '../support/series.ts';

const registry = new StrategyRegistry(builtInStrategies);

const SETTINGS: readonly RawSettings[] = [
  {},
  { commissionBps: 0, slippageBps: 0 },
  { commissionBps: 7, slippageBps: 3, allowShort: true },
  { initialCapital: 1234.5, commissionBps: 250, slippageBps: 0, allowShort: true, periodsPerYear: 98_280 },
];

const PARAMETERS: Readonly<Record<string, readonly Parameters[]>> = {
  momentum: [
    { short_window: 3, long_window: 8 },
    { short_window: 2, long_window: 15, ma_type: 'ema' },
    { short_window: 5, long_window: 20, signal_threshold: 0.01 },
    { short_window: 1, long_window: 4, ma_type: 'ema', signal_threshold: 0.002 },
  ],
  mean_reversion: [
    { window: 10, zscore_entry: -1 },
    { window: 2, zscore_entry: -0.5, num_std: 0.6 },
    { window: 12, zscore_entry: -1.5, zscore_exit: 0 },
    { window: 20, zscore_entry: -1, zscore_exit: -0.3 },
  ],
  stat_arb: [
    { lookback: 10, entry_zscore: 1 },
    { lookback: 5, entry_zscore: 1.2, exit_zscore: 0 },
    { lookback: 15, exit_zscore: -1 },
  ],
  market_making: [
    {},
    { spread_bps: 40, max_inventory: 30, quote_size: 7, volatility_window: 5 },
    { spread_bps: 2, max_inventory: 1, quote_size: 1, volatility_window: 2 },
  ],
};

function compare(typeName: string, bars: readonly Bars[], label: string): void {
  const type = registry.get(typeName);
  for (const raw of PARAMETERS[typeName] ?? []) {
    for (const rawSettings of SETTINGS) {
      const params = parseParameters(type, raw, 'params');
      const settings = parseSettings(rawSettings, { periodsPerYear: 252 });
      const what = `${label} ${typeName} ${JSON.stringify(raw)} ${JSON.stringify(rawSettings)}`;
      const actual = runBacktest({ type, params, bars, settings });
      const expected = oracle(typeName, { bars, params, settings });

      expect(actual.equity.length, what).toBe(expected.equity.length);
      for (const [t, equity] of actual.equity.entries()) expectClose(equity, expected.equity[t], `${what} equity ${t}`);
      for (const [i, trade] of actual.trades.entries())
        expectClose(trade.profit, expected.profits[i], `${what} trade ${i}`);
      for (const [name, figure] of Object.entries(expected.metrics)) {
        expectClose(figureOf(actual.metrics, name), figure, `${what} ${name}`);
      }
      expect(Object.keys(actual.metrics).toSorted()).toEqual(Object.keys(expected.metrics).toSorted());
    }
  }
}

function figureOf(metrics: object, name: string): number | null | undefined {
  return new Map<string, number | null>(Object.entries(metrics)).get(name);
}

/** One symbol, or the two of a pair. */
function symbolsFor(typeName: string, make: (symbol: string, place: number) => Bars): readonly Bars[] {
  return typeName === 'stat_arb' ? [make('AAA', 0), make('BBB', 1)] : [make('AAA', 0)];
}

describe.each(Object.keys(PARAMETERS))('%s equals its definition', (typeName) => {
  test.each([1, 2, 3, 4, 5, 6])('on a random walk, seed %i', (seed) => {
    const bars = symbolsFor(typeName, (symbol, place) => randomBars(seed + 100 * place, { length: 160, symbol }));

    compare(typeName, bars, `seed ${seed}`);
  });

  test('on the S&P 500 of 2000 and 2001', () => {
    const index = sp500(500);
    const bars = symbolsFor(typeName, (symbol, place) =>
      place === 0 ? index : randomBars(9, { length: 500, symbol }),
    );

    compare(typeName, bars, 'S&P 500');
  });

  test.each([
    ['one bar', 1],
    ['two bars', 2],
    ['three bars', 3],
  ])('on %s', (label, length) => {
    compare(
      typeName,
      symbolsFor(typeName, (symbol, place) => randomBars(7 + place, { length, symbol })),
      label,
    );
  });

  test('on constant prices', () => {
    compare(
      typeName,
      symbolsFor(typeName, (symbol) => flatBars(Array<number>(60).fill(0.1), symbol)),
      'constant',
    );
  });

  test('on prices that are constant for long stretches', () => {
    const steps = Array.from({ length: 90 }, (_, t) => 100 + 0.1 * Math.floor(t / 30));

    compare(
      typeName,
      symbolsFor(typeName, (symbol, place) =>
        flatBars(
          steps.map((p) => p + place),
          symbol,
        ),
      ),
      'steps',
    );
  });

  test.each([
    ['tiny', 1e-6],
    ['huge', 1e9],
  ])('on %s prices', (label, start) => {
    compare(
      typeName,
      symbolsFor(typeName, (symbol, p) => randomBars(11 + p, { length: 120, start, symbol })),
      label,
    );
  });

  test('across gaps of many orders of magnitude', () => {
    const calm = randomBars(13, { length: 150 });
    const rows = Array.from(calm.open, (open, t): Row => {
      const by = t < 40 ? 1e-6 : t < 80 ? 1e6 : t < 110 ? 1e-3 : 1;
      return [open * by, (calm.high[t] ?? 0) * by, (calm.low[t] ?? 0) * by, (calm.close[t] ?? 0) * by];
    });

    compare(
      typeName,
      symbolsFor(typeName, (symbol, p) => (p === 0 ? barsOf(rows, symbol) : randomBars(14, { length: 150, symbol }))),
      'gaps',
    );
  });

  test('on slices that start in the middle of a position', () => {
    const type = registry.get(typeName);
    const bars = symbolsFor(typeName, (symbol, p) => randomBars(21 + p, { length: 200, symbol }));
    for (const raw of PARAMETERS[typeName] ?? []) {
      const params = parseParameters(type, raw, 'params');
      const settings: BacktestSettings = parseSettings({ allowShort: true, commissionBps: 5 }, { periodsPerYear: 252 });
      const indicators = computeIndicators(indicatorSpecs(type, params, bars.length), bars);
      const simulate = prepareSimulation({ type, params, bars, indicators, settings });
      for (const slice of [
        { from: 0, to: 90 },
        { from: 37, to: 120 },
        { from: 61, to: 62 },
        { from: 150, to: 200 },
      ]) {
        const actual = simulate(slice);
        const expected = oracle(typeName, { bars, params, settings, slice });

        for (const [t, equity] of actual.equity.entries()) {
          expectClose(equity, expected.equity[t], `${typeName} ${JSON.stringify({ raw, slice })} equity ${t}`);
        }
        expect(actual.trades.length).toBe(expected.profits.length);
        expect(actual.fills > 0).toBe(expected.fills > 0);
      }
    }
  });
});

describe.each(['momentum', 'mean_reversion', 'market_making'])('%s on several symbols', (typeName) => {
  test.each([31, 32])('shares the capital between sub-accounts, seed %i', (seed) => {
    const bars = ['AAA', 'BBB', 'CCC'].map((symbol, i) => randomBars(seed * 10 + i, { length: 120, symbol }));

    compare(typeName, bars, `three symbols, seed ${seed}`);
  });
});
