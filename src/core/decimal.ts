/**
 * Exact decimals for money, prices and quantities: at most 8 places, halves to even. Everything that is stored or sent is on
 * this grid; products and quotients are brought back to it by `toMoney`, and by nothing else. Analytics use numbers.
 */
import { Decimal as Library } from 'decimal.js';
import { invariant } from './invariant.ts';

/** Places behind the point. */
export const DECIMAL_PLACES = 8;

/** No quantity, price or amount of money is greater than this; products of two still fit into the precision below. */
export const MAX_DECIMAL = '999999999999';

const Exact = Library.clone({
  precision: 60,
  rounding: Library.ROUND_HALF_EVEN,
  // No exponents in texts, ever.
  toExpNeg: -100,
  toExpPos: 100,
});

/** An exact decimal number. It is never changed: every operation makes a new one. */
export type Decimal = Library;

/** The number that a text, a whole number or a decimal of ours says. */
export function decimal(value: string | number | bigint | Decimal): Decimal {
  const read = new Exact(typeof value === 'bigint' ? value.toString() : value);
  invariant(read.isFinite(), `${String(value)} is a finite number`);
  return read;
}

/** 0. */
export const ZERO: Decimal = decimal(0);

/** The nearest number with 8 places, halves to even. */
export function toMoney(value: Decimal): Decimal {
  return value.toDecimalPlaces(DECIMAL_PLACES, Library.ROUND_HALF_EVEN);
}

/** The nearest number towards 0 with at most so many places. */
export function truncated(value: Decimal, places: number): Decimal {
  return value.toDecimalPlaces(places, Library.ROUND_DOWN);
}

/** As it is stored and sent: no exponent, no trailing zeros, `-0` is `0`. */
export function decimalText(value: Decimal): string {
  return value.isZero() ? '0' : value.toFixed();
}

/**
 * A number that somebody gave: `"12.50"`, `12.5`, a decimal. Null when it is none: not finite, more than 8 places, greater than
 * `MAX_DECIMAL`, an exponent in a text, more than 40 characters. A number is read by its shortest decimal text.
 */
export function readDecimal(raw: unknown): Decimal | null {
  const text = typeof raw === 'number' ? plainText(raw) : raw instanceof Exact ? raw.toFixed() : raw;
  if (typeof text !== 'string' || text.length > 40 || !/^-?\d+(\.\d+)?$/.test(text)) return null;
  const value = new Exact(text);
  if (value.decimalPlaces() > DECIMAL_PLACES || value.abs().gt(MAX_DECIMAL)) return null;
  return value;
}

/** JavaScript writes small and large numbers with exponents; what is not finite stays a word, which is no number. */
function plainText(value: number): string {
  return Number.isFinite(value) ? new Exact(value).toFixed() : String(value);
}

/** The lesser of two. */
export function minOf(a: Decimal, b: Decimal): Decimal {
  return a.lt(b) ? a : b;
}

/** The greater of two. */
export function maxOf(a: Decimal, b: Decimal): Decimal {
  return a.gt(b) ? a : b;
}

/** The sum; 0 of none. */
export function sumOf(values: Iterable<Decimal>): Decimal {
  let sum = ZERO;
  for (const value of values) sum = sum.plus(value);
  return sum;
}
