/** What holds for every strategy, every parameter and every price path. fast-check prints the seed of a failure. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSettings, prepareSimulation, runBacktest, type Slice } from '../../src/backtest/index.ts';
import type { Bars } from '../../src/market/index.ts';
import {
  builtInStrategies,
  computeIndicators,
  indicatorSpecs,
  type Parameters,
  parseParameters,
  type StrategyType,
} from '../../src/strategies/index.ts';
import { barsOf, cut, type Row, randomBars } from '../support/series.ts';

interface Case {
  readonly type: StrategyType;
  readonly params: Parameters;
  readonly bars: readonly Bars[];
}

const LENGTH = 80;

const cases: fc.Arbitrary<Case> = fc
  .record({
    type: fc.constantFrom(...builtInStrategies),
    seed: fc.integer({ min: 0, max: 1e6 }),
    window: fc.integer({ min: 2, max: 12 }),
    z: fc.double({ min: 0.3, max: 1.8, noNaN: true }),
    exit: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
    size: fc.integer({ min: 1, max: 200 }),
  })
  .map(({ type, seed, window, z, exit, size }) => {
    const raw: Record<string, object> = {
      momentum: { short_window: window - 1, long_window: window + 5, ma_type: size % 2 === 0 ? 'sma' : 'ema' },
      mean_reversion: { window, zscore_entry: -z, zscore_exit: exit, num_std: z },
      stat_arb: { lookback: window, entry_zscore: z, exit_zscore: exit ?? 0.2 },
      market_making: { spread_bps: z * 100, quote_size: size, max_inventory: 300, volatility_window: window },
    };
    const bars = Array.from({ length: 2 }, (_, i) => randomBars(seed + i, { length: LENGTH, symbol: `S${i}` }));
    return { type, params: parseParameters(type, raw[type.name], 'params'), bars };
  });

const settings = parseSettings({ commissionBps: 5, allowShort: true }, { periodsPerYear: 252 });

function simulateOn({ type, params, bars }: Case, slice: Slice) {
  const indicators = computeIndicators(indicatorSpecs(type, params, bars.length), bars);
  return prepareSimulation({ type, params, bars, indicators, settings })(slice);
}

function mapPrices(bars: Bars, change: (price: number, bar: number) => number): Bars {
  const rows = Array.from(
    bars.open,
    (open, t): Row => [
      change(open, t),
      change(bars.high[t] ?? 0, t),
      change(bars.low[t] ?? 0, t),
      change(bars.close[t] ?? 0, t),
    ],
  );
  return barsOf(rows, bars.symbol);
}

describe('every simulation', () => {
  test('is blind to what comes later', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: LENGTH - 1 }), (one, border) => {
        const changed = one.bars.map((bars) => mapPrices(bars, (price, t) => (t >= border ? price * 3 : price)));
        const shortened = one.bars.map((bars) => cut(bars, 0, border));
        const before = { from: 0, to: border };

        const equity = [...simulateOn(one, before).equity];
        expect([...simulateOn({ ...one, bars: changed }, before).equity]).toEqual(equity);
        expect([...simulateOn({ ...one, bars: shortened }, before).equity]).toEqual(equity);
        expect([...simulateOn(one, { from: 0, to: LENGTH }).equity.subarray(0, border)]).toEqual(equity);
      }),
    );
  });

  test('starts each slice flat, with the initial capital', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: LENGTH - 1 }), (one, from) => {
        const run = simulateOn(one, { from, to: LENGTH });

        expect(run.equity[0]).toBeCloseTo(settings.initialCapital, 6);
        expect(run.exposed[0]).toBe(0);
      }),
    );
  });

  test('earns exactly what its closed trades did whenever it is flat at the end', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const run = simulateOn(one, { from: 0, to: LENGTH });
        fc.pre(run.exposed.at(-1) === 0 && (run.equity.at(-1) ?? 0) > 0);

        const profits = run.trades.reduce((sum, trade) => sum + trade.profit, 0);
        expect((run.equity.at(-1) ?? 0) - settings.initialCapital).toBeCloseTo(profits, 5);
      }),
    );
  });

  test('has equity that changes only while a position is held or traded', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { equity, exposed, trades } = simulateOn(one, { from: 0, to: LENGTH });
        const exits = new Set(trades.map((trade) => trade.exitTime));

        for (let t = 1; t < LENGTH; t++) {
          const isIdle = exposed[t] === 0 && exposed[t - 1] === 0 && !exits.has(one.bars[0]?.time[t] ?? 0);
          if (isIdle) expect(equity[t]).toBe(equity[t - 1]);
        }
      }),
    );
  });

  test('with targets does not depend on the unit of the prices', () => {
    fc.assert(
      fc.property(
        cases.filter(({ type }) => type.trades !== 'quotes'),
        fc.integer({ min: -10, max: 10 }),
        (one, exponent) => {
          // powers of two scale without rounding, so the two runs agree to the bit
          const scaled = one.bars.map((bars) => mapPrices(bars, (price) => price * 2 ** exponent));
          const all = { from: 0, to: LENGTH };

          expect(simulateOn({ ...one, bars: scaled }, all).equity).toEqual(simulateOn(one, all).equity);
        },
      ),
    );
  });

  test('never earns more for paying more', () => {
    fc.assert(
      fc.property(
        cases.filter(({ type }) => type.trades !== 'quotes'),
        (one) => {
          const run = (commissionBps: number, slippageBps: number) =>
            runBacktest({ ...one, settings: { ...settings, commissionBps, slippageBps } }).equity.at(-1) ?? 0;

          expect(run(20, 0)).toBeLessThanOrEqual(run(0, 0) + 1e-6);
          expect(run(0, 20)).toBeLessThanOrEqual(run(0, 0) + 1e-6);
        },
      ),
    );
  });

  test('keeps a market maker within its inventory, and without debts', () => {
    fc.assert(
      fc.property(
        cases.filter(({ type }) => type.trades === 'quotes'),
        (one) => {
          const bars = one.bars.slice(0, 1);
          const result = runBacktest({ ...one, bars, settings: { ...settings, allowShort: false } });

          for (const trade of result.trades) expect(trade.side).toBe('long');
          // long only and never in debt: the worst case is the loss of the price itself
          expect(Math.min(...result.equity)).toBeGreaterThan(0);
        },
      ),
    );
  });
});
