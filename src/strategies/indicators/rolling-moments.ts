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
  rollingMoments(values, window, (t, _mean, deviation) => {
    out[t] = deviation;
  });
  out.fill(Number.NaN, 0, Math.min(window - 1, values.length));
}

/**
 * Distance of each value from the mean of the last `window` values, in their sample standard deviations:
 * `z_t = (x_t − mean)/sd`. NaN until `window` values exist and where sd = 0.
 */
export function rollingZscore({ values, window, out }: Rolling): void {
  rollingMoments(values, window, (t, mean, deviation) => {
    out[t] = deviation > 0 ? (at(values, t) - mean) / deviation : Number.NaN;
  });
  out.fill(Number.NaN, 0, Math.min(window - 1, values.length));
}

/** Tells the mean and the deviation of each full window. */
function rollingMoments(
  values: Float64Array,
  window: number,
  tell: (t: number, mean: number, deviation: number) => void,
): void {
  // tailSum[j], tailSquares[j]: sums over the previous block from its j-th value on; the empty tail at [window] is 0.
  const tailSum = new Float64Array(window + 1);
  const tailSquares = new Float64Array(window + 1);
  for (let start = 0; start < values.length; start += window) {
    const anchor = at(values, start);
    if (start > 0) sumTails(values, { start: start - window, anchor }, { tailSum, tailSquares });
    let headSum = 0;
    let headSquares = 0;
    const end = Math.min(start + window, values.length);
    for (let t = start; t < end; t++) {
      const distance = at(values, t) - anchor;
      headSum += distance;
      headSquares += distance * distance;
      if (t < window - 1) continue;
      const sum = headSum + at(tailSum, t - start + 1);
      const squares = headSquares + at(tailSquares, t - start + 1);
      const shift = sum / window;
      const deviation = Math.sqrt(Math.max(0, squares - sum * shift) / (window - 1));
      const mean = anchor + shift;
      tell(t, mean, deviation <= NEGLIGIBLE * Math.abs(mean) ? 0 : deviation);
    }
  }
}

/** Sums of `x − anchor` and of its square over `values[start + j..start + w)`, for every j. */
function sumTails(
  values: Float64Array,
  { start, anchor }: { readonly start: number; readonly anchor: number },
  { tailSum, tailSquares }: { readonly tailSum: Float64Array; readonly tailSquares: Float64Array },
): void {
  let sum = 0;
  let squares = 0;
  for (let j = tailSum.length - 2; j >= 0; j--) {
    const deviation = at(values, start + j) - anchor;
    sum += deviation;
    squares += deviation * deviation;
    tailSum[j] = sum;
    tailSquares[j] = squares;
  }
}
