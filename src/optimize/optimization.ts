/** An optimization job: its states, what was asked, and the shape of its results as they are stored. */
import type { BacktestSettings } from '../backtest/index.ts';
import type { Interval } from '../market/index.ts';
import type { ParameterGrid, Parameters } from '../strategies/index.ts';
import type { SliceMetrics } from './evaluate-combination.ts';
import type { RankedCombination } from './ranking.ts';
import type { WalkForwardSettings } from './walk-forward.ts';

/**
 * `pending` (waits for a process to take it) -> `running` -> `complete | cancelled | error`; the last three are final.
 * A running job whose process died or stopped goes back to `pending`.
 */
export const OPTIMIZATION_STATUSES = ['pending', 'running', 'complete', 'cancelled', 'error'] as const;

/** One of `OPTIMIZATION_STATUSES`. */
export type OptimizationStatus = (typeof OPTIMIZATION_STATUSES)[number];

/** Whether nothing more will happen to this job. */
export function isFinal({ status }: { readonly status: string }): boolean {
  return status === 'complete' || status === 'cancelled' || status === 'error';
}

/** Everything that decides the result, parsed and with defaults filled; stored with the job as JSON. */
export interface OptimizationConfig extends WalkForwardSettings {
  readonly strategyType: string;
  readonly symbols: readonly string[];
  /** First and last date asked for, inclusive, `YYYY-MM-DD`. */
  readonly start: string;
  readonly end: string;
  readonly interval: Interval;
  /** Parameter -> values tried; the axes in the order of the type's parameters. */
  readonly paramGrid: ParameterGrid;
  readonly settings: BacktestSettings;
}

/** A ranked combination as it is stored and shown: the best 20 of a job. */
export interface OptimizationResult extends Omit<RankedCombination, 'folds'> {
  readonly folds: readonly FoldResult[];
}

/** One walk-forward window of a combination; `start` and `end` are the first and last bar of the test slice. */
export interface FoldResult {
  /** 1-based. */
  readonly fold: number;
  readonly train: SliceMetrics & { readonly start: string; readonly end: string };
  readonly test: SliceMetrics & { readonly start: string; readonly end: string };
}

/** A combination that has no rank, and why. */
export interface Unranked {
  readonly params: Parameters;
  readonly reason: string;
}

/** How far a running job is: combinations done of `total`, and the fold that is being computed (1-based, 0 before the first). */
export interface OptimizationProgress {
  readonly combo: number;
  readonly total: number;
  readonly fold: number;
  readonly nFolds: number;
}
