import type { ParameterValue } from '../strategies/index.ts';
import type { ModelType } from './model-type.ts';
import type { TrainParams } from './parameters.ts';

/** In which order a tree is grown: every node, the best leaf first, or all nodes of a level alike. */
export type Policy = 'depthwise' | 'leafwise' | 'symmetric';

/** Parameters as the trainer reads them: one meaning per field, whatever a type calls it; what a type lacks is neutral. */
export interface Settings {
  readonly policy: Policy;
  /** Trees of random samples side by side instead of trees that mend what those before left. */
  readonly isForest: boolean;
  readonly trees: number;
  /** Factor of each leaf. */
  readonly rate: number;
  readonly maxDepth: number;
  readonly maxLeaves: number;
  readonly lambda: number;
  readonly alpha: number;
  readonly gamma: number;
  readonly minChildWeight: number;
  readonly subsample: number;
  /** Share of the features per tree. */
  readonly columns: number;
  /** Share of the features per node; null takes the square root of their number. A forest only. */
  readonly columnsByNode: number | null;
  /** Null never stops early. */
  readonly patience: number | null;
  readonly positiveWeight: number;
}

const POLICIES: Readonly<Record<ModelType, Policy>> = {
  xgboost: 'depthwise',
  lightgbm: 'leafwise',
  catboost: 'symmetric',
  random_forest: 'depthwise',
};

export function settingsOf(type: ModelType, params: TrainParams): Settings {
  const numberOr = (name: string, neutral: number): number => read(params, name) ?? neutral;
  return {
    policy: POLICIES[type],
    isForest: type === 'random_forest',
    trees: params.n_estimators,
    rate: numberOr('learning_rate', 1),
    maxDepth: numberOr('max_depth', Infinity),
    maxLeaves: numberOr('num_leaves', Infinity),
    lambda: numberOr('lambda', 0),
    alpha: numberOr('alpha', 0),
    gamma: numberOr('gamma', 0),
    minChildWeight: numberOr('min_child_weight', 0),
    subsample: numberOr('subsample', 1),
    columns: numberOr('colsample_bytree', 1),
    columnsByNode: read(params, 'colsample_bynode'),
    patience: read(params, 'early_stopping_rounds'),
    positiveWeight: numberOr('scale_pos_weight', 1),
  };
}

/** The number under a name; null when the type has no such parameter, or none was set. */
function read(params: Readonly<Record<string, ParameterValue>>, name: string): number | null {
  const value = params[name];
  return typeof value === 'number' ? value : null;
}
