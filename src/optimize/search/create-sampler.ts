import { invariant } from '../../core/index.ts';
import type { ParameterOwner } from '../../strategies/index.ts';
import { gridSampler } from './grid.ts';
import type { SearchSettings } from './method.ts';
import { randomSampler } from './random.ts';
import type { Sampler } from './sampler.ts';
import type { ParameterSpace } from './space.ts';
import { tpeSampler } from './tpe.ts';
import { trialCount } from './trial-count.ts';

/**
 * The sampler of a search. It answers `trialCount` combinations in all.
 *
 * @throws {DomainError} as `trialCount`
 */
export function createSampler(owner: ParameterOwner, space: ParameterSpace, search: SearchSettings): Sampler {
  if (search.method === 'grid') return gridSampler(owner, space);
  invariant(search.seed !== null, `method ${search.method} has a seed`);
  const settings = {
    seed: `${search.method} of ${owner.name}, seed ${search.seed}`,
    trials: trialCount(owner, space, search),
  };
  return search.method === 'random' ? randomSampler(owner, space, settings) : tpeSampler(owner, space, settings);
}
