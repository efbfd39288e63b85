/** Everything that can be refused of a tuning is refused at submission, naming the field, the value and the limit. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DomainError } from '../../../src/core/index.ts';
import type { ModelTuningInput } from '../../../src/optimize/index.ts';
import type { TestServices } from '../../support/compose.ts';
import { composeServices } from '../../support/compose.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { TUNING, tune } from '../../support/tunings.ts';

const many = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** A wrong input, the path of its error, and what the message says. */
const REFUSALS: readonly [string, Partial<ModelTuningInput>, string, RegExp][] = [
  [
    'an unknown type',
    { modelType: 'oracle' },
    'modelType',
    /"oracle"; there are xgboost, lightgbm, catboost, random_forest/,
  ],
  [
    'features whose windows would take minutes',
    {
      start: '1980-01-02',
      symbols: ['AAPL', 'MSFT', 'GOOG', 'AMZN', 'META'],
      featureConfig: {
        features: { macd: { fast: many(20).map((n) => 900 + n), slow: 1000, signal: many(10).map((n) => 990 + n) } },
      },
    },
    'featureConfig',
    /200 features with these windows take \d+ terms a row: \d+ × \d+ rows = \d+; at most 80000000000 are allowed/,
  ],
  [
    'an unknown parameter',
    { paramGrid: { depth: [3] } },
    'paramGrid.depth',
    /xgboost has no parameter "depth"; it has/,
  ],
  ['a depth of 0', { paramGrid: { max_depth: 0 } }, 'paramGrid.max_depth.0', /at least 1 and at most 16, found 0/],
  [
    'a parameter of another type',
    { modelType: 'random_forest', paramGrid: { learning_rate: 0.1 } },
    'paramGrid.learning_rate',
    /random_forest has no parameter/,
  ],
  [
    'a billion combinations',
    { paramGrid: { n_estimators: many(1000), max_depth: { min: 1, max: 10 }, lambda: many(100_000) } },
    'paramGrid',
    /1000 n_estimators × 10 max_depth × 100000 lambda = 1000000000 combinations; at most 10000/,
  ],
  [
    'too few rows',
    { start: '2023-01-01' },
    'nSplits',
    /This range has 502 bars, of which 398 have .* 5 splits of at least 100 bars/,
  ],
  ['too many splits', { nSplits: 12 }, 'nSplits', /1154 have features .* 12 splits/],
  ['one split', { nSplits: 1 }, 'nSplits', /integer from 2 to 100, found 1/],
  ['a negative embargo', { embargoBars: -1 }, 'embargoBars', /from 0 to 100000, found -1/],
  ['another method', { method: 'tpe' }, 'method', /one of grid, random, halving, found "tpe"/],
  ['trials of a grid', { maxTrials: 5 }, 'maxTrials', /no meaning with method grid/],
  ['no trials', { method: 'halving', maxTrials: 0 }, 'maxTrials', /from 1 to 10000, found 0/],
  ['half a seed', { seed: 0.5 }, 'seed', /from 0 to 2147483647, found 0.5/],
  ['an unknown feature', { featureConfig: { features: ['luck'] } }, 'featureConfig.features.0', /no feature "luck"/],
  ['a horizon beyond the bars', { featureConfig: { horizon: 250 } }, 'nSplits', /263 bars before each/],
  [
    'too many trees',
    { start: '2000-01-03', paramGrid: { n_estimators: 5000, max_depth: many(16), lambda: many(600) } },
    'paramGrid',
    /9600 trainings with 48000000 trees, on \d+ training rows in 5 folds, make 48000000 × \d+ = \d+ rows of trees; at most 200000000000/,
  ],
  [
    'a training that does not end in time',
    { start: '2000-01-03', paramGrid: { n_estimators: 5000, max_depth: 16, min_child_weight: 0 } },
    'paramGrid',
    /A training of 5000 trees with up to \d+ leaves on \d+ rows takes 5000 trees × \d+ features × \(\d+ levels × \d+ rows \+ 4096 × \d+ leaves\) = \d+ steps; at most 200000000000/,
  ],
  [
    'a model that is too large',
    {
      start: '2019-01-02',
      modelType: 'random_forest',
      paramGrid: { n_estimators: 2000, max_depth: 16, min_child_weight: 1 },
    },
    'paramGrid',
    /A model of 2000 trees with up to \d+ leaves takes 2000 × \(2 × \d+ − 1\) nodes × 34 = \d+ bytes; at most 134217728/,
  ],
  ['a wrong date', { end: '2024-02-30' }, 'end', /found "2024-02-30"/],
];

let database: TestDatabase;
let services: TestServices;
beforeAll(async () => {
  database = await createTestDatabase('sqlite');
  services = await composeServices(await database.open(), { maxRunningJobs: 0, pool: { threads: 1 } });
});
afterAll(async () => {
  await services.close();
  await database.drop();
});

it.each(REFUSALS)('refuses %s', async (_what, changes, path, message) => {
  const refusal = await tune(services, { ...TUNING, ...changes }).then(
    () => null,
    (error: unknown) => error as DomainError,
  );

  expect(refusal).toMatchObject({ code: 'VALIDATION', message: expect.stringMatching(message) });
  expect(refusal?.fields.map((field) => field.path.join('.'))).toEqual([path]);
});

it('tells all that is wrong at once, and stores nothing', async () => {
  const wrong = { modelType: 'oracle', symbols: ['../etc'], nSplits: 0, featureConfig: { horizon: 0 } };

  await expect(tune(services, { ...TUNING, ...wrong })).rejects.toMatchObject({
    fields: [
      expect.objectContaining({ path: ['symbols'] }),
      expect.objectContaining({ path: ['modelType'] }),
      expect.objectContaining({ path: ['featureConfig', 'horizon'] }),
      expect.objectContaining({ path: ['nSplits'] }),
    ],
  });
  expect(await services.database.read.optimization.count()).toBe(0);
});

it.each(['xgboost', 'lightgbm', 'catboost', 'random_forest'])(
  'has a default grid of %s below 500 combinations',
  async (modelType) => {
    const { paramGrid: _, ...input } = TUNING;
    const row = await tune(services, { ...input, modelType });

    expect(row.totalCombinations).toBeGreaterThan(10);
    expect(row.totalCombinations).toBeLessThan(500);
  },
);
