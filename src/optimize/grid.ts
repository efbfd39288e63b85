/** Grids of strategy types: spaces in which every axis is a list. */
import type { ParameterGrid, StrategyType } from '../strategies/index.ts';
import { axisLength, axisValue, parseSpace } from './search/index.ts';

export { combinationAt, combinationCount as countCombinations } from './search/index.ts';

/**
 * Checks a grid from outside and lists the values of its ranges.
 *
 * @throws {DomainError} as `parseSpace`
 */
export function parseGrid(type: StrategyType, raw: unknown, maxCombinations: number): ParameterGrid {
  const space = parseSpace(type, raw, { method: 'grid', maxCombinations });
  return Object.fromEntries(
    Object.entries(space).map(([name, axis]) => [
      name,
      Array.from({ length: axisLength(axis) }, (_, index) => axisValue(axis, index)),
    ]),
  );
}
