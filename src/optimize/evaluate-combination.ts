/** One combination on every window, as the objects that jobs of engine version 1 store. */
import {
  type AccountRun,
  type BacktestSettings,
  equityReturns,
  isFiniteRun,
  maxDrawdown,
  OVERFLOW_REASON,
  prepareSimulation,
  sharpe,
  totalReturn,
  winRate,
} from '../backtest/index.ts';
import type { Bars } from '../market/index.ts';
import type { IndicatorTable, ParameterGrid, Parameters, StrategyType } from '../strategies/index.ts';
import type { EvaluationHooks } from './evaluate.ts';
import { combinationAt } from './grid.ts';
import type { Fold } from './walk-forward.ts';

/** Everything that the combinations of a job share. Columns are shared memory, so that posting it to a worker is cheap. */
export interface GridPlan {
  readonly typeName: string;
  readonly grid: ParameterGrid;
  /** One per symbol, equal times; as many as the type trades. */
  readonly bars: readonly Bars[];
  readonly folds: readonly Fold[];
  readonly settings: BacktestSettings;
  /** Holds every indicator that a valid combination of the grid reads. */
  readonly indicators: IndicatorTable;
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

/** A combination that was not simulated, and why. */
export interface SkippedCombination {
  readonly index: number;
  readonly params: Parameters;
  readonly status: 'skipped';
  readonly reason: string;
}

/** A combination with the figures of every fold, in the order of the folds. */
export interface EvaluatedCombination {
  readonly index: number;
  readonly params: Parameters;
  readonly status: 'evaluated';
  readonly folds: readonly { readonly train: SliceMetrics; readonly test: SliceMetrics }[];
}

/** What became of one combination; JSON carries it without loss. */
export type CombinationOutcome = SkippedCombination | EvaluatedCombination;

/**
 * Simulates the combination at `index` on every train and test slice.
 *
 * @param type the type that `plan.typeName` names
 * @returns null when it was cancelled; skipped when the combination is invalid in itself or its equity overflows
 */
export function evaluateCombination(
  plan: GridPlan,
  type: StrategyType,
  { index, hooks }: { readonly index: number; readonly hooks: EvaluationHooks },
): CombinationOutcome | null {
  const params = combinationAt(type, plan.grid, index);
  const problem = type.problem(params);
  if (problem !== null) return { index, params, status: 'skipped', reason: problem.message };
  if (hooks.isCancelled()) return null;
  const simulate = prepareSimulation({ type, params, ...plan });
  const folds: EvaluatedCombination['folds'][number][] = [];
  for (const [number, fold] of plan.folds.entries()) {
    if (hooks.isCancelled()) return null;
    const [train, test] = [simulate(fold.train), simulate(fold.test)];
    if (!isFiniteRun(train) || !isFiniteRun(test)) {
      return { index, params, status: 'skipped', reason: OVERFLOW_REASON };
    }
    folds.push({ train: sliceMetrics(train, plan.settings), test: sliceMetrics(test, plan.settings) });
    hooks.onFold(number);
  }
  return { index, params, status: 'evaluated', folds };
}

function sliceMetrics(run: AccountRun, { initialCapital, periodsPerYear }: BacktestSettings): SliceMetrics {
  return {
    sharpe: sharpe(equityReturns(run.equity, initialCapital), periodsPerYear),
    totalReturn: totalReturn(run.equity, initialCapital),
    maxDrawdown: maxDrawdown(run.equity, initialCapital),
    winRate: winRate(run.trades),
    trades: run.trades.length,
    fills: run.fills,
  };
}
