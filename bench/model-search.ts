/**
 * How long a search takes on one core: 500 combinations on 5 expanding folds of 2,000 rows and 30 features, each trained,
 * predicted and scored. As in a tuning job, combinations that differ in the number of trees share a training. Called with a
 * model type; prints a row.
 */
import {
  binFeatures,
  fitBins,
  logLoss,
  MODEL_TYPES,
  type ModelType,
  parseModelParams,
  predictPrefixes,
  trainModel,
} from '../src/models/index.ts';
import { marketLike } from './market-like.ts';
import { cpuMs, peakMemoryMb } from './measure.ts';

const ROWS = 2000;
const FOLDS = 5;
/** 4 numbers of trees × 125 others = 500 combinations. */
const TREES = [25, 50, 100, 200];
const FIVE = [0, 1, 2, 3, 4];

const [typeName = ''] = process.argv.slice(2);
const type = MODEL_TYPES.find((each) => each === typeName);
if (type === undefined) throw new Error(`There is no model type ${typeName}.`);
const { features, label } = marketLike(ROWS, 30);
const others = FIVE.flatMap((i) => FIVE.flatMap((j) => FIVE.map((k) => combination(type, [i, j, k]))));

const start = cpuMs();
let losses = 0;
for (let fold = 1; fold <= FOLDS; fold++) losses += searchFold(type, fold);
console.log(
  JSON.stringify({
    type,
    combinations: TREES.length * others.length,
    folds: FOLDS,
    trainings: FOLDS * others.length,
    losses,
    'core seconds': Number(((cpuMs() - start) / 1000).toPrecision(3)),
    'peak MiB': peakMemoryMb(),
  }),
);

/** Trains on the first blocks and scores on the next one; answers the number of losses that are numbers. */
function searchFold(model: ModelType, fold: number): number {
  const block = Math.floor(ROWS / (FOLDS + 1));
  const rows = rowsBetween(0, fold * block);
  const test = rowsBetween(fold * block, (fold + 1) * block);
  const truth = Float64Array.from(test, (row) => label[row] ?? 0);
  const binned = binFeatures(features, fitBins(features, rows, 255));
  return others.reduce((sum, raw) => {
    const params = parseModelParams(model, raw, 'params');
    const trained = trainModel(model, params, { binned, rows, label, objective: 'binary' }, { seed: 1 });
    const scores = predictPrefixes(trained, binned, test, TREES);
    return sum + scores.filter((each) => Number.isFinite(logLoss(truth, each))).length;
  }, 0);
}

/** The largest number of trees serves the smaller ones. */
function combination(model: ModelType, [i, j, k]: readonly [number, number, number]): Readonly<Record<string, number>> {
  const depth = 2 + i;
  const weight = 1 + 5 * j;
  const common = { n_estimators: 200 };
  switch (model) {
    case 'xgboost':
      return { ...common, max_depth: depth, min_child_weight: weight, learning_rate: 0.02 + 0.03 * k };
    case 'lightgbm':
      return { ...common, num_leaves: 2 ** depth, min_child_weight: weight, learning_rate: 0.02 + 0.03 * k };
    case 'catboost':
      return { ...common, max_depth: depth, lambda: 1 + 5 * j, learning_rate: 0.02 + 0.03 * k };
    case 'random_forest':
      return { ...common, max_depth: 2 + 2 * i, min_child_weight: weight, colsample_bynode: 0.2 + 0.2 * k };
  }
}

function rowsBetween(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}
