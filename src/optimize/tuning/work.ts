/** How much a tuning job will cost, before anything is trained. */
import { invalid } from '../../core/index.ts';
import { type ModelType, type TrainingCost, trainingCost } from '../../models/index.ts';
import { numberOf, type Parameters } from '../../strategies/index.ts';
import { inPieces } from '../in-pieces.ts';
import type { TuningCut } from './cut.ts';
import { fitGroups, trainParams } from './fit-groups.ts';

/** Most trees times rows of a job: some hours of a core. */
const MAX_TREE_ROWS = 2e11;
/** Most steps of one training: two minutes or so, which leaves a slower machine within the ten of a task. */
const MAX_TRAINING_STEPS = 2e11;
/** Most bytes of the model that is kept: it is read, checked and stored in one piece. */
const MAX_MODEL_BYTES = 2 ** 27;
/** Most memory that the features of a job and their bins may take, in bytes: they lie outside every heap limit. */
const MAX_FEATURE_BYTES = 2 ** 30;

/** What a job will train. */
export interface FitWork {
  /** Trainings per fold. */
  readonly fits: number;
  /** Trees of all of them, in one fold. */
  readonly trees: number;
  /** Numbers of bins that are searched; each bins the features of every fold anew. */
  readonly binnings: number;
}

/** @param combinations valid ones */
export async function fitWork(combinations: readonly Parameters[]): Promise<FitWork> {
  const groups = await fitGroups(Array.from(combinations.entries()));
  return {
    fits: groups.length,
    trees: groups.reduce((sum, { params }) => sum + numberOf(params, 'n_estimators'), 0),
    binnings: new Set(groups.map(({ params }) => params['max_bin'])).size,
  };
}

/**
 * Each combination is the one that may be trained on all that was chosen by, and kept.
 *
 * @throws {DomainError} VALIDATION with the arithmetic, when a training would not end in time, or its model be too large
 */
export async function refuseTooLargeModels(
  modelType: ModelType,
  combinations: readonly Parameters[],
  size: { readonly rows: number; readonly features: number },
): Promise<void> {
  await inPieces(combinations, (params) => {
    const cost = trainingCost(modelType, trainParams(params), size);
    if (cost.steps > MAX_TRAINING_STEPS) throw tooManySteps(cost, size);
    if (cost.bytes > MAX_MODEL_BYTES) throw tooManyBytes(cost);
  });
}

function tooManySteps(
  { trees, columns, levels, leaves, steps }: TrainingCost,
  { rows }: { readonly rows: number },
): Error {
  return invalid(
    'paramGrid',
    `A training of ${trees} trees with up to ${leaves} leaves on ${rows} rows takes ${trees} trees × ${columns} features × (${levels} levels × ${rows} rows + 4096 × ${leaves} leaves) = ${steps} steps; at most ${MAX_TRAINING_STEPS} are allowed. Try fewer trees, levels, features or bars.`,
    { limit: MAX_TRAINING_STEPS, observed: steps },
  );
}

function tooManyBytes({ trees, leaves, bytes }: TrainingCost): Error {
  return invalid(
    'paramGrid',
    `A model of ${trees} trees with up to ${leaves} leaves takes ${trees} × (2 × ${leaves} − 1) nodes × 34 = ${bytes} bytes; at most ${MAX_MODEL_BYTES} are allowed. Try fewer trees or levels.`,
    { limit: MAX_MODEL_BYTES, observed: bytes },
  );
}

/** @throws {DomainError} VALIDATION with the arithmetic, when a job would take more time or memory than it may */
export function refuseTooMuchWork(
  work: FitWork,
  cut: TuningCut,
  { symbols, columns, bars }: { readonly symbols: number; readonly columns: number; readonly bars: number },
): void {
  const rows = cut.folds.reduce((sum, { train }) => sum + train.to * symbols, 0);
  const treeRows = work.trees * rows;
  if (treeRows > MAX_TREE_ROWS) {
    throw invalid(
      'paramGrid',
      `${work.fits} trainings with ${work.trees} trees, on ${rows} training rows in ${cut.folds.length} folds, make ${work.trees} × ${rows} = ${treeRows} rows of trees; at most ${MAX_TREE_ROWS} are allowed. Try fewer combinations, trees or bars.`,
      { limit: MAX_TREE_ROWS, observed: treeRows },
    );
  }
  const copies = Float64Array.BYTES_PER_ELEMENT + work.binnings * (cut.folds.length + 1);
  const bytes = bars * symbols * columns * copies;
  if (bytes <= MAX_FEATURE_BYTES) return;
  throw invalid(
    'featureConfig',
    `${columns} features of ${bars * symbols} rows, with bins for ${cut.folds.length + 1} folds, take ${bars * symbols} × ${columns} × ${copies} = ${bytes} bytes; at most ${MAX_FEATURE_BYTES} are allowed. Ask for fewer features, bars or splits.`,
    { limit: MAX_FEATURE_BYTES, observed: bytes },
  );
}
