import { describe, expect, test } from 'vitest';
import { currentSignals } from '../../src/backtest/index.ts';
import { builtInStrategies, modelStrategy, parseParameters, StrategyRegistry } from '../../src/strategies/index.ts';
import { seededRandom } from '../support/random.ts';
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

  test('sell a position whose entry slides out of the window', () => {
    const params = { model_id: 1, enter_above: 0.8, exit_below: 0.2 };
    const said = Float64Array.from([0.5, 0.9, 0.5, 0.5, 0.5, 0.5]);
    const after = (count: number) => {
      const predictions = new Map([[1, { neutral: 0.5, bySymbol: [said.subarray(0, count)] }]]);
      const bars = [flatBars(Array.from({ length: count }, () => 5))];
      return currentSignals({ type: modelStrategy, params, bars, allowShort: false, predictions }, 3)?.[0];
    };

    expect([1, 2, 3, 4, 5, 6].map((count) => after(count)?.signal)).toEqual([
      'hold',
      'buy',
      'hold',
      'hold',
      'sell',
      'hold',
    ]);
  });

  test.each([
    ['mean_reversion', { window: 5, num_std: 1, zscore_entry: -1.2, zscore_exit: 0 }, 1],
    ['momentum', { short_window: 3, long_window: 8, ma_type: 'ema' }, 2],
    ['stat_arb', { lookback: 5, entry_zscore: 1.2 }, 2],
  ])('of %s tell what was said the bar before, whatever has left the window', (name, raw, symbols) => {
    const type = registry.get(name);
    const params = parseParameters(type, raw, 'params');
    const random = seededRandom(3);
    const prices = Array.from({ length: symbols }, () => {
      let price = 100;
      return Array.from({ length: 200 }, () => (price *= 1 + 0.04 * (random() - 0.5)));
    });
    const seen: string[] = [];
    let before: ReturnType<typeof currentSignals> = null;
    for (let count = 1; count <= 200; count++) {
      const bars = prices.map((series, index) => flatBars(series.slice(0, count), `S${index}`));
      const now = currentSignals({ type, params, bars, allowShort: true }, 12);

      if (before !== null) {
        expect(now?.map(({ previousTarget }) => previousTarget)).toEqual(before.map(({ target }) => target));
      }
      seen.push(...(now ?? []).map(({ signal }) => signal));
      before = now;
    }
    expect(new Set(seen)).toEqual(new Set(['buy', 'sell', 'hold']));
  });
});
