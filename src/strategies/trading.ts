/** What a type does on a given number of symbols: which series it decides on together, and which indicators that takes. */
import { invalid } from '../core/index.ts';
import type { IndicatorSpec } from './indicators/index.ts';
import type { Parameters } from './parameters.ts';
import type { StrategyType } from './strategy-type.ts';

/** Why the type cannot trade so many symbols; null when it can. */
export function symbolCountProblem(type: StrategyType, count: number): string | null {
  const { min, max } = type.symbols;
  if (count >= min && (max === null || count <= max)) return null;
  const wanted = min === max ? `exactly ${min}` : max === null ? `at least ${min}` : `${min} to ${max}`;
  return `${type.name} trades ${wanted} symbol${wanted.endsWith(' 1') ? '' : 's'}, found ${count}.`;
}

/** @throws {DomainError} VALIDATION on `symbols` when the type cannot trade so many */
export function requireSymbolCount(type: StrategyType, count: number): void {
  const problem = symbolCountProblem(type, count);
  if (problem !== null) throw invalid('symbols', problem);
}

/** Indexes of the symbols that are decided on together: each by itself, or the two of a spread. */
export function tradedSeries(type: StrategyType, symbolCount: number): readonly (readonly number[])[] {
  const all = Array.from({ length: symbolCount }, (_, index) => index);
  return type.trades === 'spread' ? [all] : all.map((index) => [index]);
}

/** Most bars that an indicator of these parameters looks back on, its own included; 0 where none is read. */
export function longestWindow(type: StrategyType, params: Parameters): number {
  return Math.max(0, ...type.indicators(params).map(({ window }) => window));
}

/** Every indicator that these parameters read, over all symbols. */
export function indicatorSpecs(type: StrategyType, params: Parameters, symbolCount: number): readonly IndicatorSpec[] {
  const needs = type.indicators(params);
  return tradedSeries(type, symbolCount).flatMap((series) => needs.map((need) => ({ ...need, series })));
}
