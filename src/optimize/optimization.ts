/** An optimization job: its states, what was asked, and the shape of its results as they are stored. */
import type { BacktestSettings } from '../backtest/index.ts';
import type { Interval } from '../market/index.ts';
import type { Parameters } from '../strategies/index.ts';
import type { ModelStamp } from './followed-models.ts';
import type { Confidence, Overfitting } from './honesty/index.ts';
import type { ParameterSpace, SearchMethod } from './search/index.ts';
import type { WalkForwardSettings } from './walk-forward.ts';

/**
 * `pending` (waits for a process to take it) -> `running` -> `complete | cancelled | error`; the last three are final.
 * A running job whose process died or stopped goes back to `pending`.
 */
export const OPTIMIZATION_STATUSES = ['pending', 'running', 'complete', 'cancelled', 'error'] as const;

/** One of `OPTIMIZATION_STATUSES`. */
export type OptimizationStatus = (typeof OPTIMIZATION_STATUSES)[number];

/**
 * What is optimized: the parameters of one strategy type, of every type that fits the symbols, or of a model that learns
 * from the bars.
 */
export const OPTIMIZATION_JOB_TYPES = ['strategy', 'sweep', 'model'] as const;

/** One of `OPTIMIZATION_JOB_TYPES`. */
export type OptimizationJobType = (typeof OPTIMIZATION_JOB_TYPES)[number];

/** Whether nothing more will happen to this job. */
export function isFinal({ status }: { readonly status: string }): boolean {
  return status === 'complete' || status === 'cancelled' || status === 'error';
}

/** Whether a combination has a rank: `skipped` ones are invalid in themselves, `unranked` ones have no full set of figures. */
export const TRIAL_STATUSES = ['ranked', 'skipped', 'unranked'] as const;

/** One of `TRIAL_STATUSES`. */
export type TrialStatus = (typeof TRIAL_STATUSES)[number];

/** The part of a job that searches one strategy type. */
export interface OptimizationSection {
  readonly strategyType: string;
  /** The axes in the order of the type's parameters. */
  readonly paramGrid: ParameterSpace;
  /** Combinations that are tried, invalid ones of a grid included. */
  readonly trials: number;
}

/** A strategy type that a sweep leaves out, and why. */
export interface SkippedType {
  readonly strategyType: string;
  readonly reason: string;
}

/** Everything that decides the result, parsed and with defaults filled; stored with the job as JSON. */
export interface OptimizationConfig extends WalkForwardSettings {
  /** One for a strategy job; one per type in a sweep, in the order in which they are searched. At least one. */
  readonly sections: readonly OptimizationSection[];
  /** Of a sweep; else empty. */
  readonly skippedTypes: readonly SkippedType[];
  readonly symbols: readonly string[];
  /** First and last date asked for, inclusive, `YYYY-MM-DD`. */
  readonly start: string;
  readonly end: string;
  readonly interval: Interval;
  readonly method: SearchMethod;
  /** Most combinations that each section tries; null for a grid, which is tried whole. */
  readonly maxTrials: number | null;
  /** Of the random choices; null for a grid. */
  readonly seed: number | null;
  readonly settings: BacktestSettings;
  /** The stored models that combinations follow; left out where none do. */
  readonly models?: readonly ModelStamp[];
}

/** Figures of one train or test slice. Fractions, not percent. */
export interface SliceMetrics {
  /** Annualised; 0 without variance. */
  readonly sharpe: number;
  readonly totalReturn: number;
  /** ≤ 0. */
  readonly maxDrawdown: number;
  /** [0, 1]; 0 without closed trades. */
  readonly winRate: number;
  /** Closed trades. */
  readonly trades: number;
  /** Orders filled. */
  readonly fills: number;
}

/** One walk-forward window of a combination; `start` and `end` are the first and last bar of the slice. */
export interface FoldResult {
  /** 1-based. */
  readonly fold: number;
  readonly train: SliceMetrics & { readonly start: string; readonly end: string };
  readonly test: SliceMetrics & { readonly start: string; readonly end: string };
}

/** What the test slices of a combination come to. */
export interface TrialSummary {
  readonly meanSharpe: number;
  /** Sample standard deviation (n − 1) of the test Sharpes; 0 for one fold. */
  readonly sharpeStd: number;
  readonly meanReturn: number;
  /** Of the worst test slice, ≤ 0. */
  readonly maxDrawdown: number;
  readonly meanWinRate: number;
  /** Closed trades in all test slices. */
  readonly trades: number;
}

/** A ranked combination as it is stored and shown: the best 20 of a job, the best 5 of each type of a sweep. */
export interface OptimizationResult extends TrialSummary {
  /** From 1, among the combinations of its type. */
  readonly rank: number;
  /** Place in the order in which the job tried them, from 0. */
  readonly index: number;
  readonly strategyType: string;
  readonly params: Parameters;
  readonly folds: readonly FoldResult[];
}

/** A combination that has no rank, and why. `strategyType` is there in jobs of a sweep. */
export interface Unranked {
  readonly strategyType?: string;
  readonly params: Parameters;
  readonly reason: string;
}

/** What a sweep found. */
export interface SweepResults {
  /** In the order of the sections. */
  readonly byStrategy: readonly {
    readonly strategyType: string;
    /** The best 5. */
    readonly results: readonly OptimizationResult[];
    /** Of this type's combinations by themselves; null unless the job is complete and something was ranked. */
    readonly overfitting: Overfitting | null;
  }[];
  readonly recommendation: SweepRecommendation;
}

/** The best of all types by the rules of the ranking; nulls and `none` when nothing was ranked. */
export interface SweepRecommendation {
  readonly strategyType: string | null;
  readonly bestParams: Parameters | null;
  readonly meanSharpe: number | null;
  readonly sharpeStd: number | null;
  readonly confidence: Confidence;
  /** Whether the mean test Sharpe is positive. */
  readonly recommended: boolean;
}

/** The best combination's equity over all windows. */
export interface EquityCurve {
  /** At most about 2,000, in time; each slice starts at the initial capital. */
  readonly points: readonly EquityPoint[];
}

/** Equity at the close of one bar. */
export interface EquityPoint {
  /** As bars are labelled: `2020-01-02`, within the day `2020-01-02T14:30:00Z`. */
  readonly time: string;
  readonly equity: number;
  /** From the running maximum of the slice, ≤ 0. */
  readonly drawdown: number;
  /** 1-based. */
  readonly fold: number;
  readonly part: 'train' | 'test';
}

/** How far a running job is: combinations done of `total`, and the fold that is being computed (1-based, 0 before the first). */
export interface OptimizationProgress {
  readonly combo: number;
  readonly total: number;
  readonly fold: number;
  readonly nFolds: number;
  /** Of a sweep: the type that is being searched, its place from 1, and how many types there are; else null. */
  readonly currentStrategy: string | null;
  readonly strategyIndex: number | null;
  readonly totalStrategies: number | null;
}
