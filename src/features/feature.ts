/**
 * What a feature is: a column of numbers, one per bar and symbol, that a model may learn from. A family makes one column
 * for each choice of its parameters. No value depends on a later bar than its own; a value is NaN where it is not
 * defined, which models know as missing.
 */
import type { Bars } from '../market/index.ts';
import type { ParameterOwner, ParameterSpec, Parameters } from '../strategies/index.ts';

/** What a column is computed from. */
export interface FeatureInput {
  /** The symbol that the column is about. */
  readonly bars: Bars;
  /** Every other symbol, on the same times. */
  readonly others: readonly Bars[];
}

/** A kind of feature with its parameters. */
export interface FeatureFamily extends ParameterOwner {
  /** What it says, one sentence. */
  readonly description: string;
  /** How a value comes about, c being closes. */
  readonly formula: string;
  /** Where the definition comes from. */
  readonly source: string;
  /** One column for each, unless a configuration says otherwise. */
  readonly defaults: readonly Parameters[];
  /** Fewest symbols that it can be computed of. */
  readonly minSymbols: number;
  /** How many bars at the front have no value. */
  warmUp(params: Parameters): number;
  /** Terms of sums that a value takes, a nanosecond or so each; `PLAIN_TERMS` where it sums nothing. */
  terms(params: Parameters, symbols: number): number;
  /** [T] the value after each bar; NaN in the warm-up and where it is not defined. */
  compute(input: FeatureInput, params: Parameters): Float64Array;
}

/** A feature that was chosen: a column of a model's input. */
export interface FeatureSpec {
  /** As a column, e.g. `log_return_5`: the family and the values of its parameters. */
  readonly name: string;
  readonly family: string;
  readonly params: Parameters;
}

/** What a value counts for that sums nothing: a logarithm or a date takes less than so many terms. */
export const PLAIN_TERMS = 100;

/** Longest window, in bars. */
const MAX_WINDOW = 1000;

/** A parameter that counts bars. */
export function windowSpec(
  name: string,
  { minimum, fallback, counts }: { readonly minimum: number; readonly fallback: number; readonly counts: string },
): ParameterSpec {
  const range = { minimum, maximum: MAX_WINDOW };
  return { name, type: 'integer', description: counts, default: fallback, nullable: false, ...range };
}

/** Any values of its parameters go together. */
export function noProblem(): null {
  return null;
}

/** The column name of a family with these parameters. */
export function columnName(family: string, params: Parameters): string {
  return [family, ...Object.values(params)].join('_');
}

/** [T] NaN everywhere, for a family to fill. */
export function undefinedColumn({ time }: Bars): Float64Array {
  return new Float64Array(time.length).fill(Number.NaN);
}
