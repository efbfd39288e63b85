/** What worker threads compute for a tuning job: the rows, the bins of a fold, a training with its scores, and the end. */
import { defineTask, type Task, type TaskName } from '../../compute/index.ts';
import { type FeatureConfig, writeFeatures, writeLabels } from '../../features/index.ts';
import type { Bars } from '../../market/index.ts';
import {
  type BinnedFeatures,
  binFeatures,
  type Features,
  fitBins,
  gainImportance,
  serialiseModel,
} from '../../models/index.ts';
import { fit } from './fit.ts';
import { SCORE_WIDTH, scoreRow } from './score-row.ts';
import { baselineOf, type ScoredSlice } from './scores.ts';
import { type TradingTerms, tradeSlice } from './trade.ts';
import type { FitInput } from './tuning-job.ts';

interface RowsInput {
  readonly config: FeatureConfig;
  readonly bars: readonly Bars[];
  /** [features × rows] and [rows] on shared memory: where the values go. */
  readonly values: Float64Array;
  readonly labels: Float64Array;
}

interface BinsInput {
  readonly features: Features;
  /** Rows to fit on: the first so many. */
  readonly trainRows: number;
  readonly maxBin: number;
  /** [features × rows] on shared memory: where the bins go. */
  readonly bins: Uint8Array;
}

interface ScoredFit {
  readonly input: FitInput;
  /** Numbers of trees that are scored, ascending. */
  readonly counts: readonly number[];
  readonly terms: TradingTerms;
}

/** The model that is kept, and how it did on its test slice. */
export interface FinalFit {
  /** As in a row of scores. */
  readonly scores: Float64Array;
  readonly bytes: Uint8Array;
  readonly importance: readonly { readonly feature: string; readonly gain: number }[];
}

/** Writes features and labels. */
export const ROWS: TaskName<RowsInput, null> = { name: 'tuning.rows' };
/** Fits bins on training rows and sorts all rows into them. */
export const BINS: TaskName<BinsInput, BinnedFeatures> = { name: 'tuning.bins' };
/** Trains once and answers a row of scores for each number of trees; null when cancelled. */
export const FIT: TaskName<ScoredFit, Float64Array | null> = { name: 'tuning.fit' };
/** Trains once and answers the returns of trading on the test slice, bar by bar; null when cancelled. */
export const REPLAY: TaskName<ScoredFit, Float64Array | null> = { name: 'tuning.replay' };
/** Trains the model that is kept and scores it; null when cancelled. */
export const FINAL: TaskName<ScoredFit, FinalFit | null> = { name: 'tuning.final' };

const rowsTask: Task<RowsInput, null> = defineTask(ROWS.name, ({ config, bars, values, labels }) => {
  writeFeatures(config, bars, values);
  writeLabels(config, bars, labels);
  return null;
});

const binsTask: Task<BinsInput, BinnedFeatures> = defineTask(BINS.name, ({ features, trainRows, maxBin, bins }) => {
  const rows = Int32Array.from({ length: trainRows }, (_, row) => row);
  return binFeatures(features, fitBins(features, rows, maxBin), bins);
});

const fitTask: Task<ScoredFit, Float64Array | null> = defineTask(FIT.name, ({ input, counts, terms }, context) => {
  const started = performance.now();
  const fitted = fit(input, counts, () => context.isCancelled());
  if (fitted === null) return null;
  const fitMs = performance.now() - started;
  const rows = new Float64Array(counts.length * SCORE_WIDTH);
  const trees = counts.reduce((sum, count) => sum + count, 0);
  for (const [place, predictions] of fitted.predictions.entries()) {
    // Combinations that share a training share its time, by their trees.
    const share = (fitMs * (counts[place] ?? 0)) / trees;
    const row = scoreRow(scoredSlice(input, predictions), input.fold.testBars, { terms, fitMs: share });
    rows.set(row, place * SCORE_WIDTH);
  }
  return rows;
});

const replayTask: Task<ScoredFit, Float64Array | null> = defineTask(
  REPLAY.name,
  ({ input, counts, terms }, context) => {
    const [predictions] = fit(input, counts, () => context.isCancelled())?.predictions ?? [];
    return predictions === undefined ? null : tradeSlice(input.fold.testBars, predictions, terms).returns;
  },
);

const finalTask: Task<ScoredFit, FinalFit | null> = defineTask(FINAL.name, ({ input, counts, terms }, context) => {
  const fitted = fit(input, counts, () => context.isCancelled());
  const [predictions] = fitted?.predictions ?? [];
  if (fitted === null || predictions === undefined) return null;
  const importance = gainImportance(fitted.model).map(({ feature, importance: gain }) => ({ feature, gain }));
  return {
    scores: scoreRow(scoredSlice(input, predictions), input.fold.testBars, { terms, fitMs: 0 }),
    bytes: serialiseModel(fitted.model),
    importance: importance.toSorted((a, b) => b.gain - a.gain),
  };
});

/** The tasks that a worker serves for tuning jobs. */
export const tuningTasks = [rowsTask, binsTask, fitTask, replayTask, finalTask] as const;

function scoredSlice({ labels, fold, objective }: FitInput, predictions: Float64Array): ScoredSlice {
  const { train, test, symbols } = fold;
  const baseline = baselineOf(labels.subarray(train.from, train.to), objective);
  return { objective, predictions, labels: labels.subarray(test.from, test.to), symbols, baseline };
}
