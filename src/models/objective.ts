/** What is learned: where a training begins, how it ends in predictions, and which gains count. */
import { at } from '../strategies/index.ts';
import { exponential } from './exponential.ts';
import type { Objective } from './model-type.ts';

/** Labels and weights of the training rows. */
export interface Targets {
  readonly label: Float64Array;
  readonly weight: Float64Array;
}

/** The probability of a log odds. */
export function sigmoid(margin: number): number {
  return 1 / (1 + exponential(-margin));
}

/** A prediction from a sum of leaves: a probability, or the sum itself. */
export function predictionOf(objective: Objective, margin: number): number {
  return objective === 'binary' ? sigmoid(margin) : margin;
}

/** XGBoost's `kRtEps`: gains below it are rounding where labels are of the order of 1. */
const LEAST_GAIN = 1e-6;

/** The variance of labels down to which that constant stands: a hundredth of it is far less than a split gains by chance. */
const TINY_VARIANCE = 1e-4;

/**
 * What a split must gain at least. XGBoost's constant has no unit, although gains have that of the squared label: of returns of
 * a hundredth of a percent no split would gain so much. So it shrinks with the variance where that is tiny.
 */
export function leastGain(objective: Objective, { label, weight }: Targets): number {
  if (objective === 'binary') return LEAST_GAIN;
  const { mean, total } = weightedMean({ label, weight });
  let squares = 0;
  for (let row = 0; row < label.length; row++) squares += at(weight, row) * (at(label, row) - mean) ** 2;
  return LEAST_GAIN * Math.min(1, total === 0 ? 0 : squares / total / TINY_VARIANCE);
}

/**
 * What is predicted before the first tree: the weighted mean label; as log odds for probabilities, at most ±10 when the
 * labels are all alike.
 */
export function baseMargin(objective: Objective, targets: Targets): number {
  const { mean } = weightedMean(targets);
  return objective === 'regression' ? mean : Math.min(10, Math.max(-10, Math.log(mean / (1 - mean))));
}

/** 0 when nothing has weight. */
function weightedMean({ label, weight }: Targets): { readonly mean: number; readonly total: number } {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < label.length; row++) {
    sum += at(label, row) * at(weight, row);
    total += at(weight, row);
  }
  return { mean: total === 0 ? 0 : sum / total, total };
}
