/** A tuning job: what was asked of a model, and the shape of what came of it as it is stored. */
import type { BacktestSettings } from '../../backtest/index.ts';
import type { FeatureConfig } from '../../features/index.ts';
import type { Interval } from '../../market/index.ts';
import type { ModelType } from '../../models/index.ts';
import type { Parameters } from '../../strategies/index.ts';
import type { ParameterSpace } from '../search/index.ts';
import type { EdgeThresholds, EdgeVerdict } from './edge-verdict.ts';
import type { TuningMethod } from './method.ts';

/** Above and below which prediction a model buys or sells short. */
export interface SignalThresholds {
  readonly longAbove: number;
  readonly shortBelow: number;
}

/** Everything that decides the result, parsed and with defaults filled; stored with the job as JSON. */
export interface TuningConfig {
  readonly modelType: ModelType;
  readonly featureConfig: FeatureConfig;
  /** The axes in the order of the type's parameters. */
  readonly paramGrid: ParameterSpace;
  /** Combinations that are tried, invalid ones of a grid included. */
  readonly trials: number;
  readonly symbols: readonly string[];
  /** First and last date asked for, inclusive, `YYYY-MM-DD`. */
  readonly start: string;
  readonly end: string;
  readonly interval: Interval;
  readonly method: TuningMethod;
  /** Most combinations that are tried; null for a grid, which is tried whole. */
  readonly maxTrials: number | null;
  /** Of the drawn combinations and of the training. */
  readonly seed: number;
  /** Test slices. */
  readonly nSplits: number;
  /** Bars between training and testing that neither uses, beside the label's horizon. */
  readonly embargoBars: number;
  readonly thresholds: SignalThresholds;
  readonly settings: BacktestSettings;
}

/** How well predictions fit one slice. */
export interface SliceScores {
  /** Mean log loss, or mean squared error of returns. */
  readonly loss: number;
  /** Area under the ROC curve; null when the slice has one class only. */
  readonly auc: number | null;
  /** Share of directions that were predicted right, [0, 1]. */
  readonly accuracy: number;
  /** The same of always saying what was true on average in training. */
  readonly baselineLoss: number;
  readonly baselineAccuracy: number;
}

/** What trading on the predictions would have brought, after costs. Fractions. */
export interface TradingScores {
  /** Annualised; 0 without variance. */
  readonly sharpe: number;
  readonly totalReturn: number;
  /** ≤ 0. */
  readonly maxDrawdown: number;
  readonly trades: number;
}

/** One test slice of a combination. */
export interface FoldScores extends SliceScores, TradingScores {
  /** 1-based. */
  readonly fold: number;
}

/** A ranked combination as it is stored and shown: the best 20. */
export interface TuningResult {
  /** From 1. */
  readonly rank: number;
  /** Place in the order in which the job tried them, from 0. */
  readonly index: number;
  readonly params: Parameters;
  /** Mean over the test slices. */
  readonly meanLoss: number;
  /** Sample standard deviation (n − 1) over the test slices; 0 for one. */
  readonly lossStd: number;
  /** Mean over the slices that have one; null when none has. */
  readonly meanAuc: number | null;
  readonly meanAccuracy: number;
  /** Annualised, of the chained test slices, after costs. */
  readonly sharpe: number;
  /** Of the worst test slice, ≤ 0. */
  readonly maxDrawdown: number;
  readonly trades: number;
  readonly folds: readonly FoldScores[];
}

/** From when to when a slice is. */
export interface SliceDates {
  /** First and last bar, as bars are labelled. */
  readonly start: string;
  readonly end: string;
  readonly bars: number;
}

/** How the bars were cut. */
export interface TuningCuts {
  readonly folds: readonly { readonly train: SliceDates; readonly test: SliceDates }[];
  readonly holdout: { readonly train: SliceDates; readonly test: SliceDates };
  /** Bars left out between training and testing: horizon and embargo. */
  readonly gapBars: number;
}

/** What the best combination did on the last bars, which nothing was chosen by. */
export type HoldoutScores = SliceScores & TradingScores;

/** How the best of a complete job was judged; stored with the job as JSON. */
export interface TuningFindings {
  readonly cuts: TuningCuts;
  readonly holdout: HoldoutScores;
  /** The best on its test slices, chained. */
  readonly trading: TradingScores & {
    /** Probability that its Sharpe is more than the best of `nTrials` without skill; null without variance. */
    readonly deflatedSharpe: number | null;
    readonly nTrials: number;
  };
  readonly verdict: EdgeVerdict['verdict'];
  readonly reasons: readonly string[];
  readonly thresholds: EdgeThresholds;
  /** What each feature contributed to the splits of the model that was scored on the hold-out; shares, largest first. */
  readonly importance: readonly { readonly feature: string; readonly gain: number }[];
}
