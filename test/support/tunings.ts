/** Tuning jobs for tests. */
import { type ModelTuningInput, startModelTuning } from '../../src/optimize/index.ts';
import type { OptimizationRow } from '../../src/storage/index.ts';
import type { TestServices } from './compose.ts';
import { readJob } from './jobs.ts';

/** 8 combinations, 4 trainings in each of 5 folds, over 1,258 bars of the simulation. */
export const TUNING: ModelTuningInput = {
  modelType: 'xgboost',
  symbols: ['AAPL'],
  start: '2020-01-02',
  end: '2024-12-31',
  paramGrid: { n_estimators: [10, 20], max_depth: [2, 3], learning_rate: [0.05, 0.1], subsample: 0.7 },
};

/** Some hundred trainings: long enough to be interrupted, short enough to be done whole. */
export const LONG_TUNING: ModelTuningInput = {
  ...TUNING,
  paramGrid: {
    n_estimators: [20, 40],
    max_depth: [2, 3, 4, 5],
    min_child_weight: [1, 5, 10, 20, 40],
    subsample: [0.6, 0.8],
  },
};

/** Submits a job for the default user. */
export function tune(services: TestServices, input: ModelTuningInput = TUNING): Promise<OptimizationRow> {
  return startModelTuning(services, services.user, input);
}

/** Everything that a tuning job found, as it is stored; the times of training are left out, which differ from run to run. */
export async function tuned(services: TestServices, id: number) {
  const { read } = services.database;
  const { status, partial, results, bestParams, bestSharpe, skipped, unranked, tuning, error } = await readJob(
    services,
    id,
  );
  const trials = await read.modelTrial.findMany({
    where: { optimizationId: id },
    orderBy: { index: 'asc' },
    omit: { optimizationId: true, fitSeconds: true },
  });
  const model = await read.trainedModel.findUnique({
    where: { optimizationId: id },
    omit: { id: true, optimizationId: true, createdAt: true },
  });
  return { status, partial, results, bestParams, bestSharpe, skipped, unranked, tuning, error, trials, model };
}
