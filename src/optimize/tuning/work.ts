/** How much a tuning job will cost, before anything is trained. */
import { invalid } from '../../core/index.ts';
import { numberOf, type Parameters } from '../../strategies/index.ts';
import type { TuningCut } from './cut.ts';
import { fitGroups } from './fit-groups.ts';

/** Most trees times rows of a job: some hours of a core. */
const MAX_TREE_ROWS = 2e11;
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
export function fitWork(combinations: readonly Parameters[]): FitWork {
  const groups = fitGroups(combinations.entries());
  return {
    fits: groups.length,
    trees: groups.reduce((sum, { params }) => sum + numberOf(params, 'n_estimators'), 0),
    binnings: new Set(groups.map(({ params }) => params['max_bin'])).size,
  };
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
