import { describe, expect, it } from 'vitest';
import { inSampleSelection } from '../../../src/optimize/honesty/in-sample-selection.ts';
import { trialVariance } from '../../../src/optimize/honesty/trial-variance.ts';
import { planSegments } from '../../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../../src/optimize/walk-forward.ts';
import { expectClose } from '../../support/close-to.ts';
import { seededRandom } from '../../support/random.ts';
import { plainSharpe, rowOf, testedBars } from './rows.ts';

const BARS = 400;
const FOLDS = walkForwardFolds(BARS, { nSplits: 4, trainRatio: 0.7 }, 1);
const PLAN = planSegments(FOLDS);
const DAILY = { periodsPerYear: 252 };

function randomReturns(seed: number, drift = 0): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length: BARS }, () => 0.02 * (random() - 0.5) + drift);
}

function select(series: readonly (readonly number[])[]) {
  return inSampleSelection(
    series.map((returns) => rowOf(returns, PLAN)),
    PLAN,
    DAILY,
  );
}

describe('choosing by training bars', () => {
  it('chains the test slices of what was best in training', () => {
    const series = Array.from({ length: 8 }, (_, seed) => randomReturns(seed, 0.001));
    const chosen = FOLDS.map(({ train, test }) => {
      const sharpes = series.map((returns) => plainSharpe(returns.slice(train.from, train.to)));
      const best = series[sharpes.indexOf(Math.max(...sharpes))] ?? [];
      return { train: Math.max(...sharpes), test: best.slice(test.from, test.to) };
    });

    const { oosSharpe, walkForwardEfficiency } = select(series);

    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expectClose(oosSharpe, plainSharpe(chosen.flatMap(({ test }) => test)) * Math.sqrt(252), 'oos sharpe');
    expectClose(
      walkForwardEfficiency,
      mean(chosen.map(({ test }) => plainSharpe(test))) / mean(chosen.map(({ train }) => train)),
      'walk-forward efficiency',
    );
  });

  it('takes the first in grid order of those that tie', () => {
    const [a, b] = [randomReturns(1), randomReturns(2)];
    const sameTraining = a.map((value, bar) =>
      FOLDS.some(({ test }) => bar >= test.from && bar < test.to) ? (b[bar] ?? 0) : value,
    );

    expect(select([a, sameTraining])).toEqual(select([a]));
    expect(select([sameTraining, a])).toEqual(select([sameTraining]));
  });

  it('takes the first of those whose training differs in the last bits only', () => {
    const [a, b] = [randomReturns(1), randomReturns(2)];
    const isTested = (bar: number) => FOLDS.some(({ test }) => bar >= test.from && bar < test.to);
    const shaken = (ulps: number) =>
      a.map((value, bar) => (isTested(bar) ? (b[bar] ?? 0) : 1 + value + ulps * Number.EPSILON - 1));

    expect(select([a, shaken(1)])).toEqual(select([a]));
    expect(select([a, shaken(-1)])).toEqual(select([a]));
  });

  it('takes the first that ties with the highest, not with another that ties with it', () => {
    const [a, b, c] = [randomReturns(1), randomReturns(2), randomReturns(3)];
    const isTested = (bar: number) => FOLDS.some(({ test }) => bar >= test.from && bar < test.to);
    // The Sharpe ratio is higher by some 0.7·10⁻¹² for each step.
    const raised = (steps: number, tested: readonly number[]) =>
      a.map((value, bar) => (isTested(bar) ? (tested[bar] ?? 0) : value + steps * 4e-15));
    const [low, middle, high] = [raised(0, a), raised(1, b), raised(2, c)];

    expect(select([low, middle, high])).toEqual(select([middle]));
    expect(select([high, middle, low])).toEqual(select([high]));
  });

  it('has no efficiency when the training earned nothing, but a Sharpe ratio', () => {
    const losing = select([randomReturns(3, -0.002)]);
    const idle = select([Array.from({ length: BARS }, () => 0)]);

    expect(losing.walkForwardEfficiency).toBeNull();
    expect(losing.oosSharpe).toBeLessThan(0);
    expect(idle).toEqual({ oosSharpe: 0, walkForwardEfficiency: null });
  });

  it('is undefined when nothing was evaluated', () => {
    expect(select([])).toEqual({ oosSharpe: null, walkForwardEfficiency: null });
  });
});

describe('the variance of the trials', () => {
  it('is that of the Sharpe ratios per bar of their chained test returns', () => {
    const series = Array.from({ length: 5 }, (_, seed) => randomReturns(seed));
    const sharpes = series.map((returns) => plainSharpe(testedBars(PLAN).map((bar) => returns[bar] ?? 0)));
    const mean = sharpes.reduce((sum, value) => sum + value, 0) / 5;

    const variance = trialVariance(
      series.map((returns) => rowOf(returns, PLAN)),
      PLAN,
    );

    expect(variance).toBeCloseTo(sharpes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4, 12);
  });

  it('is 0 for one and for none', () => {
    expect(trialVariance([], PLAN)).toBe(0);
    expect(trialVariance([rowOf(randomReturns(1), PLAN)], PLAN)).toBe(0);
  });
});
