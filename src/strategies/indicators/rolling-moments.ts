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
export function rollingDeviation(rolling: Rolling): void {
  followWindows(rolling, { isScore: false, ofNone: 0 });
}

/**
 * Distance of each value from the mean of the last `window` values, in their sample standard deviations:
 * `z_t = (x_t − mean)/sd`. NaN until `window` values exist and where sd = 0.
 */
export function rollingZscore(rolling: Rolling): void {
  followWindows(rolling, { isScore: true, ofNone: Number.NaN });
}

/** What is written of a window: its deviation or the score of its last value, and what there is without a deviation. */
interface Measure {
  readonly isScore: boolean;
  readonly ofNone: number;
}

/** A series that is followed, and [w + 1] sums over the block before, from its j-th value on; the empty tail at [w] is 0. */
interface Work extends Rolling, Measure {
  readonly tailSum: Float64Array;
  readonly tailSquares: Float64Array;
}

function followWindows({ values, window, out }: Rolling, { isScore, ofNone }: Measure): void {
  const tailSum = new Float64Array(window + 1);
  const tailSquares = new Float64Array(window + 1);
  const work: Work = { values, window, out, isScore, ofNone, tailSum, tailSquares };
  for (let start = 0; start < values.length; start += window) {
    if (start > 0) sumTails(start, work);
    addHeads(start, work);
  }
  out.fill(Number.NaN, 0, Math.min(window - 1, out.length));
}

/** Adds the heads of the block at `start` to the tails of the one before it, and writes. The first block has one full window. */
function addHeads(start: number, { values, window, out, isScore, ofNone, tailSum, tailSquares }: Work): void {
  const anchor = at(values, start);
  const perValue = 1 / window;
  const perDegree = 1 / (window - 1);
  const count = Math.min(window, values.length - start);
  let headSum = 0;
  let headSquares = 0;
  for (let j = 0; j < count; j++) {
    const value = at(values, start + j);
    const distance = value - anchor;
    headSum += distance;
    headSquares += distance * distance;
    const both = headSum + at(tailSum, j + 1);
    const shift = both * perValue;
    const center = anchor + shift;
    // NaN where rounding has left less than nothing: that is no deviation either.
    const deviation = Math.sqrt((headSquares + at(tailSquares, j + 1) - both * shift) * perDegree);
    const isSome = deviation > NEGLIGIBLE * Math.abs(center);
    out[start + j] = isSome ? (isScore ? (value - center) / deviation : deviation) : ofNone;
  }
}

/** Sums of `x − anchor` and of its square over the end of the block before `start`, from every value of it on. */
function sumTails(start: number, { values, window, tailSum, tailSquares }: Work): void {
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
