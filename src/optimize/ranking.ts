import { mean, sampleDeviation } from '../backtest/index.ts';
import type { Parameters } from '../strategies/index.ts';
import type { CombinationOutcome, EvaluatedCombination, SliceMetrics } from './evaluate-combination.ts';

/** A combination that traded, and where it stands. Means are over the test slices. */
export interface RankedCombination {
  /** From 1. */
  readonly rank: number;
  /** Place in the order of the grid, from 0. */
  readonly index: number;
  readonly params: Parameters;
  readonly meanSharpe: number;
  /** Sample standard deviation (n − 1) of the test Sharpes; 0 for one fold. */
  readonly sharpeStd: number;
  readonly meanReturn: number;
  /** Of the worst test slice, ≤ 0. */
  readonly maxDrawdown: number;
  readonly meanWinRate: number;
  /** Closed trades in all test slices. */
  readonly trades: number;
  readonly folds: EvaluatedCombination['folds'];
}

/** A combination without a rank, and why. */
export interface UnrankedCombination {
  readonly index: number;
  readonly params: Parameters;
  readonly reason: string;
}

/** All combinations of a job: in order of rank, or in the order of the grid. */
export interface Ranking {
  readonly ranked: readonly RankedCombination[];
  /** Not simulated. */
  readonly skipped: readonly UnrankedCombination[];
  /** Simulated, but without a fill in any test slice: it can never be best. */
  readonly unranked: readonly UnrankedCombination[];
}

/** Why a combination without a fill has no rank. */
const NO_FILL = 'No order was filled in any test slice.';

/**
 * Ranks by mean test Sharpe (higher first), then the worst test drawdown (less deep first), then trades (fewer first),
 * then the order of the grid. The result does not depend on the order of `outcomes`.
 */
export function rankOutcomes(outcomes: readonly CombinationOutcome[]): Ranking {
  const inGridOrder = outcomes.toSorted((a, b) => a.index - b.index);
  const evaluated = inGridOrder.filter((outcome) => outcome.status === 'evaluated');
  return {
    ranked: evaluated
      .filter(hasFill)
      .map(summarized)
      .toSorted(better)
      .map((combination, place) => ({ rank: place + 1, ...combination })),
    skipped: inGridOrder
      .filter((outcome) => outcome.status === 'skipped')
      .map(({ index, params, reason }) => ({ index, params, reason })),
    unranked: evaluated
      .filter((outcome) => !hasFill(outcome))
      .map(({ index, params }) => ({ index, params, reason: NO_FILL })),
  };
}

function hasFill(outcome: EvaluatedCombination): boolean {
  return outcome.folds.some((fold) => fold.test.fills > 0);
}

function better(a: Omit<RankedCombination, 'rank'>, b: Omit<RankedCombination, 'rank'>): number {
  return b.meanSharpe - a.meanSharpe || b.maxDrawdown - a.maxDrawdown || a.trades - b.trades || a.index - b.index;
}

function summarized({ index, params, folds }: EvaluatedCombination): Omit<RankedCombination, 'rank'> {
  const tests = folds.map((fold) => fold.test);
  const sharpes = Float64Array.from(tests, (test) => test.sharpe);
  const meanOf = (read: (test: SliceMetrics) => number) => mean(Float64Array.from(tests, read));
  return {
    index,
    params,
    meanSharpe: mean(sharpes),
    sharpeStd: sharpes.length < 2 ? 0 : sampleDeviation(sharpes),
    meanReturn: meanOf((test) => test.totalReturn),
    maxDrawdown: tests.reduce((worst, test) => Math.min(worst, test.maxDrawdown), 0),
    meanWinRate: meanOf((test) => test.winRate),
    trades: tests.reduce((total, test) => total + test.trades, 0),
    folds,
  };
}
