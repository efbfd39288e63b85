/** Target weights: what share of the equity each symbol should have, exact. What they leave over is cash. */
import {
  type Decimal,
  DomainError,
  decimal,
  decimalText,
  type FieldError,
  invalid,
  invalidFields,
  maxOf,
  readJson,
  shown,
  sumOf,
  throwIfAny,
  toMoney,
  ZERO,
} from '../core/index.ts';
import { parseSymbol } from '../market/index.ts';

/**
 * The name under which cash stands among the weights. An instrument of that name cannot be wanted; where it is held it is, as
 * whatever a goal does not name, a row of its own that should be 0.
 */
export const CASH = 'CASH';

/** Symbol -> weight in [0, 1], 8 places; `CASH` where it was named. */
export type Weights = ReadonlyMap<string, Decimal>;

/** One weight as a caller gives it: a decimal text such as `"0.6"`, or a number. */
export interface WeightInput {
  readonly symbol: string;
  readonly weight: unknown;
}

/** The greatest number of symbols of a goal. */
export const MAX_WEIGHTS = 500;

/** By how much the sum may be above 1: thirds of 16 digits add up to a little more. */
const TOLERANCE = decimal('0.000001');

const FIELD = 'targetWeights';

/**
 * The weights of a goal. A weight is read exactly and kept with 8 places, so that a third of 16 digits is welcome.
 *
 * @throws {DomainError} VALIDATION at `targetWeights` or below naming every weight that is wrong, or with the sum
 */
export function parseWeights(given: readonly WeightInput[]): Weights {
  if (given.length === 0) throw invalid(FIELD, 'targetWeights must name at least one symbol, or CASH; it is empty.');
  if (given.length > MAX_WEIGHTS) {
    const message = `targetWeights may name ${MAX_WEIGHTS} symbols; it names ${given.length}.`;
    throw invalid(FIELD, message, { limit: MAX_WEIGHTS, observed: given.length });
  }
  const errors: FieldError[] = [];
  const read = new Map<string, Decimal>();
  for (const [at, { symbol: raw, weight: rawWeight }] of given.entries()) {
    const symbol = collect(errors, () => parseKey(raw, at));
    const weight = collect(errors, () => parseWeight(raw, rawWeight, at));
    if (symbol === null || weight === null) continue;
    if (read.has(symbol)) errors.push(wrong(at, 'symbol', `${symbol} must have one weight, and it is named twice.`));
    read.set(symbol, weight);
  }
  throwIfAny(errors);
  requireSum(sumOf(read.values()));
  return new Map([...read].map(([symbol, weight]) => [symbol, toMoney(weight)]));
}

/** What is held beside cash: the weights without `CASH`. */
export function targetsOf(weights: Weights): Weights {
  return new Map([...weights].filter(([symbol]) => symbol !== CASH));
}

/** What the weights of the symbols leave for cash; 0 where they add up to 1 or, within the tolerance, to more. */
export function cashTarget(targets: Weights): Decimal {
  return maxOf(decimal(1).minus(sumOf(targets.values())), ZERO);
}

/** As they are stored: a map of texts. */
export function weightsText(weights: Weights): string {
  return JSON.stringify(Object.fromEntries([...weights].map(([symbol, weight]) => [symbol, decimalText(weight)])));
}

/** What `weightsText` wrote. */
export function storedWeights(text: string): Weights {
  const entries = Object.entries(readJson<Readonly<Record<string, string>>>(text));
  return new Map(entries.map(([symbol, weight]) => [symbol, decimal(weight)]));
}

function parseKey(raw: string, at: number): string {
  try {
    return parseSymbol(raw, FIELD);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw invalidFields([wrong(at, 'symbol', error.message)]);
  }
}

function parseWeight(symbol: string, raw: unknown, at: number): Decimal {
  const weight = readWeight(raw);
  if (weight !== null && !weight.lt(0) && !weight.gt(1)) return weight;
  throw invalidFields([
    wrong(at, 'weight', `The weight of ${shown(symbol)} must be a decimal from 0 to 1; it is ${shown(raw)}.`),
  ]);
}

/** More places than money has: what a division left in a number is no mistake. */
function readWeight(raw: unknown): Decimal | null {
  if (typeof raw === 'number') return Number.isFinite(raw) ? decimal(raw) : null;
  if (typeof raw !== 'string' || raw.length > 40 || !/^-?\d+(\.\d+)?$/.test(raw)) return null;
  return decimal(raw);
}

function requireSum(sum: Decimal): void {
  if (!sum.gt(TOLERANCE.plus(1))) return;
  const message = `targetWeights must add up to 1 or less, what is left being cash; they add up to ${decimalText(sum)}.`;
  throw invalid(FIELD, message, { limit: 1, observed: sum.toNumber() });
}

function collect<Value>(errors: FieldError[], parse: () => Value): Value | null {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    errors.push(...error.fields);
    return null;
  }
}

/** @param at which of the weights */
function wrong(at: number, field: keyof WeightInput, message: string): FieldError {
  return { path: [FIELD, String(at), field], message };
}
