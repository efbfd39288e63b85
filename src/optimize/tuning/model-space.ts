/** The parameters of each model type, with the grid that is searched when a job names none. */
import { MODEL_PARAMETERS, type ModelType } from '../../models/index.ts';
import type { ParameterOwner } from '../../strategies/index.ts';
import type { ParameterSpace } from '../search/index.ts';

/** What `parseSpace` needs of a model type. */
export type ModelSpace = ParameterOwner & { readonly defaultGrid: ParameterSpace };

/**
 * Prices are mostly noise: shallow trees, slow learning and leaves of many rows come first. Numbers of trees cost nothing
 * beside the largest of them, because one training serves all.
 */
const GRIDS: Readonly<Record<ModelType, ParameterSpace>> = {
  xgboost: {
    n_estimators: [25, 50, 100, 200],
    learning_rate: [0.03, 0.1],
    max_depth: [2, 3, 5],
    min_child_weight: [5, 20],
    colsample_bytree: [0.5, 1],
    subsample: [0.7],
  },
  lightgbm: {
    n_estimators: [25, 50, 100, 200],
    learning_rate: [0.03, 0.1],
    num_leaves: [4, 8, 16],
    min_child_weight: [5, 20],
    colsample_bytree: [0.5, 1],
    subsample: [0.7],
  },
  catboost: {
    n_estimators: [25, 50, 100, 200],
    learning_rate: [0.03, 0.1],
    max_depth: [2, 4, 6],
    lambda: [3, 30],
    colsample_bytree: [0.5, 1],
    subsample: [0.7],
  },
  random_forest: {
    n_estimators: [50, 100, 200],
    max_depth: [3, 6, 10],
    min_child_weight: [5, 20, 50],
    colsample_bynode: [null, 0.5],
  },
};

/** By type. */
export const MODEL_SPACES: Readonly<Record<ModelType, ModelSpace>> = {
  xgboost: { ...MODEL_PARAMETERS.xgboost, defaultGrid: GRIDS.xgboost },
  lightgbm: { ...MODEL_PARAMETERS.lightgbm, defaultGrid: GRIDS.lightgbm },
  catboost: { ...MODEL_PARAMETERS.catboost, defaultGrid: GRIDS.catboost },
  random_forest: { ...MODEL_PARAMETERS.random_forest, defaultGrid: GRIDS.random_forest },
};
