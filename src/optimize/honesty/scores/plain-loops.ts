import { at } from '../../../strategies/index.ts';
import type { Loops, ScoreColumns, Tie, Tied, Trust } from './loops.ts';

/** The loops in plain TypeScript: they define what the WebAssembly ones compute, and take their place where those lack memory. */
export function openPlainLoops(): Loops {
  return { column: (length) => new Float64Array(length), score, add, best, lead, close: () => undefined };
}

function score(
  { sums, powers, moreSums, morePowers, scores }: ScoreColumns,
  offset: number,
  { most, least }: Trust,
): number {
  let open = 0;
  for (let place = 0; place < scores.length; place++) {
    const sum = at(sums, place) + at(moreSums, offset + place);
    const power = at(powers, place) + at(morePowers, offset + place);
    let found = (sum * Math.abs(sum)) / power;
    if (!(Math.abs(found) < most && power > least)) {
      found = power === 0 ? 0 : Number.NaN;
      if (power !== 0) open += 1;
    }
    scores[place] = found;
  }
  return open;
}

function add(sums: Float64Array, table: Float64Array, offset: number): void {
  for (let place = 0; place < sums.length; place++) sums[place] = at(sums, place) + at(table, offset + place);
}

function best(scores: Float64Array, { share, floor }: Tie): number {
  let found = 0;
  let toBeat = -Infinity;
  for (let place = 0; place < scores.length; place++) {
    const each = at(scores, place);
    if (!(each > toBeat)) continue;
    toBeat = each + share * Math.max(Math.abs(each), floor);
    found = place;
  }
  return found;
}

function lead(scores: Float64Array, { least, most }: Tied): number {
  let difference = 0;
  for (let place = 0; place < scores.length; place++) {
    const each = at(scores, place);
    difference += Number(each < least) - Number(each > most);
  }
  return difference;
}
