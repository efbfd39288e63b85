/** Checkpoints of tuning jobs: which trainings are done, as JSON, and their scores as they are in memory. */
import { invariant, readJson } from '../../core/index.ts';
import { SCORE_WIDTH, type TuningFigures } from '../tuning/index.ts';
import type { CheckpointSource } from './checkpoint.ts';
import { joinPacked, splitPacked } from './figure-checkpoints.ts';

/** Group and fold of a training. */
type StoredUnit = readonly [number, number];

/** The trainings of a job, in the order in which they were done, as things to be checkpointed. */
export function fitCheckpoints(figures: TuningFigures): CheckpointSource {
  const members = figures.groups.reduce((sum, group) => sum + group.members.length, 0);
  return {
    bytesOfOne: (members / Math.max(1, figures.groups.length)) * SCORE_WIDTH * Float64Array.BYTES_PER_ELEMENT,
    get storable() {
      return figures.done.length;
    },
    get isWhole() {
      return figures.settled === figures.params.length;
    },
    get done() {
      return figures.settled;
    },
    pack: (from, to) => pack(figures, from, to),
    unpack: (bytes, count) => unpack(figures, bytes, count),
  };
}

function pack(figures: TuningFigures, from: number, to: number): Uint8Array<ArrayBuffer> {
  const units = figures.done.slice(from, to);
  const rows = units.map((unit) => figures.rowsOf(unit));
  const numbers = new Float64Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    numbers.set(row, at);
    at += row.length;
  }
  return joinPacked(JSON.stringify(units.map(({ group, fold }): StoredUnit => [group, fold])), numbers);
}

function unpack(figures: TuningFigures, bytes: Uint8Array, count: number): void {
  const { json, rest } = splitPacked(bytes);
  const units = readJson<readonly StoredUnit[]>(json);
  invariant(units.length === count, `a checkpoint of ${count} trainings names them`);
  // A copy begins at a multiple of 8 bytes, which the numbers in the middle of a text need not.
  const numbers = new Float64Array(rest.slice().buffer);
  let at = 0;
  for (const [group, fold] of units) {
    const { length } = figures.rowsOf({ group, fold });
    figures.complete({ group, fold }, numbers.subarray(at, at + length));
    at += length;
  }
  invariant(at === numbers.length, `a checkpoint of ${count} trainings has their scores`);
}
