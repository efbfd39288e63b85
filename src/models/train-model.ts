import { invariant } from '../core/index.ts';
import { bag } from './bag.ts';
import { boost } from './boost.ts';
import { joinForests } from './forest.ts';
import { slotsFor } from './growth/index.ts';
import { openKernel } from './kernel/index.ts';
import { ENGINE_VERSION, type Model } from './model.ts';
import type { ModelType } from './model-type.ts';
import type { TrainParams } from './parameters.ts';
import { settingsOf } from './settings.ts';
import { loadBins, type TrainingData, targetsOf } from './training-data.ts';

/** What decides the randomness of a training, and who hears of its progress. */
export interface TrainOptions {
  /** The same data, parameters and seed give the same model to the bit. */
  readonly seed: number | bigint;
  /** Called after each tree with its number, from 0 on; false stops training with the trees that there are. */
  readonly onTree?: (tree: number) => boolean;
}

/**
 * Trains a model on the calling thread.
 *
 * @param params of this type, from `parseModelParams`; with `early_stopping_rounds` the data need validation rows, and the
 *   model has as many trees as predict them best
 */
export function trainModel(type: ModelType, params: TrainParams, data: TrainingData, options: TrainOptions): Model {
  invariant(data.rows.length > 0, 'there are rows to learn from');
  const settings = settingsOf(type, params);
  const { edges } = data.binned;
  const kernel = openKernel({ rows: data.rows.length, features: edges.names.length, slots: slotsFor(settings) });
  loadBins(data, kernel);
  kernel.arrays.binCounts.forEach((bins) => invariant(bins <= params.max_bin, 'bins were fitted with max_bin'));
  const targets = targetsOf(data, data.rows, settings.positiveWeight);
  const onTree = options.onTree ?? (() => true);
  const run = { kernel, settings, data, targets, seed: String(options.seed), onTree };
  const { base, trees } = settings.isForest ? bag(run) : boost(run);
  return {
    type,
    objective: data.objective,
    params,
    engineVersion: ENGINE_VERSION,
    edges,
    base,
    forest: joinForests(trees),
  };
}
