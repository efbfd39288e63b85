/** The four ways of growing trees, named after the libraries whose way it is. None of them is that library. */

export const MODEL_TYPES = ['xgboost', 'lightgbm', 'catboost', 'random_forest'] as const;

export type ModelType = (typeof MODEL_TYPES)[number];

/** What is learned: the probability that a label is 1 instead of 0, or a number. */
export type Objective = 'binary' | 'regression';
