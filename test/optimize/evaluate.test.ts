import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../src/backtest/index.ts';
import type { Bars } from '../../src/market/index.ts';
import { evaluateCombination, type GridPlan } from '../../src/optimize/evaluate-combination.ts';
import { countCombinations, parseGrid } from '../../src/optimize/grid.ts';
import { buildIndicatorTable } from '../../src/optimize/indicator-table.ts';
import { walkForwardFolds } from '../../src/optimize/walk-forward.ts';
import { builtInStrategies, StrategyRegistry, type StrategyType } from '../../src/strategies/index.ts';
import { expectClose } from '../support/close-to.ts';
import { oracle } from '../support/oracle.ts';
import { flatBars, randomBars, sp500 } from '../support/series.ts';

const registry = new StrategyRegistry(builtInStrategies);
const quiet = { isCancelled: () => false, onFold: () => undefined };

function planOf(type: StrategyType, bars: readonly Bars[], raw?: object): GridPlan {
  const grid = parseGrid(type, raw, 10_000);
  return {
    typeName: type.name,
    grid,
    bars,
    folds: walkForwardFolds(bars[0]?.time.length ?? 0, { nSplits: 3, trainRatio: 0.7 }, 20),
    settings: parseSettings({ commissionBps: 4, allowShort: true }, { periodsPerYear: 252 }),
    indicators: buildIndicatorTable(type, grid, bars),
  };
}

describe('the evaluation of a combination', () => {
  test.each(['momentum', 'mean_reversion', 'stat_arb', 'market_making'])(
    'of %s equals its definition on every slice',
    (name) => {
      const type = registry.get(name);
      const bars = [sp500(400), randomBars(3, { length: 400, symbol: 'BBB' })].slice(0, name === 'stat_arb' ? 2 : 1);
      const plan = planOf(type, bars);

      for (let index = 0; index < countCombinations(plan.grid); index += 4) {
        const outcome = evaluateCombination(plan, type, { index, hooks: quiet });
        if (outcome?.status !== 'evaluated') continue;
        for (const [number, fold] of outcome.folds.entries()) {
          for (const part of ['train', 'test'] as const) {
            const slice = plan.folds[number]?.[part] ?? { from: 0, to: 0 };
            const expected = oracle(name, { bars, params: outcome.params, settings: plan.settings, slice });
            const what = `${name} ${JSON.stringify(outcome.params)} fold ${number} ${part}`;
            for (const figure of ['sharpe', 'totalReturn', 'maxDrawdown', 'winRate', 'trades'] as const) {
              expectClose(fold[part][figure], expected.metrics[figure], `${what} ${figure}`);
            }
          }
        }
      }
    },
  );

  test('skips a combination that is invalid in itself and says why', () => {
    const type = registry.get('momentum');
    const plan = planOf(type, [randomBars(4, { length: 200 })], { short_window: [20], long_window: [20, 50] });

    expect(evaluateCombination(plan, type, { index: 0, hooks: quiet })).toEqual({
      index: 0,
      params: { short_window: 20, long_window: 20, ma_type: 'sma', signal_threshold: 0 },
      status: 'skipped',
      reason: 'short_window 20 must be smaller than long_window 20.',
    });
    expect(evaluateCombination(plan, type, { index: 1, hooks: quiet })?.status).toBe('evaluated');
  });

  test('reports each fold and stops at the next one when it is cancelled', () => {
    const type = registry.get('momentum');
    const plan = planOf(type, [randomBars(5, { length: 200 })]);
    const folds: number[] = [];
    const hooks = { isCancelled: () => folds.length === 2, onFold: (fold: number) => folds.push(fold) };

    expect(evaluateCombination(plan, type, { index: 0, hooks })).toBeNull();
    expect(folds).toEqual([0, 1]);
  });

  test('is the same to the bit after a journey through JSON, and when it is repeated', () => {
    const type = registry.get('mean_reversion');
    const plan = planOf(type, [randomBars(6, { length: 200 })]);

    const outcome = evaluateCombination(plan, type, { index: 7, hooks: quiet });

    expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
    expect(evaluateCombination(structuredClone(plan), type, { index: 7, hooks: quiet })).toEqual(outcome);
  });

  test('skips a combination whose equity is beyond what a number can hold', () => {
    const type = registry.get('momentum');
    const prices = Array.from({ length: 60 }, (_, t) => 10 ** (6 * t - 180));
    const plan = planOf(type, [flatBars(prices)], { short_window: 1, long_window: 2 });
    const folds = [{ train: { from: 0, to: 10 }, test: { from: 0, to: 60 } }];

    const outcome = evaluateCombination({ ...plan, folds }, type, { index: 0, hooks: quiet });

    expect(outcome).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('beyond what a number can hold'),
    });
  });
});
