/** The search of a grid in its order, in the shape that every search has. */
import { invalid } from '../core/index.ts';
import type { ParameterGrid, Parameters, StrategyType } from '../strategies/index.ts';
import { countCombinations, combinationAt as gridCombinationAt, parseGrid } from './grid.ts';
import { type ParameterSpace, SEARCH_METHODS, type SearchMethod } from './optimization.ts';

export interface Search {
  readonly method: SearchMethod;
  readonly maxTrials: number | null;
  readonly seed: number | null;
}

export function parseSearch(
  raw: {
    readonly method?: string | null | undefined;
    readonly maxTrials?: number | null | undefined;
    readonly seed?: number | null | undefined;
  },
  _limits: { readonly maxCombinations: number },
): Search {
  const method = SEARCH_METHODS.find((known) => known === (raw.method ?? 'grid'));
  if (method !== 'grid') throw invalid('method', 'method must be grid.');
  if (raw.maxTrials != null) throw invalid('maxTrials', 'maxTrials goes with random and tpe.');
  if (raw.seed != null) throw invalid('seed', 'seed goes with random and tpe.');
  return { method, maxTrials: null, seed: null };
}

export function parseSpace(
  type: StrategyType,
  raw: unknown,
  { maxCombinations }: { readonly method: SearchMethod; readonly maxCombinations: number },
): ParameterSpace {
  return parseGrid(type, raw, maxCombinations);
}

export function trialCount(_type: StrategyType, space: ParameterSpace, _search: Search): number {
  return countCombinations(asGrid(space));
}

export interface Sampler {
  readonly generation: number | null;
  ask(count: number): readonly Parameters[];
  tell(trials: readonly { readonly params: Parameters; readonly score: number | null }[]): void;
}

export function createSampler(type: StrategyType, space: ParameterSpace, _search: Search): Sampler {
  const grid = asGrid(space);
  const total = countCombinations(grid);
  let next = 0;
  return {
    generation: null,
    ask: (count) => {
      const from = next;
      next = Math.min(total, from + count);
      return Array.from({ length: next - from }, (_, i) => gridCombinationAt(type, grid, from + i));
    },
    tell: () => undefined,
  };
}

export function combinationCount(space: ParameterSpace): number {
  return countCombinations(asGrid(space));
}

export function combinationAt(type: StrategyType, space: ParameterSpace, index: number): Parameters {
  return gridCombinationAt(type, asGrid(space), index);
}

export function asGrid(space: ParameterSpace): ParameterGrid {
  return Object.fromEntries(
    Object.entries(space).map(([name, axis]) => {
      if (!('length' in axis)) throw invalid('paramGrid', 'A range is no list.');
      return [name, axis];
    }),
  );
}
