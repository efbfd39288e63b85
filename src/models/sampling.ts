/** Which rows and features a tree sees. */
import type { Random } from '../core/index.ts';
import { integerAt } from './kernel/index.ts';

/** Each of the rows 0 … count−1 with probability `share`, but one at least. */
export function sampleRows(count: number, share: number, random: Random): Int32Array {
  const rows = new Int32Array(count);
  let taken = 0;
  for (let row = 0; row < count; row++) if (random.uniform() < share) rows[taken++] = row;
  return taken > 0 ? rows.slice(0, taken) : Int32Array.of(Math.floor(random.uniform() * count));
}

/** How often each of the rows 0 … count−1 is drawn in `share`·count draws with replacement, one draw at least. */
export function drawRows(count: number, share: number, random: Random): Int32Array {
  const times = new Int32Array(count);
  const draws = Math.max(1, Math.round(share * count));
  for (let draw = 0; draw < draws; draw++) {
    const row = Math.floor(random.uniform() * count);
    times[row] = integerAt(times, row) + 1;
  }
  return times;
}

/** `share` of the numbers 0 … count−1, one at least, ascending. */
export function sampleColumns(count: number, share: number, random: Random): Int32Array {
  const columns = new Int32Array(count);
  for (let column = 0; column < count; column++) columns[column] = column;
  const wanted = Math.min(count, Math.max(1, Math.round(share * count)));
  for (let i = 0; i < wanted; i++) {
    const other = i + Math.floor(random.uniform() * (count - i));
    const picked = columns[other] ?? 0;
    columns[other] = columns[i] ?? 0;
    columns[i] = picked;
  }
  return columns.slice(0, wanted).toSorted();
}
