import { invariant } from '../core/index.ts';
import { bag } from './bag.ts';
import { boost } from './boost.ts';
import { joinForests } from './forest.ts';
import { slotsFor } from './growth/index.ts';
import { type OpenKernel, openKernel } from './kernel/index.ts';
import { ENGINE_VERSION, type Model } from './model.ts';
import type { ModelType } from './model-type.ts';
import type { TrainParams } from './parameters.ts';
import { settingsOf } from './settings.ts';
import { loadBins, loadTargets, type TrainingData } from './training-data.ts';

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
  return trainerOn(openKernel)(type, params, data, options);
}

/** `trainModel` on a kernel of choice. */
export function trainerOn(open: OpenKernel): typeof trainModel {
  return (type, params, data, { seed, onTree = () => true }) => {
    const { edges } = data.binned;
    invariant(data.rows.length > 0, 'there are rows to learn from');
    invariant(
      edges.edges.every((cuts) => cuts.length < params.max_bin),
      'features are binned into max_bin bins at most',
    );
    const settings = settingsOf(type, params);
    const kernel = open({ rows: data.rows.length, features: edges.names.length, slots: slotsFor(settings) });
    try {
      loadBins(data, kernel);
      loadTargets(data, settings.positiveWeight, kernel.arrays);
      const run = { kernel, settings, data, seed: String(seed), onTree };
      const { base, trees } = settings.isForest ? bag(run) : boost(run);
      const { objective } = data;
      return { type, objective, params, engineVersion: ENGINE_VERSION, edges, base, forest: joinForests(trees) };
    } finally {
      kernel.close();
    }
  };
}
