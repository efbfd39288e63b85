import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MODEL_TYPES, parseModel, predict, serialiseModel, xgboostJson } from '../../src/models/index.ts';
import { table, testRows, train } from './market-model.ts';

const PYTHON = '/usr/bin/python3';
const hasXgboost = spawnSync(PYTHON, ['-c', 'import xgboost']).status === 0;

describe('a stored model', () => {
  it.each(MODEL_TYPES)('is what was stored (%s)', (type) => {
    const model = train(type);

    const parsed = parseModel(serialiseModel(model));
    expect(parsed).toEqual(model);
    expect(predict(parsed, table, testRows)).toEqual(predict(model, table, testRows));
  });

  it('is refused when a byte is wrong, wherever, or missing', () => {
    const bytes = serialiseModel(train('xgboost', { n_estimators: 1, max_depth: 2 }));
    const places = Array.from({ length: 60 }, (_, i) => Math.floor((i * (bytes.length - 1)) / 59));

    for (const place of places) {
      const damaged = bytes.slice();
      damaged[place] = (damaged[place] ?? 0) ^ 4;
      expect(() => parseModel(damaged), `byte ${place}`).toThrow('The stored model is damaged');
    }
    for (const length of [0, 3, 40, bytes.length - 1]) {
      expect(() => parseModel(bytes.slice(0, length)), `${length} bytes`).toThrow('The stored model is damaged');
    }
  });

  it('is refused when another version of the engine made it', () => {
    const bytes = serialiseModel({ ...train('xgboost'), engineVersion: 99 });

    expect(() => parseModel(bytes)).toThrow('The stored model was trained by version 99 of the engine');
  });
});

describe('a model as JSON of XGBoost', () => {
  it('has a node for each of ours, and thresholds that are edges', () => {
    const model = train('xgboost', { n_estimators: 3, max_depth: 4 });
    const { trees } = JSON.parse(xgboostJson(model)).learner.gradient_booster.model;

    const conditions = trees.flatMap(
      (tree: { left_children: number[]; split_indices: number[]; split_conditions: number[] }) =>
        tree.split_conditions.filter((_, node) => tree.left_children[node] !== -1),
    );
    expect(trees).toHaveLength(3);
    expect(trees.flatMap((tree: { parents: number[] }) => tree.parents)).toHaveLength(model.forest.feature.length);
    const edges = new Set(model.edges.edges.flatMap((each) => [...each]));
    expect(conditions.length).toBeGreaterThan(10);
    expect(conditions.filter((each: number) => !edges.has(each) && each < 1e38)).toEqual([]);
  });

  it('is refused for a forest', () => {
    expect(() => xgboostJson(train('random_forest'))).toThrow('only boosted models');
  });

  it.skipIf(!hasXgboost).each(['xgboost', 'lightgbm', 'catboost'] as const)(
    'predicts the same in XGBoost itself, missing values too (%s)',
    (type) => {
      const model = train(type, { n_estimators: 30 });

      const theirs = predictThere(xgboostJson(model));
      const ours = [...predict(model, table, testRows)];
      expect(Math.max(...ours.map((score, i) => Math.abs(score - (theirs[i] ?? Number.NaN))))).toBeLessThan(1e-5);
    },
  );
});

/** Two threads of OpenMP wait for each other by turning in circles, which on a busy machine takes minutes. */
const ONE_THREAD = { ...process.env, OMP_NUM_THREADS: '1' };

/** What XGBoost predicts for the test rows with a model. */
function predictThere(model: string): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-xgboost-'));
  try {
    writeFileSync(join(folder, 'model.json'), model);
    const rows = Array.from(testRows, (row) => table.names.map((_, j) => table.values[j * table.rows + row] ?? null));
    writeFileSync(
      join(folder, 'rows.json'),
      JSON.stringify(rows.map((row) => row.map((x) => (Number.isNaN(x) ? null : x)))),
    );
    const script = `
import json, sys, numpy, xgboost
rows = [[numpy.nan if x is None else x for x in row] for row in json.load(open(sys.argv[1] + '/rows.json'))]
booster = xgboost.Booster(model_file=sys.argv[1] + '/model.json')
data = xgboost.DMatrix(numpy.array(rows, dtype=numpy.float32), feature_names=booster.feature_names)
print(json.dumps([float(x) for x in booster.predict(data)]))`;
    return JSON.parse(execFileSync(PYTHON, ['-c', script, folder], { encoding: 'utf8', env: ONE_THREAD }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
