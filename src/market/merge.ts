import { allocateColumns, type BarColumns, COLUMN_NAMES, copyRows } from './bars.ts';

/** Two series as one, and what the second changed in the first. */
export interface MergedBars {
  readonly bars: BarColumns;
  /** Bars whose time was not there before. */
  readonly inserted: number;
  /** Bars that were there with at least one other value. */
  readonly updated: number;
}

/** Merges by time, both ascending; where both have a bar, the incoming one stays. Merging twice changes nothing more. */
export function mergeBars(stored: BarColumns, incoming: BarColumns): MergedBars {
  const merged = allocateColumns(stored.time.length + incoming.time.length);
  let [left, right, rows, inserted, updated] = [0, 0, 0, 0, 0];
  while (left < stored.time.length || right < incoming.time.length) {
    const isStored = timeAt(stored, left) <= timeAt(incoming, right);
    const isIncoming = timeAt(incoming, right) <= timeAt(stored, left);
    const source = isIncoming ? incoming : stored;
    const row = isIncoming ? right : left;
    for (const name of COLUMN_NAMES) merged[name][rows] = source[name][row] ?? Number.NaN;
    if (isIncoming && !isStored) inserted += 1;
    if (isIncoming && isStored && !isSameBar(stored, left, { other: incoming, row: right })) updated += 1;
    rows += 1;
    if (isStored) left += 1;
    if (isIncoming) right += 1;
  }
  return { bars: rows === merged.time.length ? merged : copyRows(merged, 0, rows), inserted, updated };
}

/** After the last bar there is nothing before any other time. */
function timeAt(bars: BarColumns, row: number): number {
  return bars.time[row] ?? Number.POSITIVE_INFINITY;
}

function isSameBar(bars: BarColumns, index: number, { other, row }: { other: BarColumns; row: number }): boolean {
  return COLUMN_NAMES.every((name) => bars[name][index] === other[name][row]);
}
