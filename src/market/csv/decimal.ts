import { POINT, ZERO } from './bytes.ts';

/** 10^0 to 10^22: the powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The number that the bytes [start, end) write as digits with at most one point, such as `0012.50`, `.5` or `7.`: exactly
 * what `Number` makes of them. NaN for anything else, and for more digits than can be sure: then `Number` has to be asked.
 *
 * A whole number below 2^53 and a power of ten up to 10^22 are exact, and dividing rounds once, to the nearest double
 * (W. D. Clinger, "How to read floating point numbers accurately", 1990, section 4).
 */
export function readDecimal(bytes: Uint8Array, start: number, end: number): number {
  let whole = 0;
  let point = -1;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) whole = whole * 10 + digit;
    else if (digit === POINT - ZERO && point < 0) point = at;
    else return Number.NaN;
  }
  const decimals = point < 0 ? 0 : end - 1 - point;
  const digits = end - start - (point < 0 ? 0 : 1);
  if (digits === 0 || whole > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return whole / (POWERS_OF_TEN[decimals] ?? Number.NaN);
}
