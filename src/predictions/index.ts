/**
 * What stored models say of bars: for those who ask (`predictModel`), and for strategies that follow a model
 * (`StoredModels`). Both go one way, so that they say the same of the same bar. It trains nothing: that is the tuning's.
 */
export { type PredictDeps, type PredictInput, type Prediction, predictModel } from './predict-model.ts';
export { predictionTasks } from './predict-task.ts';
export { StoredModels } from './stored-models.ts';
