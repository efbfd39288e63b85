/** Whether our models find as much as the originals in data that have an edge, with many more values than bins. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/core/index.ts';
import { areaUnderCurve, binFeatures, fitBins, parseModelParams, predict, trainModel } from '../../src/models/index.ts';
import { marketData, rowsBetween } from './market-data.ts';

type Compared = 'xgboost' | 'random_forest';

interface Reference {
  readonly trainRows: number;
  readonly testRows: number;
  readonly features: number;
  readonly settings: Readonly<Record<Compared, Readonly<Record<string, number>>>>;
  readonly areas: readonly (Readonly<Record<Compared, number>> & { readonly seed: number })[];
}

const reference = readJson<Reference>(
  readFileSync(new URL('../fixtures/xgboost/reference-auc.json', import.meta.url), 'utf8'),
);

describe('models beside the originals', () => {
  it.each(['xgboost', 'random_forest'] as const)('%s ranks test rows as well on twelve seeds', (type) => {
    const gaps = reference.areas.map(({ seed, [type]: theirs }) => areaOf(type, seed) - theirs);
    const error = standardError(0.6, reference.testRows);
    const beyond = gaps.filter((gap) => Math.abs(gap) > error);

    expect(gaps).toHaveLength(12);
    expect(beyond.length, gaps.join(' ')).toBeLessThanOrEqual(1);
    expect(Math.max(...gaps.map(Math.abs)), gaps.join(' ')).toBeLessThanOrEqual(1.25 * error);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(Math.abs(mean), gaps.join(' ')).toBeLessThanOrEqual(error / Math.sqrt(gaps.length));
  });

  it('has something to find there', () => {
    expect(
      Math.min(...reference.areas.flatMap(({ xgboost, random_forest }) => [xgboost, random_forest])),
    ).toBeGreaterThan(0.55);
  });
});

function areaOf(type: Compared, seed: number): number {
  const count = reference.trainRows + reference.testRows;
  const { features, label } = marketData(seed, count, reference.features);
  const train = rowsBetween(0, reference.trainRows);
  const params = parseModelParams(type, reference.settings[type], 'params');
  const binned = binFeatures(features, fitBins(features, train, params.max_bin));
  const model = trainModel(type, params, { binned, rows: train, label, objective: 'binary' }, { seed });
  const scores = predict(model, binned, rowsBetween(reference.trainRows, count));
  return areaUnderCurve(label.slice(reference.trainRows), scores) ?? 0;
}

/** Of an area under the curve with half the labels 1: Hanley and McNeil (1982). */
function standardError(area: number, rows: number): number {
  const half = rows / 2;
  const q1 = area / (2 - area);
  const q2 = (2 * area * area) / (1 + area);
  return Math.sqrt((area * (1 - area) + (half - 1) * (q1 + q2 - 2 * area * area)) / (half * half));
}
