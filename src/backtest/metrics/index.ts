/** Figures of a run, one file each with its formula. All are fractions, not percent. */
import type { AccountRun } from '../account-run.ts';
import type { BacktestSettings } from '../settings.ts';
import { cagr } from './cagr.ts';
import { calmar } from './calmar.ts';
import { exposure } from './exposure.ts';
import { maxDrawdown } from './max-drawdown.ts';
import { mean, sampleDeviation } from './moments.ts';
import { profitFactor } from './profit-factor.ts';
import { equityReturns } from './returns.ts';
import { sharpe } from './sharpe.ts';
import { sortino } from './sortino.ts';
import { totalReturn } from './total-return.ts';
import { volatility } from './volatility.ts';
import { winRate } from './win-rate.ts';

export { equityReturns, maxDrawdown, mean, sampleDeviation, sharpe, totalReturn, winRate };

/** Every figure of a backtest. r are the returns per bar, A the bars per year; formulas stand with each metric. */
export interface Metrics {
  /** Over all bars. */
  readonly totalReturn: number;
  /** Annualised; 0 without variance. */
  readonly sharpe: number;
  /** Annualised; null when no bar lost. */
  readonly sortino: number | null;
  /** Annualised; null for fewer than two bars. */
  readonly volatility: number | null;
  /** Per year; null without bars, below zero equity, or beyond what a number can hold. */
  readonly cagr: number | null;
  /** cagr/|maxDrawdown|; null without a drawdown or a cagr. */
  readonly calmar: number | null;
  /** ≤ 0. */
  readonly maxDrawdown: number;
  /** [0, 1]; 0 without closed trades. */
  readonly winRate: number;
  /** ≥ 0; null without losses. */
  readonly profitFactor: number | null;
  /** [0, 1], share of bars with a position. */
  readonly exposure: number;
  /** Closed trades. */
  readonly trades: number;
}

/** All metrics of a run. */
export function computeMetrics(run: AccountRun, settings: BacktestSettings): Metrics {
  const { initialCapital, periodsPerYear } = settings;
  const returns = equityReturns(run.equity, initialCapital);
  const growth = cagr(run.equity, { initialCapital, periodsPerYear });
  const drawdown = maxDrawdown(run.equity, initialCapital);
  return {
    totalReturn: totalReturn(run.equity, initialCapital),
    sharpe: sharpe(returns, periodsPerYear),
    sortino: sortino(returns, periodsPerYear),
    volatility: volatility(returns, periodsPerYear),
    cagr: growth,
    calmar: calmar(growth, drawdown),
    maxDrawdown: drawdown,
    winRate: winRate(run.trades),
    profitFactor: profitFactor(run.trades),
    exposure: exposure(run.exposed),
    trades: run.trades.length,
  };
}
