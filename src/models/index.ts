/**
 * Models of trees: gradient boosting in three ways of growing, and random forests, trained on bins of features. One engine
 * of ours stands behind all four types; none of them is the library that it is named after (`engineInfo`). It knows no
 * bars, no labels and no jobs: whoever trains brings numbers.
 */
export { type BinEdges, fitBins, MAX_BINS } from './bin-edges.ts';
export { type BinnedFeatures, binFeatures, MISSING } from './binned-features.ts';
export { type EngineInfo, engineInfo } from './engine-info.ts';
export type { Features } from './features.ts';
export {
  gainImportance,
  type Importance,
  type ImportanceData,
  type Metric,
  permutationImportance,
} from './importance.ts';
export { areaUnderCurve, logLoss, logLossOf, rootMeanSquaredError } from './metrics.ts';
export { ENGINE_VERSION, type Model, treeCount } from './model.ts';
export { MODEL_TYPES, type ModelType, type Objective } from './model-type.ts';
export { MODEL_PARAMETERS, parseModelParams, type TrainParams } from './parameters.ts';
export { type PredictOptions, predict, predictPrefixes } from './predict.ts';
export { parseModel, serialiseModel } from './serialise.ts';
export { type TrainOptions, trainModel } from './train-model.ts';
export { type TrainingCost, trainingCost } from './training-cost.ts';
export type { TrainingData } from './training-data.ts';
export { xgboostJson } from './xgboost-json.ts';
