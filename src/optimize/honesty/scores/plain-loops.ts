import { at } from '../../../strategies/index.ts';
import { LEAST_POWER, type Loops, type ScoreColumns, type Tie, type Tied } from './loops.ts';

/** The loops in plain TypeScript: they define what the WebAssembly ones compute, and take their place where those lack memory. */
export function openPlainLoops(): Loops {
  return { column: (length) => new Float64Array(length), score, best: firstOfBest, add, lead, close: () => undefined };
}

function score({ sums, powers, moreSums, morePowers, scores }: ScoreColumns, offset: number, tie: Tie): number {
  for (let place = 0; place < scores.length; place++) {
    const sum = at(sums, place) + at(moreSums, offset + place);
    const power = at(powers, place) + at(morePowers, offset + place);
    scores[place] = (sum * Math.abs(sum)) / larger(power, LEAST_POWER);
  }
  return firstOfBest(scores, tie);
}

/** The place of the first combination that ties with the best. */
export function firstOfBest(scores: Float64Array, { share, floor }: Tie): number {
  const best = scores.reduce(larger, -Infinity);
  const least = best - share * larger(Math.abs(best), floor);
  return Math.max(
    0,
    scores.findIndex((each) => each >= least),
  );
}

/** The larger of two numbers; the first where they do not compare. */
function larger(a: number, b: number): number {
  return a < b ? b : a;
}

function add(sums: Float64Array, table: Float64Array, offset: number): void {
  for (let place = 0; place < sums.length; place++) sums[place] = at(sums, place) + at(table, offset + place);
}

function lead(scores: Float64Array, { least, most }: Tied): number {
  let difference = 0;
  for (let place = 0; place < scores.length; place++) {
    const each = at(scores, place);
    difference += Number(each < least) - Number(each > most);
  }
  return difference;
}
