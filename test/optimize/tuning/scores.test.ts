/** The scores are what their formulas say, and groups of trainings lose no combination. */
import { describe, expect, it } from 'vitest';
import { fitGroups } from '../../../src/optimize/tuning/fit-groups.ts';
import { SCORE_WIDTH, TuningFigures } from '../../../src/optimize/tuning/index.ts';
import {
  accuracy,
  accuracyGain,
  baselineOf,
  lossGain,
  meanLoss,
  rankingQuality,
  type ScoredSlice,
} from '../../../src/optimize/tuning/scores.ts';
import { stagesOf } from '../../../src/optimize/tuning/stages.ts';

const baseline = baselineOf(Float64Array.of(1, 1, 1, 0), 'binary');
const slice: ScoredSlice = {
  objective: 'binary',
  predictions: Float64Array.of(0.9, 0.6, 0.4, 0.2),
  labels: Float64Array.of(1, 0, 1, 0),
  symbols: 2,
  baseline,
};

describe('the scores of probabilities', () => {
  it('are log loss, accuracy and the area under the curve', () => {
    expect(baseline).toEqual({ mean: 0.75, isRise: true });
    expect(meanLoss(slice)).toBeCloseTo(-(Math.log(0.9) + Math.log(0.4) + Math.log(0.4) + Math.log(0.8)) / 4, 14);
    expect(accuracy(slice)).toBe(0.5);
    expect(rankingQuality(slice)).toBe(0.75);
    expect(rankingQuality({ ...slice, labels: Float64Array.of(1, 1, 1, 1) })).toBeNaN();
  });

  it('gain over the baseline by bars, whose symbols are one piece of evidence', () => {
    const base = [-Math.log(0.75), -Math.log(0.25), -Math.log(0.75), -Math.log(0.25)];
    const own = [-Math.log(0.9), -Math.log(0.4), -Math.log(0.4), -Math.log(0.8)];
    const gains = base.map((loss, row) => loss - (own[row] ?? 0));
    const bars = [((gains[0] ?? 0) + (gains[1] ?? 0)) / 2, ((gains[2] ?? 0) + (gains[3] ?? 0)) / 2];
    const mean = ((bars[0] ?? 0) + (bars[1] ?? 0)) / 2;
    const found = lossGain(slice);

    expect(found.mean).toBeCloseTo(mean, 14);
    expect(found.squares).toBeCloseTo(
      bars.reduce((sum, gain) => sum + (gain - mean) ** 2, 0),
      14,
    );
    // Right on rows 0 and 3, the majority on rows 0 and 2: by bars −½·0 … and 0.
    expect(accuracyGain(slice)).toEqual({ mean: 0, squares: 0 });
  });
});

it('the scores of returns are squared errors, and directions by their sign', () => {
  const returns: ScoredSlice = {
    objective: 'regression',
    predictions: Float64Array.of(0.01, -0.02),
    labels: Float64Array.of(0.03, 0.01),
    symbols: 1,
    baseline: baselineOf(Float64Array.of(0.01, -0.03, -0.01), 'regression'),
  };

  expect(returns.baseline.mean).toBeCloseTo(-0.01, 15);
  expect(returns.baseline.isRise).toBe(false);
  expect(meanLoss(returns)).toBeCloseTo((0.02 ** 2 + 0.03 ** 2) / 2, 15);
  expect(accuracy(returns)).toBe(0.5);
  expect(accuracyGain(returns).mean).toBe(0.5);
});

describe('trainings', () => {
  const combination = (trees: number, depth: number, patience: number | null = null) => ({
    n_estimators: trees,
    max_depth: depth,
    early_stopping_rounds: patience,
  });

  it('serve all combinations that differ in the number of trees, unless they stop early', async () => {
    const combinations = [
      combination(20, 2),
      combination(10, 3),
      combination(10, 2),
      combination(10, 2, 5),
      combination(20, 2, 5),
    ];

    expect(await fitGroups(Array.from(combinations.entries()))).toEqual([
      {
        params: combination(20, 2),
        members: [
          { index: 2, trees: 10 },
          { index: 0, trees: 20 },
        ],
      },
      { params: combination(10, 3), members: [{ index: 1, trees: 10 }] },
      { params: combination(10, 2, 5), members: [{ index: 3, trees: 10 }] },
      { params: combination(20, 2, 5), members: [{ index: 4, trees: 20 }] },
    ]);
  });

  it('of a halving go on with the better half after each fold', async () => {
    const params = [2, 3, 4, 5, 6].map((depth) => combination(10, depth));
    const figures = await TuningFigures.of(params, { folds: 3, problem: () => null });
    const done: number[][] = [];

    for await (const stage of stagesOf('halving', figures)) {
      done.push(stage.map(({ group }) => group));
      for (const unit of stage) {
        const row = new Float64Array(SCORE_WIDTH).fill(0);
        row[0] = Math.abs(unit.group - 3);
        figures.complete(unit, row);
      }
    }

    expect(done).toEqual([
      [0, 1, 2, 3, 4],
      [2, 3, 4],
      [2, 3],
    ]);
    expect([...figures.dropped]).toEqual([
      [1, 1],
      [0, 1],
      [4, 2],
    ]);
    expect(figures.scored()).toEqual([2, 3]);
    expect(figures.settled).toBe(5);
  });
});
