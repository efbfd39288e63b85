import { describe, expect, test } from 'vitest';
import { currentSignals } from '../../src/backtest/index.ts';
import { builtInStrategies, parseParameters, StrategyRegistry } from '../../src/strategies/index.ts';
import { flatBars } from '../support/series.ts';

const registry = new StrategyRegistry(builtInStrategies);

function signals(
  typeName: string,
  raw: object,
  input: { prices: readonly (readonly number[])[]; allowShort?: boolean },
) {
  const type = registry.get(typeName);
  const bars = input.prices.map((prices, i) => flatBars(prices, `S${i}`));
  return currentSignals({
    type,
    params: parseParameters(type, raw, 'params'),
    bars,
    allowShort: input.allowShort ?? false,
  });
}

const CROSSING = { short_window: 1, long_window: 2 };

describe('current signals', () => {
  test('say buy when the target rises, sell when it falls, hold while it stays, per symbol', () => {
    const prices = [
      [3, 2, 3],
      [2, 3, 2],
      [1, 2, 3],
    ];

    expect(signals('momentum', CROSSING, { prices })).toEqual([
      { symbol: 'S0', date: '2020-01-03', target: 1, previousTarget: 0, signal: 'buy' },
      { symbol: 'S1', date: '2020-01-03', target: 0, previousTarget: 1, signal: 'sell' },
      { symbol: 'S2', date: '2020-01-03', target: 1, previousTarget: 1, signal: 'hold' },
    ]);
  });

  test('know the short side only when it is allowed', () => {
    const prices = [[2, 3, 2]];

    expect(signals('momentum', CROSSING, { prices, allowShort: true })?.[0]).toMatchObject({
      target: -1,
      signal: 'sell',
    });
  });

  test('of a spread are opposite in its two symbols', () => {
    const prices = [
      [10, 10, 7],
      [10, 10, 10],
    ];

    expect(signals('stat_arb', { lookback: 3, entry_zscore: 1 }, { prices })).toMatchObject([
      { target: 1, previousTarget: 0, signal: 'buy' },
      { target: -1, previousTarget: 0, signal: 'sell' },
    ]);
  });

  test('of one bar begin from flat', () => {
    expect(signals('momentum', CROSSING, { prices: [[5]] })?.[0]).toMatchObject({
      target: 0,
      previousTarget: 0,
      signal: 'hold',
    });
  });

  test('do not exist for a type that quotes', () => {
    expect(signals('market_making', {}, { prices: [[1, 2]] })).toBeNull();
  });
});
