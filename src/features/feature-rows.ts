/**
 * The rows that a model learns from and predicts for: one per bar and symbol, in time, the symbols of a bar in their
 * order. So any range of bars is a range of rows.
 */
import type { Bars } from '../market/index.ts';
import { at } from '../strategies/index.ts';
import { type FeatureConfig, familyOf, warmUpBars } from './feature-config.ts';
import { labelAfter } from './label.ts';

/** Which bars have rows. */
export interface RowPlan {
  /** First bar of which every feature is defined, save where it never is. */
  readonly firstBar: number;
  /** Symbols, i.e. rows per bar. */
  readonly symbols: number;
  /** Rows of the bars from `firstBar` to the last one. */
  readonly rows: number;
  /** Rows of bars whose label is known: the first so many. The others are for predicting only. */
  readonly labelled: number;
}

/** Counts the rows of so many bars. */
export function planRows(config: FeatureConfig, bars: readonly Bars[]): RowPlan {
  const length = bars[0]?.time.length ?? 0;
  const firstBar = Math.min(length, warmUpBars(config));
  const symbols = bars.length;
  return {
    firstBar,
    symbols,
    rows: (length - firstBar) * symbols,
    labelled: Math.max(0, length - config.horizon - firstBar) * symbols,
  };
}

/**
 * Writes the features: column j of the plan's rows is `values[j·rows … (j + 1)·rows)`, in the order of the configuration.
 *
 * @param bars one per symbol, equal times
 * @param values [features × rows]
 */
export function writeFeatures(config: FeatureConfig, bars: readonly Bars[], values: Float64Array): void {
  const { firstBar, symbols, rows } = planRows(config, bars);
  for (const [index, { family, params }] of config.features.entries()) {
    const column = values.subarray(index * rows, (index + 1) * rows);
    for (const [symbol, series] of bars.entries()) {
      const others = bars.filter((other) => other !== series);
      const computed = familyOf(family).compute({ bars: series, others }, params);
      for (let row = symbol, bar = firstBar; row < rows; row += symbols, bar++) column[row] = at(computed, bar);
    }
  }
}

/** [rows] the labels; NaN in the last ones, whose future is not known. */
export function writeLabels(config: FeatureConfig, bars: readonly Bars[], labels: Float64Array): void {
  const { firstBar, symbols, rows } = planRows(config, bars);
  for (const [symbol, { close }] of bars.entries()) {
    for (let row = symbol, bar = firstBar; row < rows; row += symbols, bar++)
      labels[row] = labelAfter(close, bar, config);
  }
}
