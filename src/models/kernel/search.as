/**
 * What splits gain. Two bins are looked at in one step: a vector holds hessian and gradient of the first, then of the second,
 * and no hessian is negative.
 */
import { binCounts, columnAt, ENTRIES, found, hasMissing, histogramOf, profile, settings } from './memory';

/** Penalties of a search, and what it has found so far. */
let lambda: f64 = 0;
let alpha: f64 = 0;
let least: i32 = 0;
let bestGain: f32 = 0;
let bestFeature: usize = 0;
let bestThreshold: i32 = 0;
let bestMissingLeft: i32 = 0;
let bestLeft: i64 = 0;

function readSettings(): void {
  lambda = load<f64>(settings);
  alpha = load<f64>(settings, 8);
  // A hessian is an integer, so at least x means at least x rounded up; a side without any weight is never enough.
  least = <i32>min(max(ceil(load<f64>(settings, 16)), 1), 2147483647);
}

function scoreOf(gradient: i32, hessian: i32): f64 {
  if (hessian <= 0) return 0;
  const moved = max(abs(<f64>gradient) - alpha, 0);
  return <f64>(<f32>((moved * moved) / (<f64>hessian + lambda)));
}

// @ts-ignore: decorator
@inline
function hessiansOf(sums: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(sums, sums, 0, 2, 0, 2));
}

/** (|G| − α)²/(H + λ) of two sums, |G| above α, in single precision; whatever where H + λ is 0. */
// @ts-ignore: decorator
@inline
function scoresOf(sums: v128, lambdas: v128, alphas: v128): v128 {
  const sizes = i32x4.abs(sums);
  const gradients = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(sizes, sizes, 1, 3, 1, 3));
  const moved = f64x2.pmax(f64x2.splat(0), f64x2.sub(gradients, alphas));
  const scores = f64x2.div(f64x2.mul(moved, moved), f64x2.add(hessiansOf(sums), lambdas));
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(scores));
}

/** What was passed before two bins, each way with the first of them, and with both. */
// @ts-ignore: decorator
@inline
function pass(passed: v128, bins: v128): v128 {
  return i32x4.add(i32x4.add(passed, bins), v128.shuffle<i64>(i64x2.splat(0), bins, 0, 2));
}

// @ts-ignore: decorator
@inline
function both(sum: i64): v128 {
  return i64x2.splat(sum);
}

// @ts-ignore: decorator
@inline
function pairOf(gradient: i32, hessian: i32): i64 {
  return (<i64>gradient << 32) | <i64>(<u32>hessian);
}

export function search(slot: i32, columnCount: i32, gradientSum: i32, hessianSum: i32): void {
  readSettings();
  const sums = pairOf(gradientSum, hessianSum);
  const root = scoreOf(gradientSum, hessianSum);
  bestGain = 0;
  for (let i = 0; i < columnCount; i++) {
    const feature = columnAt(i);
    const histogram = histogramOf(slot, feature);
    const count = load<i32>(binCounts + (feature << 2));
    scan(feature, histogram, histogram, (count + 1) >> 1, sums, root, 0);
    if (load<i64>(histogram, 8 * 255) == 0) continue;
    // From the highest bin with an even number, which may be an empty one behind the last, to the bins 2 and 1.
    scan(feature, histogram, histogram + ((count >> 1) << 4) - 8, count >> 1, sums, root, 1);
  }
  store<f64>(found, bestGain);
  store<f64>(found, <f64>bestFeature, 8);
  store<f64>(found, bestThreshold, 16);
  store<f64>(found, bestMissingLeft, 24);
  store<f64>(found, <f64>(<i32>(bestLeft >> 32)), 32);
  store<f64>(found, <f64>(<i32>bestLeft), 40);
}

/**
 * Goes from the lowest bins up, or with missing values on the left from the highest ones down, two in a step. Of what lies
 * behind the last bin an empty one gains what the one before did, and missing values leave nothing for the other side.
 */
function scan(
  feature: usize, histogram: usize, start: usize, steps: i32,
  sums: i64, root: f64, isDown: i32,
): void {
  const lambdas = f64x2.splat(lambda);
  const alphas = f64x2.splat(alpha);
  const roots = f64x2.splat(root);
  const lightest = i32x4(least, i32.MIN_VALUE, least, i32.MIN_VALUE);
  const whole = both(sums);
  const step: usize = isDown ? -16 : 16;
  let passed = i64x2.splat(0);
  let best = f32x4.splat(bestGain);
  for (let place = start, end = start + steps * step; place != end; place += step) {
    let bins = v128.load(place);
    if (!v128.any_true(bins)) continue;
    if (isDown) bins = v128.shuffle<i64>(bins, bins, 1, 0);
    const near = pass(passed, bins);
    const far = i32x4.sub(whole, near);
    passed = v128.shuffle<i64>(near, near, 1, 1);
    const scores = f64x2.add(scoresOf(near, lambdas, alphas), scoresOf(far, lambdas, alphas));
    const gains = f32x4.demote_f64x2_zero(f64x2.sub(scores, roots));
    const isHeavy = i32x4.ge_s(i32x4.min_s(near, far), lightest);
    const isBetter = v128.and(f32x4.gt(gains, best), v128.shuffle<i32>(isHeavy, isHeavy, 0, 2, 0, 2));
    if (!v128.any_true(isBetter)) continue;
    const threshold = <i32>((place - histogram) >> 3);
    const left = isDown ? far : near;
    if (i32x4.extract_lane(isBetter, 0)) {
      keep(f32x4.extract_lane(gains, 0), feature, threshold, i64x2.extract_lane(left, 0), isDown);
    }
    if (i32x4.extract_lane(isBetter, 1) && f32x4.extract_lane(gains, 1) > bestGain) {
      keep(f32x4.extract_lane(gains, 1), feature, threshold + (isDown ? -1 : 1), i64x2.extract_lane(left, 1), isDown);
    }
    best = f32x4.splat(bestGain);
  }
}

function keep(gain: f32, feature: usize, threshold: i32, left: i64, missingLeft: i32): void {
  bestGain = gain;
  bestFeature = feature;
  bestThreshold = threshold;
  bestLeft = left;
  bestMissingLeft = missingLeft;
}

export function addProfile(slot: i32, columnCount: i32, gradientSum: i32, hessianSum: i32): void {
  readSettings();
  const sums = pairOf(gradientSum, hessianSum);
  const root = scoreOf(gradientSum, hessianSum);
  for (let i = 0; i < columnCount; i++) {
    const feature = columnAt(i);
    const histogram = histogramOf(slot, feature);
    const steps = (load<i32>(binCounts + (feature << 2)) + 1) >> 1;
    const target = profile + (feature << 12);
    addGains(histogram, steps, 0, sums, root, target);
    if (load<i32>(hasMissing + (feature << 2)) == 0) continue;
    addGains(histogram, steps, load<i64>(histogram, 8 * 255), sums, root, target + 8 * ENTRIES);
  }
}

/** What is added behind the last bin, if their number is odd, nobody looks at. */
function addGains(histogram: usize, steps: i32, missing: i64, sums: i64, root: f64, target: usize): void {
  const lambdas = f64x2.splat(lambda);
  const alphas = f64x2.splat(alpha);
  const roots = f64x2.splat(root);
  const whole = both(sums);
  let passed = both(missing);
  for (let place = histogram, end = histogram + (<usize>steps << 4); place < end; place += 16) {
    const near = pass(passed, v128.load(place));
    const far = i32x4.sub(whole, near);
    passed = v128.shuffle<i64>(near, near, 1, 1);
    const scores = f64x2.add(weighedScoresOf(near, lambdas, alphas), weighedScoresOf(far, lambdas, alphas));
    const gains = f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(f64x2.sub(scores, roots)));
    v128.store(target, f64x2.add(v128.load(target), gains));
    target += 16;
  }
}

/** The same, but 0 for a side without weight. */
// @ts-ignore: decorator
@inline
function weighedScoresOf(sums: v128, lambdas: v128, alphas: v128): v128 {
  return v128.and(scoresOf(sums, lambdas, alphas), f64x2.gt(hessiansOf(sums), f64x2.splat(0)));
}
