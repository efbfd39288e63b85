import { describe, expect, test } from 'vitest';
import type { Bars } from '../../../src/market/index.ts';
import { rowWidth } from '../../../src/optimize/figures.ts';
import { evaluateBatch } from '../../../src/optimize/kernel/index.ts';
import { builtInStrategies, type Parameters, StrategyRegistry } from '../../../src/strategies/index.ts';
import { expectClose } from '../../support/close-to.ts';
import { evaluationPlan, figuresOf, paramsOf } from '../../support/evaluation.ts';
import { oracle } from '../../support/oracle.ts';
import { flatBars, randomBars, sp500 } from '../../support/series.ts';

const registry = new StrategyRegistry(builtInStrategies);
const quiet = { isCancelled: () => false, onFold: () => undefined };
const SECOND = randomBars(3, { length: 400, symbol: 'BBB' });

describe('the evaluation of a batch', () => {
  const cases: readonly (readonly [string, readonly Bars[], readonly Parameters[]])[] = [
    ['momentum', [sp500(400)], [{}, { short_window: 5, long_window: 20, ma_type: 'ema', signal_threshold: 0.01 }]],
    ['mean_reversion', [sp500(400)], [{}, { window: 10, zscore_entry: -1, zscore_exit: 0 }]],
    ['mean_reversion', [sp500(400), SECOND], [{ window: 10, zscore_entry: -1 }]],
    ['stat_arb', [sp500(400), SECOND], [{}, { lookback: 30, entry_zscore: 1, exit_zscore: 0 }]],
    ['market_making', [sp500(400)], [{}, { spread_bps: 40, quote_size: 3 }]],
  ];

  test.each(cases.flatMap((one) => [[...one, true] as const, [...one, false] as const]))(
    'of %s equals its definition on every slice',
    (name, bars, raw, allowShort) => {
      const type = registry.get(name);
      const params = raw.map((each) => paramsOf(type, each));
      const plan = evaluationPlan(type, { params, bars, settings: { commissionBps: 4, allowShort } });

      const outcome = evaluateBatch(plan, type, params, quiet);
      const width = rowWidth(plan.segments);

      for (const [place, each] of params.entries()) {
        const row = outcome?.rows.subarray(place * width, (place + 1) * width) ?? new Float64Array(0);
        const figures = figuresOf(row, plan.segments);
        const slices = plan.folds.flatMap(({ train, test: later }) => [train, later]);
        for (const [number, slice] of slices.entries()) {
          const expected = oracle(name, { bars, params: each, settings: plan.settings, slice });
          const what = `${name} ${JSON.stringify(each)} slice ${number}`;
          for (const figure of ['sharpe', 'totalReturn', 'maxDrawdown', 'trades'] as const) {
            expectClose(figures.get(`slice ${number} ${figure}`), expected.metrics[figure], `${what} ${figure}`);
          }
          expect(figures.get(`slice ${number} fills`), what).toBe(expected.fills);
          expect(figures.get(`slice ${number} wins`), what).toBe(
            expected.profits.filter((profit) => profit > 0).length,
          );
        }
      }
    },
  );

  test('of more columns than the kernel holds at a time equals that of each combination', () => {
    const type = registry.get('momentum');
    const params = Array.from({ length: 260 }, (_, i) =>
      paramsOf(type, { short_window: 1 + (i % 130), long_window: 131 + i }),
    );
    const plan = evaluationPlan(type, { params, bars: [randomBars(7, { length: 1500 })] });

    const together = evaluateBatch(plan, type, params, quiet);
    const singly = params.map((each) => evaluateBatch(plan, type, [each], quiet)?.rows ?? new Float64Array(0));

    expect(together?.rows).toEqual(Float64Array.from(singly.flatMap((row) => [...row])));
  });

  test('skips a combination that is invalid in itself and says why', () => {
    const type = registry.get('momentum');
    const params = [20, 50].map((long) => paramsOf(type, { short_window: 20, long_window: long }));
    const plan = evaluationPlan(type, { params, bars: [randomBars(4, { length: 200 })] });

    const outcome = evaluateBatch(plan, type, params, quiet);

    expect(outcome?.skipped).toEqual([{ place: 0, reason: 'short_window 20 must be smaller than long_window 20.' }]);
    const width = (outcome?.rows.length ?? 0) / 2;
    expect(outcome?.rows.subarray(0, width).every(Number.isNaN)).toBe(true);
    expect(outcome?.rows.subarray(width).every(Number.isFinite)).toBe(true);
  });

  test('skips a combination whose equity is beyond what a number can hold', () => {
    const type = registry.get('momentum');
    const params = [paramsOf(type, { short_window: 1, long_window: 2 })];
    const prices = Array.from({ length: 60 }, (_, t) => 10 ** (6 * t - 180));
    const plan = evaluationPlan(type, {
      params,
      bars: [flatBars(prices)],
      walkForward: { nSplits: 1, trainRatio: 0.1 },
    });

    const outcome = evaluateBatch(plan, type, params, quiet);

    expect(outcome?.skipped).toMatchObject([{ reason: expect.stringContaining('beyond what a number can hold') }]);
  });

  test('reports each fold and ends early when it is cancelled', () => {
    const type = registry.get('momentum');
    const params = [paramsOf(type, {})];
    const plan = evaluationPlan(type, { params, bars: [randomBars(5, { length: 5000 })] });
    const folds: number[] = [];
    const hooks = { isCancelled: () => folds.length === 2, onFold: (fold: number) => folds.push(fold) };

    expect(evaluateBatch(plan, type, params, hooks)).toBeNull();
    expect(folds).toEqual([0, 1]);
    expect(evaluateBatch(plan, type, params, { ...hooks, isCancelled: () => false })).not.toBeNull();
    expect(folds).toEqual([0, 1, 0, 1, 2]);
  });

  test('is the same to the bit after a journey to a worker, and when it is repeated', () => {
    const type = registry.get('mean_reversion');
    const params = [paramsOf(type, {})];
    const plan = evaluationPlan(type, { params, bars: [randomBars(6, { length: 200 })] });

    const outcome = evaluateBatch(plan, type, params, quiet);

    expect(evaluateBatch(structuredClone(plan), type, params, quiet)).toEqual(outcome);
    expect(structuredClone(outcome)).toEqual(outcome);
  });
});
