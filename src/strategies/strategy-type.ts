/**
 * What a strategy type is: parameters, the indicators it reads, and how it turns bars into what it wants to hold. Three
 * kinds differ in what they ask of the market: a target position per symbol, a target position in the spread of a pair,
 * or a pair of resting quotes per symbol. A type decides; how orders fill and what they cost is the backtester's.
 */
import type { Bars } from '../market/index.ts';
import type { IndicatorKind, IndicatorNeed } from './indicators/index.ts';
import type { ParameterOwner, Parameters, ParameterValue } from './parameters.ts';
import type { SymbolPredictions } from './predictions.ts';
import type { TargetScanner } from './scanner.ts';

/** Candidate values per parameter. A parameter that is not a key keeps its default. */
export type ParameterGrid = Readonly<Record<string, readonly ParameterValue[]>>;

/** What a type decides on: the bars it trades and the indicators that it said it needs. */
export interface DecisionInput {
  /** One symbol's bars, or the two of a spread. */
  readonly bars: readonly Bars[];
  readonly params: Parameters;
  /** Whether the short state exists. */
  readonly allowShort: boolean;
  /** [T] column of an indicator that `indicators(params)` names. */
  readonly indicator: (kind: IndicatorKind, window: number) => Float64Array;
  /** What a model says of the symbol that is traded: the one that `modelParameter` names. */
  readonly prediction: (modelId: number) => SymbolPredictions;
}

interface StrategyTypeBase extends ParameterOwner {
  /** A paragraph for a trader: what it does, when it holds, when it leaves. */
  readonly description: string;
  /** Searched when a job names no grid. */
  readonly defaultGrid: ParameterGrid;
  /** How many symbols one strategy trades; max null means any number. */
  readonly symbols: { readonly min: number; readonly max: number | null };
  /** The parameter that names the stored model whose predictions are read; left out where none are. */
  readonly modelParameter?: string;
  /** The indicators read with these parameters, of each series that is traded. */
  indicators(params: Parameters): readonly IndicatorNeed[];
}

/** Holds all, nothing, or the opposite of one symbol; several symbols are independent sub-accounts. */
export interface TargetStrategy extends StrategyTypeBase {
  readonly trades: 'targets';
  /** Writes the target position −1, 0 or +1 after each bar. No entry depends on a later bar. `targets` is [T]. */
  decide(input: DecisionInput, targets: Int8Array): void;
  /** A faster way to the same targets, bar for bar; without it what `decide` wrote is scanned. */
  scanner?(input: DecisionInput): TargetScanner;
}

/** Holds the spread of two symbols: +1 is long the first and short the second by half the equity each. */
export interface SpreadStrategy extends StrategyTypeBase {
  readonly trades: 'spread';
  /** As of a TargetStrategy. */
  decide(input: DecisionInput, targets: Int8Array): void;
  /** As of a TargetStrategy. */
  scanner?(input: DecisionInput): TargetScanner;
}

/** Rests a bid and an ask around the last close; several symbols are independent sub-accounts. */
export interface QuotingStrategy extends StrategyTypeBase {
  readonly trades: 'quotes';
  quote(input: DecisionInput): QuotePolicy;
}

/** How a market maker quotes after each bar. */
export interface QuotePolicy {
  /** [T] half the distance between bid and ask after bar t, as a fraction of its close. */
  readonly halfSpread: Float64Array;
  /** Shares per quote. */
  readonly quoteSize: number;
  /** Largest |inventory| in shares. */
  readonly maxInventory: number;
}

/** A strategy type. */
export type StrategyType = TargetStrategy | SpreadStrategy | QuotingStrategy;
