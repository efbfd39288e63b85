import type { ModelType } from './model-type.ts';

/** What a model type is and is not, for those who know the library that it is named after. */
export interface EngineInfo {
  readonly name: string;
  /** How its trees grow. */
  readonly style: string;
  /** Whether the library itself was used. It never is. */
  readonly original_library: false;
  /** What was compared with the original, and how close it came. */
  readonly parity: string;
  /** What the original does by default, or is known for, and this does not. */
  readonly not_implemented: readonly string[];
}

const INFO: Readonly<Record<ModelType, Omit<EngineInfo, 'name' | 'original_library'>>> = {
  xgboost: {
    style:
      'Depth-wise gradient boosting with second-order gains on histograms, missing values sent where they gain more.',
    parity:
      'Compared with XGBoost 1.7.4 (hist): predictions agree within 1e-4 on integer features; see docs/models.md.',
    not_implemented: [
      'exact and approx tree methods',
      'dart and linear boosters',
      'categorical features',
      'monotone and interaction constraints',
      'objectives other than logistic and squared error',
      'colsample_bylevel and colsample_bynode',
      'max_delta_step',
    ],
  },
  lightgbm: {
    style: 'Leaf-wise gradient boosting on histograms: the leaf whose split gains most is split next.',
    parity: 'Compared with the loss-guided growth of XGBoost 1.7.4; not compared with LightGBM itself.',
    not_implemented: [
      'gradient-based one-side sampling (GOSS)',
      'exclusive feature bundling',
      'categorical features',
      'min_data_in_leaf (use min_child_weight)',
      'dart',
      'objectives other than logistic and squared error',
    ],
  },
  catboost: {
    style: 'Gradient boosting of symmetric trees: all nodes of a level are split alike.',
    parity: 'Not compared with CatBoost.',
    not_implemented: [
      'ordered boosting',
      'categorical features and target statistics',
      'the cosine score, random_strength and Bayesian bootstrap',
      'several Newton steps per leaf',
      'growing policies other than symmetric',
      'objectives other than logistic and squared error',
    ],
  },
  random_forest: {
    style: 'Bagged trees on bootstrap samples, a random choice of features at each split, averaged probabilities.',
    parity: 'AUC compared with RandomForestClassifier of scikit-learn 1.2.1; see docs/models.md.',
    not_implemented: [
      'exact thresholds between bins',
      'entropy and log-loss criteria',
      'out-of-bag scores',
      'cost-complexity pruning',
      'missing values are sent where they gain more, which scikit-learn refuses',
    ],
  },
};

export function engineInfo(type: ModelType): EngineInfo {
  const { style, parity, not_implemented } = INFO[type];
  return { name: `dunlin/${type}`, style, original_library: false, parity, not_implemented };
}
