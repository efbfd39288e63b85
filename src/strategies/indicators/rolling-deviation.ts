/**
 * Rolling sample standard deviation in O(T), accurate for any window and any length.
 *
 * Sums that slide (add the new value, remove the old) leave residues and lose every digit when the deviation is small
 * against the mean. Here nothing is ever removed: the series is cut into blocks of w values, each window is the tail of
 * one block plus the head of the next, and both are sums of deviations from the first value K of the later block. K
 * lies in the window, so Σ(x−K)² is at most w times Σ(x−mean)², which bounds what the final subtraction can lose.
 */
import { at } from './column.ts';

/** Deviations up to this share of |mean| are rounding noise and count as 0. */
const NEGLIGIBLE = 1e-12;

/**
 * Sample standard deviation (n − 1) of the last `window` values, the current one included; 0 where it is at most
 * 10⁻¹² · |mean| of the same values.
 *
 * @param values [T], oldest first, finite
 * @param window w, an integer ≥ 2
 * @param out [T], overwritten; NaN until `window` values exist
 */
export function rollingDeviation(values: Float64Array, window: number, out: Float64Array): void {
  out.fill(Number.NaN, 0, Math.min(window - 1, values.length));
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
      const deviation = at(values, t) - anchor;
      headSum += deviation;
      headSquares += deviation * deviation;
      if (t < window - 1) continue;
      const tail = t - start + 1;
      const sum = headSum + at(tailSum, tail);
      const squares = headSquares + at(tailSquares, tail);
      out[t] = deviationOf(sum, squares, anchor, window);
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

/** From sums about the anchor to the deviation about the mean. */
function deviationOf(sum: number, squares: number, anchor: number, window: number): number {
  const shift = sum / window;
  const deviation = Math.sqrt(Math.max(0, squares - sum * shift) / (window - 1));
  return deviation <= NEGLIGIBLE * Math.abs(anchor + shift) ? 0 : deviation;
}
