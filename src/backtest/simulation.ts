/**
 * One combination of parameters over one set of bars: what it wants is decided once over the whole series, and any
 * number of slices then follow it. Several symbols are sub-accounts with an equal part of the capital each; a spread is
 * one account with two legs. A sub-account whose equity is used up is flat from then on and its debt stays in the sum;
 * when the sum itself is used up, every account is flat from the next bar on.
 */

import { invariant } from '../core/index.ts';
import type { Bars } from '../market/index.ts';
import {
  at,
  type DecisionInput,
  type IndicatorTable,
  indicatorKey,
  type Parameters,
  type PredictionTable,
  type StrategyType,
  tradedSeries,
} from '../strategies/index.ts';
import type { AccountRun, Slice } from './account-run.ts';
import { type Costs, costsOf } from './costs.ts';
import { followQuotes } from './quoting-account.ts';
import type { BacktestSettings } from './settings.ts';
import { followTargets, type Leg } from './target-account.ts';

/** Runs one account through a slice, from a flat start with so much cash. */
type Account = (slice: Slice, capital: number) => AccountRun;

/** What to simulate. */
export interface SimulationInput {
  readonly type: StrategyType;
  /** Parsed and valid together. */
  readonly params: Parameters;
  /** One per symbol, equal times; as many as the type trades. */
  readonly bars: readonly Bars[];
  /** Holds every indicator that the type reads with these parameters. */
  readonly indicators: IndicatorTable;
  /** Holds what the model says that the type follows with these parameters, if it follows one. */
  readonly predictions?: PredictionTable | undefined;
  readonly settings: BacktestSettings;
}

/** Decides over the whole series, once. The result simulates any slice of it. */
export function prepareSimulation(input: SimulationInput): (slice: Slice) => AccountRun {
  const accounts = tradedSeries(input.type, input.bars.length).map((series) => prepareAccount(input, series));
  const { initialCapital } = input.settings;
  return (slice) => {
    const run = runAccounts(accounts, slice, initialCapital);
    // A single account is flat after its ruin by itself; several stop together when their sum is used up.
    const ruinedAt = accounts.length === 1 ? -1 : run.equity.findIndex((equity) => equity <= 0);
    if (ruinedAt < 0) return run;
    const end = slice.from + ruinedAt + 1;
    return padRun(runAccounts(accounts, { from: slice.from, to: end }, initialCapital), slice.to - slice.from);
  };
}

/** Why a run is refused whose equity is not finite. */
export const OVERFLOW_REASON = 'The prices drive the equity beyond what a number can hold (about 1e308).';

/** Whether every equity of the run is a finite number: absurd prices can compound beyond what a number can hold. */
export function isFiniteRun(run: AccountRun): boolean {
  for (let t = 0; t < run.equity.length; t++) if (!Number.isFinite(at(run.equity, t))) return false;
  return true;
}

/** What a type decides on for the symbols at `series`. */
export function decisionInput(
  input: Pick<SimulationInput, 'params' | 'bars' | 'indicators' | 'predictions'> & { readonly allowShort: boolean },
  series: readonly number[],
): DecisionInput {
  const { params, allowShort, indicators } = input;
  return {
    bars: series.map((index) => barsAt(input.bars, index)),
    params,
    allowShort,
    indicator: (kind, window) => {
      const key = indicatorKey({ kind, window, series });
      const column = indicators.get(key);
      invariant(column !== undefined, `indicator ${key} was computed beforehand`);
      return column;
    },
    prediction: (modelId) => {
      const found = input.predictions?.get(modelId);
      const values = found?.bySymbol[series[0] ?? -1];
      invariant(found !== undefined && values !== undefined, `model ${modelId} was asked beforehand`);
      return { neutral: found.neutral, values };
    },
  };
}

function prepareAccount(input: SimulationInput, series: readonly number[]): Account {
  const { type, settings } = input;
  const decision = decisionInput({ ...input, allowShort: settings.allowShort }, series);
  const costs: Costs = costsOf(settings);
  if (type.trades === 'quotes') {
    const plan = { bars: barsAt(decision.bars, 0), policy: type.quote(decision) };
    return (slice, capital) => followQuotes(plan, slice, { capital, costs, allowShort: settings.allowShort });
  }
  const targets = new Int8Array(barsAt(decision.bars, 0).time.length);
  type.decide(decision, targets);
  const plan = { legs: legsOf(type.trades, decision.bars), targets };
  return (slice, capital) => followTargets(plan, slice, { capital, costs });
}

/** What an account of such a type holds at target +1: all of one symbol, or half of each of a spread. */
export function legsOf(trades: 'targets' | 'spread', bars: readonly Bars[]): readonly Leg[] {
  if (trades === 'targets') return bars.map((leg) => ({ bars: leg, weight: 1 }));
  return bars.map((leg, index) => ({ bars: leg, weight: index === 0 ? 0.5 : -0.5 }));
}

/** Sums the accounts: equity is added, trades are pooled by exit, a bar is exposed when any account is. */
function runAccounts(accounts: readonly Account[], slice: Slice, initialCapital: number): AccountRun {
  const runs = accounts.map((account) => account(slice, initialCapital / accounts.length));
  const [first, ...others] = runs;
  invariant(first !== undefined, 'a simulation has at least one symbol');
  if (others.length === 0) return first;
  for (const run of others) {
    for (let t = 0; t < first.equity.length; t++) {
      first.equity[t] = at(first.equity, t) + at(run.equity, t);
      if (run.exposed[t] === 1) first.exposed[t] = 1;
    }
  }
  return {
    equity: first.equity,
    exposed: first.exposed,
    trades: runs.flatMap((run) => run.trades).toSorted((a, b) => a.exitTime - b.exitTime),
    fills: runs.reduce((sum, run) => sum + run.fills, 0),
  };
}

/** The run as if it had gone on flat, at its last equity. */
function padRun(run: AccountRun, bars: number): AccountRun {
  const equity = new Float64Array(bars).fill(run.equity.at(-1) ?? Number.NaN);
  equity.set(run.equity);
  const exposed = new Uint8Array(bars);
  exposed.set(run.exposed);
  return { ...run, equity, exposed };
}

function barsAt(bars: readonly Bars[], index: number): Bars {
  const series = bars[index];
  invariant(series !== undefined, `there are bars of symbol ${index}`);
  return series;
}
