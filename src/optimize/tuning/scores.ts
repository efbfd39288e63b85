/** How well predictions fit what came: each figure with its formula. */
import { areaUnderCurve, logLossOf, type Objective } from '../../models/index.ts';
import { at } from '../../strategies/index.ts';

/** Predictions of one slice, and what came. Columns have one entry per row. */
export interface ScoredSlice {
  readonly objective: Objective;
  /** Probabilities, or returns. */
  readonly predictions: Float64Array;
  readonly labels: Float64Array;
  /** Rows per bar: errors of the symbols of a bar go together. */
  readonly symbols: number;
  readonly baseline: Baseline;
}

/** What one would say without any features: learned from the training rows. */
export interface Baseline {
  /** Mean label: the share of rises, or the mean return. */
  readonly mean: number;
  /** Whether rises are the more frequent class. */
  readonly isRise: boolean;
}

/** The mean and the squared deviation of a gain over the bars of a slice. */
export interface Gain {
  readonly mean: number;
  /** Σ(x − mean)². */
  readonly squares: number;
}

/** @param labels of the training rows */
export function baselineOf(labels: Float64Array, objective: Objective): Baseline {
  let sum = 0;
  let rises = 0;
  for (let row = 0; row < labels.length; row++) {
    sum += at(labels, row);
    if (isRise(at(labels, row), objective)) rises++;
  }
  return { mean: sum / labels.length, isRise: 2 * rises > labels.length };
}

/** Whether a prediction, or a label, says that the price rises. */
export function isRise(value: number, objective: Objective): boolean {
  return objective === 'binary' ? value > 0.5 : value > 0;
}

/** `−ln p` of the class that came, or the squared error. */
export function lossOf(prediction: number, label: number, objective: Objective): number {
  if (objective === 'regression') return (prediction - label) ** 2;
  return logLossOf(label, prediction);
}

/** Mean loss. */
export function meanLoss({ predictions, labels, objective }: ScoredSlice): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += lossOf(at(predictions, row), at(labels, row), objective);
  return sum / labels.length;
}

/** Share of rows whose direction was predicted. */
export function accuracy({ predictions, labels, objective }: ScoredSlice): number {
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    if (isRise(at(predictions, row), objective) === isRise(at(labels, row), objective)) right++;
  }
  return right / labels.length;
}

/** By how much the loss is below that of the baseline, over the bars. */
export function lossGain(slice: ScoredSlice): Gain {
  const { predictions, labels, objective, baseline } = slice;
  return gainOver(slice, (row) => {
    const label = at(labels, row);
    return lossOf(baseline.mean, label, objective) - lossOf(at(predictions, row), label, objective);
  });
}

/** By how much more often the direction is right than that of the majority class, over the bars. */
export function accuracyGain(slice: ScoredSlice): Gain {
  const { predictions, labels, objective, baseline } = slice;
  return gainOver(slice, (row) => {
    const rise = isRise(at(labels, row), objective);
    return Number(isRise(at(predictions, row), objective) === rise) - Number(baseline.isRise === rise);
  });
}

/** The gain of a bar is the mean of its symbols: they rise and fall together, so that they are no separate evidence. */
function gainOver({ labels, symbols }: ScoredSlice, gainOf: (row: number) => number): Gain {
  const bars = Math.floor(labels.length / symbols);
  let mean = 0;
  let squares = 0;
  for (let bar = 0; bar < bars; bar++) {
    let gain = 0;
    for (let symbol = 0; symbol < symbols; symbol++) gain += gainOf(bar * symbols + symbol) / symbols;
    // Welford 1962.
    const distance = gain - mean;
    mean += distance / (bar + 1);
    squares += distance * (gain - mean);
  }
  return { mean, squares };
}

/** Area under the ROC curve of telling rises from falls; NaN when there are rises only, or none. */
export function rankingQuality({ predictions, labels, objective }: ScoredSlice): number {
  const rises = labels.map((label) => Number(isRise(label, objective)));
  return areaUnderCurve(rises, predictions) ?? Number.NaN;
}
