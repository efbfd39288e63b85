/** Ranges of numbers as axes of a search space: the values of a stepped one are counted and addressed, never listed. */

/** The numbers from `min` to `max`, inclusive. */
export interface RangeAxis {
  readonly min: number;
  /** At least `min`. It is a value of the range only when a whole number of steps leads to it. */
  readonly max: number;
  /** Distance of the values, above 0 and at most max − min. Without it every number between is a value. */
  readonly step?: number;
  /** Whether a search draws evenly in the logarithm, so that each factor counts the same; `min` is above 0 then. */
  readonly log?: boolean;
}

/** Keeps (0.9 − 0.3)/0.2, which is 2.9999…, at 3 steps. */
const FLOOR_MARGIN = 1e-9;

/** How many values a range has; Infinity without a step. */
export function rangeLength({ min, max, step }: RangeAxis): number {
  return step === undefined ? Infinity : Math.floor((max - min) / step + FLOOR_MARGIN) + 1;
}

/**
 * The value at `index` of a stepped range, with no more decimals than `min` and `step` are written with: the third
 * value of 0.1, 0.2, … is 0.3 and not 0.30000000000000004.
 */
export function rangeValue({ min, max, step = 0 }: RangeAxis, index: number): number {
  const exact = min + index * step;
  if (Number.isSafeInteger(exact) && Number.isInteger(min) && Number.isInteger(step)) return exact;
  const decimals = Math.max(decimalsOf(min), decimalsOf(step));
  // toFixed knows 100 decimals at most; numbers that need more are left as they are.
  return Math.min(max, decimals > 100 ? exact : Number(exact.toFixed(decimals)) + 0);
}

/** The index of the value of a stepped range that is nearest to `value`. */
export function rangeIndex(range: RangeAxis, value: number): number {
  const index = Math.round((value - range.min) / (range.step ?? 1));
  return Math.min(rangeLength(range) - 1, Math.max(0, index));
}

/** Digits after the point of the shortest decimal that reads back as `value`: 2 for 0.25, 7 for 1e-7, 0 for 1e21. */
function decimalsOf(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const digits = mantissa.split('.')[1]?.length ?? 0;
  return Math.max(0, digits - Number(exponent));
}
