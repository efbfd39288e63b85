/**
 * Loops over the derivatives of the loss. Vectors hold two rows, or hessian and gradient of one. The constant is the second
 * operand of `pmin` and `pmax`: so they let NaN pass, as `Math.min` and `Math.max` do.
 */
import { derivatives, found, gradients, label, margins, order, rows, weight } from './memory';

/** `exponential.ts` says what these are: 1/13! … 1/2!, 1, 1. */
const COEFFICIENTS = memory.data<f64>([
  1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0,
  1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0,
]);

/** A step of Horner's scheme. */
// @ts-ignore: decorator
@inline
function next(sum: v128, r: v128, i: usize): v128 {
  return f64x2.add(f64x2.mul(sum, r), v128.load_splat<f64>(COEFFICIENTS + (i << 3)));
}

// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  const bounded = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-708)), f64x2.splat(709));
  const rounder = f64x2.splat(6755399441055744.0);
  const rounded = f64x2.add(f64x2.mul(bounded, f64x2.splat(1.4426950408889634)), rounder);
  const k = f64x2.sub(rounded, rounder);
  const r = f64x2.sub(
    f64x2.sub(bounded, f64x2.mul(k, f64x2.splat(0.6931471803691238))),
    f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)),
  );
  let sum = v128.load_splat<f64>(COEFFICIENTS);
  // Without a loop, whose end would be guessed wrongly every time.
  sum = next(sum, r, 1);
  sum = next(sum, r, 2);
  sum = next(sum, r, 3);
  sum = next(sum, r, 4);
  sum = next(sum, r, 5);
  sum = next(sum, r, 6);
  sum = next(sum, r, 7);
  sum = next(sum, r, 8);
  sum = next(sum, r, 9);
  sum = next(sum, r, 10);
  sum = next(sum, r, 11);
  sum = next(sum, r, 12);
  sum = next(sum, r, 13);
  return f64x2.mul(sum, i64x2.shl(i64x2.add(rounded, i64x2.splat(1023)), 52));
}

// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  const one = f64x2.splat(1);
  return f64x2.div(one, f64x2.add(one, exponential(f64x2.neg(x))));
}

/** Behind the last of an odd number of rows there is room for one more, because every array fills its last line. */
export function differentiate(isBinary: i32): void {
  const one = f64x2.splat(1);
  for (let row: usize = 0; row < rows; row += 2) {
    const margin = v128.load(margins + (row << 3));
    const factor = v128.load(weight + (row << 3));
    let prediction = margin;
    let curvature = one;
    if (isBinary) {
      prediction = sigmoid(margin);
      curvature = f64x2.pmax(f64x2.mul(prediction, f64x2.sub(one, prediction)), f64x2.splat(1e-16));
    }
    const hessian = f64x2.mul(curvature, factor);
    const gradient = f64x2.mul(f64x2.sub(prediction, v128.load(label + (row << 3))), factor);
    const target = derivatives + (row << 4);
    v128.store(target, v128.shuffle<i64>(hessian, gradient, 0, 2));
    v128.store(target, v128.shuffle<i64>(hessian, gradient, 1, 3), 16);
  }
}

// @ts-ignore: decorator
@inline
function derivativesAt(place: usize): v128 {
  return v128.load(derivatives + (<usize>load<u32>(place) << 4));
}

export function measure(count: i32): void {
  let sums = f64x2.splat(0);
  const end = order + (<usize>count << 2);
  for (let place = order; place < end; place += 4) sums = f64x2.add(sums, f64x2.abs(derivativesAt(place)));
  store<f64>(found, f64x2.extract_lane(sums, 1), 32);
  store<f64>(found, f64x2.extract_lane(sums, 0), 40);
}

export function quantise(count: i32, perGradient: f64, perHessian: f64): void {
  const factors = f64x2(perHessian, perGradient);
  const half = f64x2.splat(0.5);
  let sums: i64 = 0;
  const end = order + (<usize>count << 2);
  for (let place = order; place < end; place += 4) {
    const row = <usize>load<u32>(place);
    const nearest = f64x2.floor(f64x2.add(f64x2.mul(v128.load(derivatives + (row << 4)), factors), half));
    const pair = i64x2.extract_lane(i32x4.trunc_sat_f64x2_s_zero(nearest), 0);
    store<i64>(gradients + (row << 3), pair);
    sums += pair;
  }
  store<f64>(found, <f64>(<i32>(sums >> 32)), 32);
  store<f64>(found, <f64>(<i32>sums), 40);
}
