/** What a training costs at most, told from its parameters before it begins. */
import type { ModelType } from './model-type.ts';
import type { TrainParams } from './parameters.ts';
import { bytesOfNodes } from './serialise.ts';
import { type Settings, settingsOf } from './settings.ts';

/** Adding so many rows to the histogram of a feature takes as long as searching it in the two children of a split. */
const ROWS_PER_SPLIT = 4096;

/** How much is learned from. */
export interface TrainingSize {
  readonly rows: number;
  readonly features: number;
}

/** The bounds of a training, and the arithmetic that leads to them. */
export interface TrainingCost {
  readonly trees: number;
  /** How often the rows of a tree are added to histograms, at most. */
  readonly levels: number;
  /** Of a tree, at most. */
  readonly leaves: number;
  /** Features that a node looks at. */
  readonly columns: number;
  /** trees × columns × (levels × rows + 4096 × leaves): each takes about half a nanosecond. */
  readonly steps: number;
  /** Of the nodes of the stored model, trees × (2 × leaves − 1) × 34, at most. */
  readonly bytes: number;
}

/** @param params of this type, from `parseModelParams` */
export function trainingCost(type: ModelType, params: TrainParams, { rows, features }: TrainingSize): TrainingCost {
  const settings = settingsOf(type, params);
  const { trees } = settings;
  const leaves = mostLeaves(settings, rows);
  const levels = mostLevels(settings, leaves);
  const columns = columnsPerNode(settings, features);
  return {
    ...{ trees, levels, leaves, columns },
    steps: trees * columns * (levels * rows + ROWS_PER_SPLIT * leaves),
    bytes: bytesOfNodes(trees * (2 * leaves - 1)),
  };
}

/** A symmetric tree may have leaves without rows; others have `min_child_weight` in each, to which a row adds its weight at most. */
function mostLeaves({ policy, maxDepth, maxLeaves, minChildWeight, positiveWeight }: Settings, rows: number): number {
  const most = Math.min(2 ** maxDepth, maxLeaves);
  if (policy === 'symmetric') return most;
  const rowsPerLeaf = Math.max(1, minChildWeight / Math.max(1, positiveWeight));
  return Math.max(1, Math.min(most, Math.floor(rows / rowsPerLeaf)));
}

/**
 * A forest adds all rows of a level. Boosting adds the root and the smaller part of each split, which for so many leaves is
 * at most the logarithm of their number per row.
 */
function mostLevels({ isForest, maxDepth }: Settings, leaves: number): number {
  if (isForest) return Math.max(1, Math.min(maxDepth, leaves - 1));
  return 1 + Math.ceil(Math.log2(leaves));
}

function columnsPerNode({ isForest, columns, columnsByNode }: Settings, features: number): number {
  if (!isForest) return Math.max(1, Math.round(columns * features));
  return Math.max(1, columnsByNode === null ? Math.floor(Math.sqrt(features)) : Math.round(columnsByNode * features));
}
