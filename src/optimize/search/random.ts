import { invariant, seededRandom } from '../../core/index.ts';
import type { ParameterOwner, Parameters } from '../../strategies/index.ts';
import type { Sampler } from './sampler.ts';
import type { ParameterSpace } from './space.ts';
import { Untried } from './untried.ts';

/**
 * Valid, distinct combinations drawn evenly (over logarithms where an axis asks for it). Bergstra and Bengio (2012),
 * "Random Search for Hyper-Parameter Optimization": it beats a grid of as many trials where few parameters matter.
 *
 * @param search `seed` names the stream of random numbers, `trials` is how many there are: `trialCount`
 */
export function randomSampler(
  owner: ParameterOwner,
  space: ParameterSpace,
  { seed, trials }: { readonly seed: string; readonly trials: number },
): Sampler {
  const random = seededRandom(seed);
  const untried = new Untried(owner, space);
  let asked = 0;
  return {
    generation: null,
    ask(wanted) {
      const count = Math.min(wanted, trials - asked);
      asked += count;
      return Array.from({ length: count }, () => drawn(untried.draw(random)));
    },
    tell: () => undefined,
  };
}

/** A draw of a search that has not had all its trials. */
export function drawn(params: Parameters | null): Parameters {
  invariant(params !== null, 'a space has as many valid combinations as a search has trials');
  return params;
}
