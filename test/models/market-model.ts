/** A table with missing values and a model trained on its first rows, as most tests need them. */
import {
  type BinnedFeatures,
  binFeatures,
  fitBins,
  type Model,
  type ModelType,
  parseModelParams,
  type TrainingData,
  trainModel,
} from '../../src/models/index.ts';
import { marketData, rowsBetween } from './market-data.ts';

export const TRAIN_ROWS = 600;
const ROWS = 800;

export const market = marketData(42, ROWS, 6);
const values = market.features.values.map((value, i) => (i % 11 === 3 ? Number.NaN : value));
export const table = { ...market.features, values };
export const trainRows = rowsBetween(0, TRAIN_ROWS);
export const testRows = rowsBetween(TRAIN_ROWS, ROWS);

export function binnedTable(maxBin = 255): BinnedFeatures {
  return binFeatures(table, fitBins(table, trainRows, maxBin));
}

/** Training data of the table, changed as a test wants. */
export function trainingData(change: Partial<TrainingData> = {}): TrainingData {
  return { binned: binnedTable(), rows: trainRows, label: market.label, objective: 'binary', ...change };
}

export function train(type: ModelType, raw: object = {}, change: Partial<TrainingData> = {}, seed = 1): Model {
  const params = parseModelParams(type, { n_estimators: 20, ...raw }, 'params');
  return trainModel(type, params, trainingData(change), { seed });
}
