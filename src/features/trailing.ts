/**
 * Means and deviations over the last bars alone. Each value is worked out of its own window, term by term in one order, so
 * that it is the same to the bit wherever a series begins: sums that slide, and averages that go on from their first value,
 * would tell of a bar what depends on how much came before it.
 */
import { at } from '../strategies/index.ts';

/** What lies farther back than so many windows of an exponential mean had less than 1 % of its weight. */
const EXPONENTIAL_REACH = 3;
/** The same of a Wilder mean, which forgets half as fast. */
const WILDER_REACH = 5;

/** Deviations up to this share of |mean| are rounding noise and count as 0. */
const NEGLIGIBLE = 1e-12;

/** How many values an exponential mean of a window takes. */
export function exponentialReach(window: number): number {
  return EXPONENTIAL_REACH * window;
}

/** How many values a Wilder mean of a window takes. */
export function wilderReach(window: number): number {
  return WILDER_REACH * window;
}

/** Weights α·(1 − α)^i of the last 3·window values, α = 2/(window + 1), scaled to 1 in sum; the newest first. */
export function exponentialWeights(window: number): Float64Array {
  return fading(2 / (window + 1), exponentialReach(window));
}

/** Weights α·(1 − α)^i of the last 5·window values, α = 1/window, scaled to 1 in sum; the newest first. */
export function wilderWeights(window: number): Float64Array {
  return fading(1 / window, wilderReach(window));
}

/** The same weight for each of the last `window` values. */
export function equalWeights(window: number): Float64Array {
  return new Float64Array(window).fill(1 / window);
}

function fading(share: number, reach: number): Float64Array {
  const weights = Float64Array.from({ length: reach }, (_, back) => (1 - share) ** back);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * [T] weighted mean of the last values, the current one included; NaN until there are as many as weights, and where one of
 * them is NaN.
 *
 * @param weights the newest first
 */
export function trailingMeans(values: Float64Array, weights: Float64Array): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  for (let t = weights.length - 1; t < values.length; t++) out[t] = weightedSum(values, t, weights);
  return out;
}

/** Four sums side by side: each addition waits for the one before it, and the others fill the wait. */
function weightedSum(values: Float64Array, t: number, weights: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let back = 0;
  for (; back + 3 < weights.length; back += 4) {
    a += at(weights, back) * at(values, t - back);
    b += at(weights, back + 1) * at(values, t - back - 1);
    c += at(weights, back + 2) * at(values, t - back - 2);
    d += at(weights, back + 3) * at(values, t - back - 3);
  }
  for (; back < weights.length; back++) a += at(weights, back) * at(values, t - back);
  return a + b + (c + d);
}

/** [T] each: mean and sample deviation (n − 1) of the last values; NaN where the mean is. */
export interface TrailingMoments {
  readonly mean: Float64Array;
  /** 0 where it is at most 10⁻¹² · |mean|. */
  readonly deviation: Float64Array;
}

/** How many terms the moments of a window take; those of a deviation wait for one another and count twice. */
export function momentTerms(window: number): number {
  return 3 * window;
}

/** @param window at least 2 */
export function trailingMoments(values: Float64Array, window: number): TrailingMoments {
  const mean = trailingMeans(values, equalWeights(window));
  const deviation = mean.map((center, t) => {
    let squares = 0;
    for (let back = 0; back < window; back++) squares += (at(values, t - back) - center) ** 2;
    const spread = Math.sqrt(squares / (window - 1));
    return spread <= NEGLIGIBLE * Math.abs(center) ? 0 : spread;
  });
  return { mean, deviation };
}

/** [T] distance of each value from the mean of the last `window` ones, in their deviations; NaN where there is none. */
export function trailingZscores(values: Float64Array, window: number): Float64Array {
  const { mean, deviation } = trailingMoments(values, window);
  return deviation.map((spread, t) => (spread > 0 ? (at(values, t) - at(mean, t)) / spread : Number.NaN));
}
