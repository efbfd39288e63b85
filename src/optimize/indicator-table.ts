import type { Bars } from '../market/index.ts';
import {
  computeIndicators,
  type IndicatorNeed,
  type IndicatorSpec,
  type IndicatorTable,
  type ParameterGrid,
  type StrategyType,
  tradedSeries,
} from '../strategies/index.ts';
import { combinationAt, countCombinations } from './grid.ts';

/** What a table will hold, before it is computed. */
export interface IndicatorDemand {
  /** Each distinct indicator that a valid combination of the grid reads, by symbol, then in the order of the grid. */
  readonly specs: readonly IndicatorSpec[];
  /** Shared memory that the table takes, in bytes. */
  readonly bytes: number;
}

/** Collects the distinct indicators of a whole grid; thousands of combinations share a few dozen of them. */
export function indicatorDemand(type: StrategyType, grid: ParameterGrid, bars: readonly Bars[]): IndicatorDemand {
  // Needs first, then symbols: 10,000 combinations of 100 symbols would be a million specs to compare.
  const needs = new Map<string, IndicatorNeed>();
  for (let index = 0; index < countCombinations(grid); index++) {
    const params = combinationAt(type, grid, index);
    if (type.problem(params) !== null) continue;
    for (const need of type.indicators(params)) needs.set(`${need.kind}:${need.window}`, need);
  }
  const specs = tradedSeries(type, bars.length).flatMap((series) =>
    Array.from(needs.values(), (need) => ({ ...need, series })),
  );
  const length = bars[0]?.time.length ?? 0;
  return { specs, bytes: specs.length * length * Float64Array.BYTES_PER_ELEMENT };
}

/** Computes every indicator of a grid once, on shared memory, for all combinations, folds and workers. */
export function buildIndicatorTable(type: StrategyType, grid: ParameterGrid, bars: readonly Bars[]): IndicatorTable {
  return computeIndicators(indicatorDemand(type, grid, bars).specs, bars);
}
