/** The parameters of each model type: names, ranges and defaults, in one place. Callers' values are checked against these. */
import { invariant } from '../core/index.ts';
import { type ParameterOwner, type ParameterSpec, type Parameters, parseParameters } from '../strategies/index.ts';
import { MAX_BINS } from './bin-edges.ts';
import type { ModelType } from './model-type.ts';

/** Checked parameters of one model type, by name. Types have different ones; these two every type has. */
export type TrainParams = Parameters & {
  /** Trees. A model of more trees begins with those of fewer: see `predictPrefixes`. */
  readonly n_estimators: number;
  /** Bins per feature at most, which `fitBins` is to be called with. */
  readonly max_bin: number;
};

const TREES: ParameterSpec = {
  name: 'n_estimators',
  type: 'integer',
  description: 'Trees in the model.',
  default: 200,
  minimum: 1,
  maximum: 5000,
  nullable: false,
};

const LEARNING_RATE: ParameterSpec = {
  name: 'learning_rate',
  type: 'number',
  description: 'Share of each tree that is added to the model; smaller learns slower and needs more trees.',
  default: 0.1,
  exclusiveMinimum: 0,
  maximum: 1,
  nullable: false,
};

const DEPTH: ParameterSpec = {
  name: 'max_depth',
  type: 'integer',
  description: 'Splits on the way from the root to a leaf, at most.',
  default: 6,
  minimum: 1,
  maximum: 16,
  nullable: false,
};

const LAMBDA: ParameterSpec = {
  name: 'lambda',
  type: 'number',
  description: 'L2 penalty on the values of leaves.',
  default: 1,
  minimum: 0,
  maximum: 1e6,
  nullable: false,
};

const ALPHA: ParameterSpec = {
  name: 'alpha',
  type: 'number',
  description: 'L1 penalty on the values of leaves.',
  default: 0,
  minimum: 0,
  maximum: 1e6,
  nullable: false,
};

const GAMMA: ParameterSpec = {
  name: 'gamma',
  type: 'number',
  description: 'Gain that a split must have at least.',
  default: 0,
  minimum: 0,
  maximum: 1e6,
  nullable: false,
};

const CHILD_WEIGHT: ParameterSpec = {
  name: 'min_child_weight',
  type: 'number',
  description:
    'Sum of hessians on each side of a split, at least. A row counts at most 0.25 when probabilities are learned, else 1.',
  default: 1,
  minimum: 0,
  maximum: 1e6,
  nullable: false,
};

const SUBSAMPLE: ParameterSpec = {
  name: 'subsample',
  type: 'number',
  description: 'Probability that a row is used for a tree; drawn anew for each tree.',
  default: 1,
  exclusiveMinimum: 0,
  maximum: 1,
  nullable: false,
};

const COLUMNS: ParameterSpec = {
  name: 'colsample_bytree',
  type: 'number',
  description: 'Share of the features that a tree may split on; drawn anew for each tree.',
  default: 1,
  exclusiveMinimum: 0,
  maximum: 1,
  nullable: false,
};

const BINS: ParameterSpec = {
  name: 'max_bin',
  type: 'integer',
  description: 'Bins that the values of a feature are sorted into, at most.',
  default: MAX_BINS,
  minimum: 2,
  maximum: MAX_BINS,
  nullable: false,
};

const PATIENCE: ParameterSpec = {
  name: 'early_stopping_rounds',
  type: 'integer',
  description:
    'Trees without an improvement on the validation rows after which training stops; null never stops early.',
  default: null,
  minimum: 1,
  maximum: 1000,
  nullable: true,
};

const POSITIVE_WEIGHT: ParameterSpec = {
  name: 'scale_pos_weight',
  type: 'number',
  description: 'Weight of a row with label 1, where one with label 0 has 1; used when probabilities are learned.',
  default: 1,
  exclusiveMinimum: 0,
  maximum: 1e6,
  nullable: false,
};

const BOOSTING = [SUBSAMPLE, COLUMNS, BINS, PATIENCE, POSITIVE_WEIGHT];

const SPECS: Readonly<Record<ModelType, readonly ParameterSpec[]>> = {
  xgboost: [TREES, LEARNING_RATE, DEPTH, LAMBDA, ALPHA, GAMMA, CHILD_WEIGHT, ...BOOSTING],
  lightgbm: [
    TREES,
    LEARNING_RATE,
    {
      name: 'num_leaves',
      type: 'integer',
      description: 'Leaves of a tree, at most. The leaf whose split gains most is split next.',
      default: 31,
      minimum: 2,
      maximum: 256,
      nullable: false,
    },
    { ...DEPTH, description: `${DEPTH.description} Null sets no limit.`, default: null, maximum: 64, nullable: true },
    { ...LAMBDA, default: 0 },
    ALPHA,
    GAMMA,
    { ...CHILD_WEIGHT, default: 5 },
    ...BOOSTING,
  ],
  catboost: [
    TREES,
    LEARNING_RATE,
    {
      ...DEPTH,
      description: 'Levels of a tree. All nodes of a level split alike, so that there are 2^max_depth leaves.',
      maximum: 10,
    },
    { ...LAMBDA, default: 3 },
    ...BOOSTING,
  ],
  random_forest: [
    TREES,
    { ...DEPTH, default: 12, maximum: 32 },
    {
      ...CHILD_WEIGHT,
      description:
        'Rows of the sample (as often as they were drawn, times their weights) on each side of a split, at least.',
      default: 5,
    },
    {
      ...SUBSAMPLE,
      description: 'Rows drawn for each tree, with replacement, as a share of the training rows.',
    },
    {
      name: 'colsample_bynode',
      type: 'number',
      description:
        'Share of the features that a split may use, drawn anew for each; null takes the square root of their number, rounded down.',
      default: null,
      exclusiveMinimum: 0,
      maximum: 1,
      nullable: true,
    },
    BINS,
    POSITIVE_WEIGHT,
  ],
};

/** What each model type declares, in the form that parameter spaces and JSON Schemas are made from. */
export const MODEL_PARAMETERS: Readonly<Record<ModelType, ParameterOwner>> = {
  xgboost: ownerOf('xgboost'),
  lightgbm: ownerOf('lightgbm'),
  catboost: ownerOf('catboost'),
  random_forest: ownerOf('random_forest'),
};

/**
 * Checks parameters from outside and fills in the defaults of the type.
 *
 * @param raw an object by parameter name; undefined or null means every default
 * @param path where `raw` stands in the input, dotted
 * @throws {DomainError} VALIDATION naming each unknown or wrong parameter, its value and its range
 */
export function parseModelParams(type: ModelType, raw: unknown, path: string): TrainParams {
  const params = parseParameters(MODEL_PARAMETERS[type], raw, path);
  const { n_estimators: trees, max_bin: bins } = params;
  invariant(typeof trees === 'number' && typeof bins === 'number', 'every model type has n_estimators and max_bin');
  return { ...params, n_estimators: trees, max_bin: bins };
}

function ownerOf(name: ModelType): ParameterOwner {
  // Every combination of values that are in range can be trained.
  return { name, parameters: SPECS[name], problem: () => null };
}
