/** In which order the trainings of a job are done, and which are never done. */
import { inPieces } from '../in-pieces.ts';
import type { TuningMethod } from './method.ts';
import { meanLossOf } from './ranking.ts';
import type { FitUnit, TuningFigures } from './tuning-figures.ts';

/**
 * Stages, one after the other: everything in a stage may be done in any order. A grid and a random search are one stage. A
 * halving has a stage per fold, after which the worse half is dropped: asking for the next stage drops it, by what the
 * figures hold then.
 */
export async function* stagesOf(method: TuningMethod, figures: TuningFigures): AsyncGenerator<readonly FitUnit[]> {
  const groups = Array.from(figures.groups.keys());
  const folds = Array.from({ length: figures.folds }, (_, fold) => fold);
  if (method !== 'halving') {
    yield groups.flatMap((group) => folds.map((fold) => ({ group, fold })));
    return;
  }
  for (const fold of folds) {
    if (fold > 0) await dropWorseHalf(figures, fold);
    yield groups.filter((group) => isAlive(figures, group)).map((group) => ({ group, fold }));
  }
}

function isAlive(figures: TuningFigures, group: number): boolean {
  return figures.groups[group]?.members.some(({ index }) => !figures.dropped.has(index)) ?? false;
}

/** By the mean loss of the folds so far; of equals the one that was tried first stays. At least one stays. */
async function dropWorseHalf(figures: TuningFigures, folds: number): Promise<void> {
  const alive = figures.groups
    .flatMap(({ members }) => members.map(({ index }) => index))
    .filter((index) => !figures.dropped.has(index));
  const measured = await inPieces(alive, (index) => ({ index, loss: meanLossOf(figures, index, folds) }));
  const ranked = measured.toSorted((a, b) => a.loss - b.loss || a.index - b.index);
  for (const { index } of ranked.slice(Math.ceil(ranked.length / 2))) figures.dropped.set(index, folds);
}
