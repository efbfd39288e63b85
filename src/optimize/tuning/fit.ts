/** Trains a model on the training rows of a fold and predicts its test rows. Runs on a thread. */
import type { Slice } from '../../backtest/index.ts';
import { type Model, predictPrefixes, trainModel } from '../../models/index.ts';
import type { FitInput, FoldRows } from './tuning-job.ts';

/** Share of the training rows, their last ones, that early stopping measures on. */
const STOPPING_SHARE = 0.15;

/** A trained model, and what it says with so many of its trees. */
export interface Fit {
  readonly model: Model;
  /** One per count, each [test rows]. */
  readonly predictions: readonly Float64Array[];
}

/**
 * @param counts numbers of trees, ascending
 * @param isCancelled asked after each tree
 * @returns null when it was cancelled
 */
export function fit(input: FitInput, counts: readonly number[], isCancelled: () => boolean): Fit | null {
  const { modelType, params, objective, binned, labels: label, fold, seed } = input;
  const stopsEarly = (params['early_stopping_rounds'] ?? null) !== null;
  const { rows, validation } = stopsEarly ? stoppingRows(fold) : { rows: rowsIn(fold.train), validation: null };
  const data = { binned, rows, label, objective, ...(validation === null ? {} : { validation: { rows: validation } }) };
  const model = trainModel(modelType, params, data, { seed, onTree: () => !isCancelled() });
  if (isCancelled()) return null;
  return { model, predictions: predictPrefixes(model, binned, rowsIn(fold.test), counts) };
}

/** The last rows of training are measured on, those of the gap before them are left out. */
function stoppingRows({ train, gap, symbols }: FoldRows) {
  const bars = Math.floor((train.to - train.from) / symbols);
  const from = train.to - Math.max(1, Math.floor(bars * STOPPING_SHARE)) * symbols;
  const learned = { from: train.from, to: Math.max(train.from + symbols, from - gap) };
  return { rows: rowsIn(learned), validation: rowsIn({ from, to: train.to }) };
}

function rowsIn({ from, to }: Slice): Int32Array {
  return Int32Array.from({ length: to - from }, (_, index) => from + index);
}
