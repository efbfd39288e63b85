/**
 * Combinations that one training serves: they differ in the number of trees only, and a model of more trees begins with
 * the trees of a smaller one. With early stopping they do not: where training stops depends on how long it may go on.
 */
import type { TrainParams } from '../../models/index.ts';
import { numberOf, type Parameters } from '../../strategies/index.ts';
import { inPieces } from '../in-pieces.ts';

/** One training per fold. */
export interface FitGroup {
  /** With the most trees of its members. */
  readonly params: Parameters;
  /** Its combinations, as indexes of the job, by the number of trees ascending. */
  readonly members: readonly { readonly index: number; readonly trees: number }[];
}

/** @param combinations with their indexes; those that are invalid left out */
export async function fitGroups(
  combinations: readonly (readonly [number, Parameters])[],
): Promise<readonly FitGroup[]> {
  const groups = new Map<string, { params: Parameters; members: { index: number; trees: number }[] }>();
  await inPieces(combinations, ([index, params]) => {
    const trees = numberOf(params, 'n_estimators');
    const key = groupKey(params);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { params, members: [{ index, trees }] });
    else {
      group.members.push({ index, trees });
      if (trees > numberOf(group.params, 'n_estimators')) group.params = params;
    }
  });
  return await inPieces(Array.from(groups.values()), ({ params, members }) => ({
    params,
    members: members.toSorted((a, b) => a.trees - b.trees || a.index - b.index),
  }));
}

function groupKey(params: Parameters): string {
  const { n_estimators: trees, ...others } = params;
  const stopsEarly = (others['early_stopping_rounds'] ?? null) !== null;
  return JSON.stringify(stopsEarly ? [others, trees] : [others]);
}

/** Parsed parameters of a model type always have these two. */
export function trainParams(params: Parameters): TrainParams {
  return { ...params, n_estimators: numberOf(params, 'n_estimators'), max_bin: numberOf(params, 'max_bin') };
}
