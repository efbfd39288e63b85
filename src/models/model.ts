import type { BinEdges } from './bin-edges.ts';
import type { Forest } from './forest.ts';
import type { ModelType, Objective } from './model-type.ts';
import type { TrainParams } from './parameters.ts';

/** Raised whenever the same data, parameters and seed no longer give the same model. */
export const ENGINE_VERSION = 3;

/** A trained model. Plain data: it can be cloned to another thread. */
export interface Model {
  readonly type: ModelType;
  readonly objective: Objective;
  readonly params: TrainParams;
  readonly engineVersion: number;
  /** The features and their cuts. */
  readonly edges: BinEdges;
  /**
   * What is predicted before the first tree: the weighted mean label of the training rows, as a log odds when probabilities
   * are boosted; 0 for a forest.
   */
  readonly base: number;
  readonly forest: Forest;
}

/** Whether the trees are averaged, instead of added up. */
export function isAveraged(model: Model): boolean {
  return model.type === 'random_forest';
}

export function treeCount(model: Model): number {
  return model.forest.roots.length;
}
