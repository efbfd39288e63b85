import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../src/backtest/index.ts';
import type { Bars } from '../../src/market/index.ts';
import { sliceMetrics } from '../../src/optimize/engine/summary.ts';
import { type EvaluationPlan, evaluatePlainly } from '../../src/optimize/evaluate.ts';
import { combinationAt, combinationCount, parseSpace } from '../../src/optimize/search/index.ts';
import { planSegments } from '../../src/optimize/segments.ts';
import { type Fold, walkForwardFolds } from '../../src/optimize/walk-forward.ts';
import {
  builtInStrategies,
  computeIndicators,
  indicatorSpecs,
  type Parameters,
  StrategyRegistry,
  type StrategyType,
} from '../../src/strategies/index.ts';
import { expectClose } from '../support/close-to.ts';
import { oracle } from '../support/oracle.ts';
import { flatBars, randomBars, sp500 } from '../support/series.ts';

const registry = new StrategyRegistry(builtInStrategies);

interface Case {
  readonly plan: EvaluationPlan;
  readonly combinations: readonly Parameters[];
}

function caseOf(type: StrategyType, bars: readonly Bars[], options: { raw?: object; folds?: readonly Fold[] }): Case {
  const space = parseSpace(type, options.raw, { method: 'grid', maxCombinations: 10_000 });
  const combinations = Array.from({ length: combinationCount(space) }, (_, i) => combinationAt(type, space, i));
  const bars0 = bars[0]?.time.length ?? 0;
  const folds = options.folds ?? walkForwardFolds(bars0, { nSplits: 3, trainRatio: 0.7 }, 20);
  const specs = combinations.flatMap((params) => indicatorSpecs(type, params, bars.length));
  const plan: EvaluationPlan = {
    typeName: type.name,
    bars,
    folds,
    segments: planSegments(folds),
    settings: parseSettings({ commissionBps: 4, allowShort: true }, { periodsPerYear: 252 }),
    indicators: computeIndicators(specs, bars),
  };
  return { plan, combinations };
}

describe('the plain evaluation of a combination', () => {
  test.each(['momentum', 'mean_reversion', 'stat_arb', 'market_making'])(
    'of %s equals its definition on every slice',
    (name) => {
      const type = registry.get(name);
      const bars = [sp500(400), randomBars(3, { length: 400, symbol: 'BBB' })].slice(0, name === 'stat_arb' ? 2 : 1);
      const { plan, combinations } = caseOf(type, bars, {});
      let compared = 0;

      for (const params of combinations.filter((_, index) => index % 4 === 0)) {
        const row = evaluatePlainly(plan, type, params);
        if (!(row instanceof Float64Array)) continue;
        compared += 1;
        for (const [number, fold] of plan.folds.entries()) {
          for (const [place, part] of (['train', 'test'] as const).entries()) {
            const figures = sliceMetrics(row, plan, 2 * number + place);
            const expected = oracle(name, { bars, params, settings: plan.settings, slice: fold[part] });
            const what = `${name} ${JSON.stringify(params)} fold ${number} ${part}`;
            for (const figure of ['sharpe', 'totalReturn', 'maxDrawdown', 'winRate', 'trades'] as const) {
              expectClose(figures[figure], expected.metrics[figure], `${what} ${figure}`);
            }
          }
        }
      }
      expect(compared).toBeGreaterThan(1);
    },
  );

  test('skips a combination that is invalid in itself and says why', () => {
    const type = registry.get('momentum');
    const raw = { short_window: [20], long_window: [20, 50] };
    const { plan, combinations } = caseOf(type, [randomBars(4, { length: 200 })], { raw });

    const [invalid, valid] = combinations.map((params) => evaluatePlainly(plan, type, params));

    expect(invalid).toEqual({ reason: 'short_window 20 must be smaller than long_window 20.' });
    expect(valid).toBeInstanceOf(Float64Array);
  });

  test('is the same to the bit when it is repeated on a copy', () => {
    const type = registry.get('mean_reversion');
    const { plan, combinations } = caseOf(type, [randomBars(6, { length: 200 })], {});
    const params = combinations[7] ?? {};

    expect(evaluatePlainly(structuredClone(plan), type, params)).toEqual(evaluatePlainly(plan, type, params));
  });

  test('skips a combination whose equity is beyond what a number can hold', () => {
    const type = registry.get('momentum');
    const prices = Array.from({ length: 60 }, (_, t) => 10 ** (7 * t - 200));
    const folds = [{ train: { from: 0, to: 10 }, test: { from: 10, to: 60 } }];
    const raw = { short_window: 1, long_window: 2 };
    const { plan, combinations } = caseOf(type, [flatBars(prices)], { raw, folds });

    expect(evaluatePlainly(plan, type, combinations[0] ?? {})).toEqual({
      reason: expect.stringContaining('beyond what a number can hold'),
    });
  });
});
