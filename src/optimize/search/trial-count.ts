/** How many trials a search will have, known before the first of them. */
import { invalid, invariant, seededRandom } from '../../core/index.ts';
import type { ParameterOwner } from '../../strategies/index.ts';
import { combine, coordinatesOf } from './coordinates.ts';
import type { SearchMethod } from './method.ts';
import { combinationAt, combinationCount, type ParameterSpace } from './space.ts';
import { noneIsValid } from './valid-grid.ts';

/** Spaces of so many combinations are counted one by one; larger ones are judged by a sample. */
const COUNTED = 50_000;
const SAMPLE = 4_096;
/** Least share of valid combinations in a space that is too large to count. */
const LEAST_VALID = 0.01;
/** So many times more valid combinations than trials are there for sure when the sample estimates it. */
const MARGIN = 4;

/**
 * How many combinations a search tries. With method grid all of the space, whether valid or not
 * (`requireValidCombination` looks for a valid one); with the others maxTrials, or the number of valid combinations where
 * there are fewer.
 *
 * @param search `maxTrials` is null with method grid only
 * @throws {DomainError} VALIDATION on `paramGrid`, never with method grid, when no combination is valid, or fewer than 1 %
 *   are and the space has more than 50,000 (or a continuous axis): searching it would be guessing
 */
export function trialCount(
  owner: ParameterOwner,
  space: ParameterSpace,
  { method, maxTrials }: { readonly method: SearchMethod; readonly maxTrials: number | null },
): number {
  const count = combinationCount(space);
  if (method === 'grid') return count;
  invariant(maxTrials !== null, `method ${method} has a number of trials`);
  if (count > COUNTED) {
    const share = validShare(owner, space);
    if (share < LEAST_VALID) throw tooRare(share);
    if (share * count >= MARGIN * maxTrials) return maxTrials;
  }
  const valid = countValid(owner, space, maxTrials);
  if (valid > 0) return valid;
  throw invalid('paramGrid', noneIsValid(owner, space));
}

/** Stops at `limit`. */
function countValid(owner: ParameterOwner, space: ParameterSpace, limit: number): number {
  const count = combinationCount(space);
  let valid = 0;
  for (let index = 0; index < count && valid < limit; index++) {
    if (owner.problem(combinationAt(owner, space, index)) === null) valid++;
  }
  return valid;
}

/** Estimated with a standard error of at most 0.8 points; always the same for the same space. */
function validShare(owner: ParameterOwner, space: ParameterSpace): number {
  const random = seededRandom('share of valid combinations');
  const coordinates = coordinatesOf(owner, space);
  let valid = 0;
  for (let draw = 0; draw < SAMPLE; draw++) {
    const params = combine(coordinates, (coordinate) => coordinate.evenValueAt(random.uniform()));
    if (owner.problem(params) === null) valid++;
  }
  return valid / SAMPLE;
}

function tooRare(share: number): Error {
  const message = `Of ${SAMPLE} combinations drawn from this space ${Math.round(share * SAMPLE)} are valid; at least ${Math.ceil(LEAST_VALID * SAMPLE)} must be. Narrow its ranges to values that go together.`;
  return invalid('paramGrid', message, { limit: LEAST_VALID, observed: share });
}
