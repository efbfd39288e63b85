/**
 * Search: which combinations of a parameter space a job tries. It knows parameters, and nothing of strategies, models
 * or what a score measures.
 */
export { createSampler } from './create-sampler.ts';
export { parseSearch, type RawSearch, SEARCH_METHODS, type SearchMethod, type SearchSettings } from './method.ts';
export { parseSpace } from './parse-space.ts';
export type { RangeAxis } from './range.ts';
export type { Sampler, ScoredTrial } from './sampler.ts';
export {
  type Axis,
  axisLength,
  axisOf,
  axisValue,
  combinationAt,
  combinationCount,
  isRange,
  type ParameterSpace,
} from './space.ts';
export { trialCount } from './trial-count.ts';
export { noneIsValid, requireValidCombination } from './valid-grid.ts';
