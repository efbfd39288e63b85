/** Depth-wise and leaf-wise boosting against what XGBoost 1.7.4 predicts on the same data. */
import { describe, expect, it } from 'vitest';
import {
  areaUnderCurve,
  binFeatures,
  fitBins,
  parseModelParams,
  predictPrefixes,
  trainModel,
} from '../../src/models/index.ts';
import { type GoldenGroup, golden, goldenData, goldenPredictions } from './golden-data.ts';

const TOLERANCE = 1e-4;

/** What one group shows, per number of trees. */
interface Comparison {
  /** Setting with or without missing values, all seeds. */
  readonly name: string;
  /** Distances of the predictions. */
  readonly gaps: readonly Float64Array[];
  /** Distances of the areas under the curve; 0 for regressions. */
  readonly aucGaps: readonly number[];
}

const comparisons = golden.groups.map(compare);

describe('boosting beside XGBoost 1.7.4', () => {
  it('is compared in 15 settings, with and without missing values, on three seeds', () => {
    expect(comparisons).toHaveLength(90);
    expect(new Set(comparisons.map(({ name }) => name)).size).toBe(30);
    expect(comparisons.every(({ gaps }) => gaps.every((each) => each.length === golden.testRows))).toBe(true);
  });

  it('predicts the same after one tree', () => {
    const gaps = comparisons.flatMap((each) => [...(each.gaps[0] ?? [])]);

    expect(shareWithin(gaps)).toBeGreaterThanOrEqual(0.999);
  });

  it('predicts the same after a hundred trees, in nearly every group', () => {
    const names = [...new Set(comparisons.map(({ name }) => name))];
    const shares = names.map((name) => ({
      name,
      share: shareWithin(comparisons.filter((each) => each.name === name).flatMap((each) => [...(each.gaps[1] ?? [])])),
    }));

    const apart = shares.filter(({ share }) => share < 0.99);
    expect(apart.length, JSON.stringify(apart)).toBeLessThanOrEqual(3);
  });

  it('ranks as well wherever they differ', () => {
    const gaps = comparisons.flatMap(({ aucGaps }) => aucGaps);

    expect(Math.max(...gaps)).toBeLessThanOrEqual(0.004);
  });
});

function compare({ setting, missing, seed, predictions }: GoldenGroup): Comparison {
  const { type, objective = 'binary', ...raw } = setting;
  const { features, binary, value } = goldenData(seed, missing);
  const rows = Int32Array.from({ length: features.rows }, (_, row) => row);
  const [train, test] = [rows.slice(0, golden.trainRows), rows.slice(golden.trainRows)];
  const params = parseModelParams(type, { ...raw, n_estimators: Math.max(...golden.trees) }, 'params');
  const label = objective === 'binary' ? binary : value;
  const binned = binFeatures(features, fitBins(features, train, params.max_bin));
  const model = trainModel(type, params, { binned, rows: train, label, objective }, { seed });
  const ours = predictPrefixes(model, binned, test, golden.trees);
  const theirs = predictions.map(goldenPredictions);
  const truth = binary.slice(golden.trainRows);
  const areaOf = (scores: Float64Array): number => (objective === 'binary' ? (areaUnderCurve(truth, scores) ?? 0) : 0);
  return {
    name: `${JSON.stringify(setting)}${missing ? ' with missing values' : ''}`,
    gaps: ours.map((scores, i) => scores.map((score, row) => Math.abs(score - (theirs[i]?.[row] ?? Number.NaN)))),
    aucGaps: ours.map((scores, i) => Math.abs(areaOf(scores) - areaOf(theirs[i] ?? scores))),
  };
}

function shareWithin(gaps: readonly number[]): number {
  return gaps.filter((gap) => gap <= TOLERANCE).length / gaps.length;
}
