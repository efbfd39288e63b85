/**
 * Rolling sample standard deviation and mean in O(T), accurate for any window and any length.
 *
 * Sums that slide (add the new value, remove the old) leave residues and lose every digit when the deviation is small
 * against the mean. Here nothing is ever removed: the series is cut into blocks of w values, each window is the tail of
 * one block plus the head of the next, and both are sums of deviations from the first value K of the later block. K
 * lies in the window, so Σ(x−K)² is at most w times Σ(x−mean)², which bounds what the final subtraction can lose.
 */
import { at } from './column.ts';

/** Deviations up to this share of |mean| are rounding noise and count as 0. */
const NEGLIGIBLE = 1e-12;

/** A series, oldest first, finite; its window w, an integer ≥ 2; and where to write, as long as the series. */
export interface Rolling {
  readonly values: Float64Array;
  readonly window: number;
  readonly out: Float64Array;
}

/**
 * Sample standard deviation (n − 1) of the last `window` values, the current one included; 0 where it is at most
 * 10⁻¹² · |mean| of the same values, NaN until `window` values exist.
 */
export function rollingDeviation({ values, window, out }: Rolling): void {
  rollingMoments(values, window, (start, { deviation, count }) => {
    for (let j = 0; j < count; j++) out[start + j] = at(deviation, j);
  });
}

/**
 * Distance of each value from the mean of the last `window` values, in their sample standard deviations:
 * `z_t = (x_t − mean)/sd`. NaN until `window` values exist and where sd = 0.
 */
export function rollingZscore({ values, window, out }: Rolling): void {
  rollingMoments(values, window, (start, { mean, deviation, count }) => {
    for (let j = 0; j < count; j++) {
      const spread = at(deviation, j);
      out[start + j] = spread > 0 ? (at(values, start + j) - at(mean, j)) / spread : Number.NaN;
    }
  });
}

/** Moments of the windows that end on `count` ≤ w consecutive values; the deviation is NaN where one is not full. */
interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  count: number;
}

/** Tells the moments of one block of w values after the other, on arrays that are used again for the next. */
function rollingMoments(values: Float64Array, window: number, tell: (start: number, moments: Moments) => void): void {
  const work: Work = {
    tailSum: new Float64Array(window + 1),
    tailSquares: new Float64Array(window + 1),
    mean: new Float64Array(window),
    deviation: new Float64Array(window),
    count: 0,
  };
  for (let start = 0; start < values.length; start += window) {
    if (start > 0) sumTails(values, start, work);
    work.count = Math.min(window, values.length - start);
    sumHeads(values, start, work);
    tell(start, work);
  }
}

interface Work extends Moments {
  /** [w + 1] sums over the block before, from its j-th value on; the empty tail at [w] is 0. */
  readonly tailSum: Float64Array;
  readonly tailSquares: Float64Array;
}

/** Adds the heads of the block at `start` to the tails of the one before it. The first block has one full window. */
function sumHeads(values: Float64Array, start: number, work: Work): void {
  const { tailSum, tailSquares, mean, deviation, count } = work;
  const window = mean.length;
  const anchor = at(values, start);
  const perValue = 1 / window;
  const perDegree = 1 / (window - 1);
  let headSum = 0;
  let headSquares = 0;
  for (let j = 0; j < count; j++) {
    const distance = at(values, start + j) - anchor;
    headSum += distance;
    headSquares += distance * distance;
    const sum = headSum + at(tailSum, j + 1);
    const shift = sum * perValue;
    const rest = headSquares + at(tailSquares, j + 1) - sum * shift;
    const spread = rest > 0 ? Math.sqrt(rest * perDegree) : 0;
    const center = anchor + shift;
    mean[j] = center;
    deviation[j] = spread <= NEGLIGIBLE * Math.abs(center) ? 0 : spread;
  }
  if (start === 0) deviation.fill(Number.NaN, 0, Math.min(window - 1, count));
}

/** Sums of `x − anchor` and of its square over the end of the block before `start`, from every value of it on. */
function sumTails(values: Float64Array, start: number, { tailSum, tailSquares }: Work): void {
  const window = tailSum.length - 1;
  const anchor = at(values, start);
  let sum = 0;
  let squares = 0;
  for (let j = window - 1; j >= 0; j--) {
    const distance = at(values, start - window + j) - anchor;
    sum += distance;
    squares += distance * distance;
    tailSum[j] = sum;
    tailSquares[j] = squares;
  }
}
