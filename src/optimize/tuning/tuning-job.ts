/** A tuning job as the threads see it. */
import type { BacktestSettings, Slice } from '../../backtest/index.ts';
import type { FeatureConfig } from '../../features/index.ts';
import type { Bars } from '../../market/index.ts';
import type { BinnedFeatures, Features, ModelType, Objective, TrainParams } from '../../models/index.ts';
import type { TuningCut, TuningFold } from './cut.ts';
import type { TuningSearch } from './method.ts';
import type { SignalThresholds } from './tuning.ts';

/** The job, loaded. */
export interface TuningJob {
  readonly modelType: ModelType;
  readonly search: TuningSearch;
  /** One series per symbol, equal times. */
  readonly bars: readonly Bars[];
  readonly featureConfig: FeatureConfig;
  /** The first bar of the cut: before it features are not defined. */
  readonly firstBar: number;
  readonly cut: TuningCut;
  readonly objective: Objective;
  readonly thresholds: SignalThresholds;
  readonly settings: BacktestSettings;
}

/** Features and labels, on shared memory. */
export interface TuningRows {
  readonly features: Features;
  /** [rows] NaN where the future is not known. */
  readonly labels: Float64Array;
}

/** One training: what it learns from and on which slice it is tested. */
export interface FitInput {
  readonly modelType: ModelType;
  /** With the most trees of those that are scored. */
  readonly params: TrainParams;
  readonly objective: Objective;
  readonly binned: BinnedFeatures;
  readonly labels: Float64Array;
  readonly fold: FoldRows;
  readonly seed: number;
}

/** A fold in rows, and the bars of its test slice. */
export interface FoldRows {
  readonly train: Slice;
  readonly test: Slice;
  /** Rows between training and testing, also before what early stopping measures on. */
  readonly gap: number;
  /** Rows per bar. */
  readonly symbols: number;
  readonly testBars: readonly Bars[];
}

/** The rows of a fold. */
export function foldRows(job: TuningJob, fold: TuningFold): FoldRows {
  const { bars, firstBar, cut } = job;
  const symbols = bars.length;
  const rows = ({ from, to }: Slice): Slice => ({ from: from * symbols, to: to * symbols });
  const cutOut = (column: Float64Array) => column.subarray(firstBar + fold.test.from, firstBar + fold.test.to);
  return {
    train: rows(fold.train),
    test: rows(fold.test),
    gap: cut.gapBars * symbols,
    symbols,
    testBars: bars.map((series) => ({
      ...series,
      time: cutOut(series.time),
      open: cutOut(series.open),
      high: cutOut(series.high),
      low: cutOut(series.low),
      close: cutOut(series.close),
      volume: cutOut(series.volume),
    })),
  };
}
