import type { ParameterOwner } from '../../strategies/index.ts';
import type { Sampler } from './sampler.ts';
import { combinationAt, combinationCount, type ParameterSpace } from './space.ts';

/** Every combination in the order of the grid, those that are invalid in themselves included. */
export function gridSampler(owner: ParameterOwner, space: ParameterSpace): Sampler {
  const count = combinationCount(space);
  let asked = 0;
  return {
    generation: null,
    ask(wanted) {
      const from = asked;
      asked = Math.min(count, asked + wanted);
      return Array.from({ length: asked - from }, (_, place) => combinationAt(owner, space, from + place));
    },
    tell: () => undefined,
  };
}
