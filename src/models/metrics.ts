/** How well predictions fit labels. `label` and `prediction` have one number per row, at least one. */
import { at } from '../strategies/index.ts';

/** Probabilities are kept this far from 0 and 1, so that one wrong certainty does not make the mean infinite. */
const CLIP = 1e-15;

/** −log of the probability that was given to what came, of label 1 or 0. */
export function logLossOf(label: number, prediction: number): number {
  const probability = Math.min(1 - CLIP, Math.max(CLIP, prediction));
  return -Math.log(label === 1 ? probability : 1 - probability);
}

/** Its mean. Smaller is better; log 2 is a coin's. */
export function logLoss(label: Float64Array, prediction: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < label.length; row++) sum += logLossOf(at(label, row), at(prediction, row));
  return sum / label.length;
}

/** Root of the mean squared error. Smaller is better. */
export function rootMeanSquaredError(label: Float64Array, prediction: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < label.length; row++) sum += (at(prediction, row) - at(label, row)) ** 2;
  return Math.sqrt(sum / label.length);
}

/**
 * Probability that a random row with label 1 is predicted higher than one with label 0, ties counted half: the area under
 * the ROC curve, by the rank-sum of Mann and Whitney. Null when all labels are alike.
 */
export function areaUnderCurve(label: Float64Array, prediction: Float64Array): number | null {
  const order = Array.from(label.keys()).toSorted((a, b) => at(prediction, a) - at(prediction, b));
  let positives = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && at(prediction, order[to] ?? 0) === at(prediction, order[from] ?? 0)) to += 1;
    for (const row of order.slice(from, to)) {
      if (at(label, row) !== 1) continue;
      positives += 1;
      rankSum += (from + 1 + to) / 2;
    }
    from = to;
  }
  const negatives = label.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
