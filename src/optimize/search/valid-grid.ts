/** Whether a grid has anything to try. */
import { setImmediate as breathe } from 'node:timers/promises';
import { invalid } from '../../core/index.ts';
import type { ParameterOwner } from '../../strategies/index.ts';
import { combinationAt, combinationCount, type ParameterSpace } from './space.ts';

/** Combinations between two turns of the event loop: half a millisecond. */
const PIECE = 500;

/**
 * Looks for the first combination that is valid in itself: as many as `parseSpace` allows where there is none.
 *
 * @param grid without a continuous axis
 * @throws {DomainError} VALIDATION on `paramGrid` when there is none, with what is wrong with the first
 */
export async function requireValidCombination(owner: ParameterOwner, grid: ParameterSpace): Promise<void> {
  const count = combinationCount(grid);
  for (let index = 0; index < count; index++) {
    if (index > 0 && index % PIECE === 0) await breathe();
    if (owner.problem(combinationAt(owner, grid, index)) === null) return;
  }
  throw invalid('paramGrid', noneIsValid(owner, grid));
}

/** Why a space in which no combination is valid cannot be searched; what is wrong with the first is the example. */
export function noneIsValid(owner: ParameterOwner, space: ParameterSpace): string {
  const example = owner.problem(combinationAt(owner, space, 0))?.message ?? '';
  return `No combination of ${owner.name} is valid (${combinationCount(space)} in all): ${example}`;
}
