import type { Bars } from '../market/index.ts';
import {
  computeIndicators,
  type IndicatorSpec,
  type IndicatorTable,
  indicatorKey,
  indicatorSpecs,
  type ParameterGrid,
  type StrategyType,
} from '../strategies/index.ts';
import { combinationAt, countCombinations } from './grid.ts';

/** What a table will hold, before it is computed. */
export interface IndicatorDemand {
  /** Each distinct indicator that a valid combination of the grid reads, in the order of the grid. */
  readonly specs: readonly IndicatorSpec[];
  /** Shared memory that the table takes, in bytes. */
  readonly bytes: number;
}

/** Collects the distinct indicators of a whole grid; thousands of combinations share a few dozen of them. */
export function indicatorDemand(type: StrategyType, grid: ParameterGrid, bars: readonly Bars[]): IndicatorDemand {
  const specs = new Map<string, IndicatorSpec>();
  for (let index = 0; index < countCombinations(grid); index++) {
    const params = combinationAt(type, grid, index);
    if (type.problem(params) !== null) continue;
    for (const spec of indicatorSpecs(type, params, bars.length)) specs.set(indicatorKey(spec), spec);
  }
  const length = bars[0]?.time.length ?? 0;
  return { specs: [...specs.values()], bytes: specs.size * length * Float64Array.BYTES_PER_ELEMENT };
}

/** Computes every indicator of a grid once, on shared memory, for all combinations, folds and workers. */
export function buildIndicatorTable(type: StrategyType, grid: ParameterGrid, bars: readonly Bars[]): IndicatorTable {
  return computeIndicators(indicatorDemand(type, grid, bars).specs, bars);
}
