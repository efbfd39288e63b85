import { createHash } from 'node:crypto';
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { type Bars, COLUMN_NAMES, pickRows, viewRows } from './bars.ts';

/** Values hashed before other work gets its turn: some 3 ms on a processor without instructions for SHA. */
const VALUES_PER_TURN = 131_072;
/** Bars that are compared or copied before other work gets its turn: some 5 ms. */
const BARS_PER_TURN = 131_072;

/**
 * The series cut to the times that all of them have; possibly empty. The series come back in the same order, and one that
 * has no other times comes back as it is. Between series the event loop has its turn after some work.
 */
export async function alignToCommonTimes(series: readonly Bars[]): Promise<readonly Bars[]> {
  const [first, ...others] = series;
  if (first === undefined) return series;
  const before = turnsAfter(BARS_PER_TURN);
  let common = first.time;
  for (const { time } of others) {
    await before(time.length);
    common = commonTimes(common, time);
  }
  const aligned: Bars[] = [];
  for (const bars of series) {
    const isWhole = bars.time.length === common.length;
    if (!isWhole) await before(common.length);
    aligned.push(isWhole ? bars : { ...bars, ...pickRows(bars, rowsOf(bars.time, common)) });
  }
  return aligned;
}

/** To be awaited before each piece of work: others have their turn where it and the pieces since the last turn come to so much. */
function turnsAfter(most: number): (work: number) => Promise<void> {
  let done = 0;
  return async (work) => {
    done += work;
    if (done < most) return;
    done = work;
    await yieldToEvents();
  };
}

/** The series without the bars that start after `until` (epoch ms); all have the same times. They are views, not copies. */
export function cutAfter(series: readonly Bars[], until: number): readonly Bars[] {
  const times = series[0]?.time ?? new Float64Array();
  const kept = times.findLastIndex((time) => time <= until) + 1;
  if (kept === times.length) return series;
  return series.map((bars) => ({ ...bars, ...viewRows(bars, 0, kept) }));
}

/**
 * The fingerprint of what a job computed on: SHA-256 (hex) over source, interval, symbols in their order, and every
 * value of every column as little-endian float64.
 */
export async function contentHash(series: readonly Bars[]): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(series.map((bars) => [bars.source, bars.interval, bars.symbol, bars.time.length])));
  const before = turnsAfter(VALUES_PER_TURN);
  for (const column of series.flatMap((bars) => COLUMN_NAMES.map((name) => bars[name]))) {
    for (let from = 0; from < column.length; from += VALUES_PER_TURN) {
      const piece = column.subarray(from, from + VALUES_PER_TURN);
      await before(piece.length);
      hash.update(piece);
    }
  }
  return hash.digest('hex');
}

/** The times that are in both, all ascending; `left` itself when nothing is missing. */
function commonTimes(left: Float64Array, right: Float64Array): Float64Array {
  const common = new Float64Array(left.length);
  let [count, cursor] = [0, 0];
  for (const time of left) {
    while ((right[cursor] ?? Number.POSITIVE_INFINITY) < time) cursor += 1;
    if (right[cursor] !== time) continue;
    common[count] = time;
    count += 1;
  }
  return count === left.length ? left : common.subarray(0, count);
}

/** The rows of `times` that hold the `common` ones, which are all there. */
function rowsOf(times: Float64Array, common: Float64Array): Int32Array {
  const rows = new Int32Array(common.length);
  let row = 0;
  for (const [index, time] of common.entries()) {
    while ((times[row] ?? Number.POSITIVE_INFINITY) < time) row += 1;
    rows[index] = row;
  }
  return rows;
}
