import { formatDate, utcDay } from '../core/index.ts';
import { type Interval, intervalMinutes } from './interval.ts';

/** The columns of `BarColumns`, in the order in which they are stored and hashed. */
export const COLUMN_NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Bars as columns of equal length T, ascending in time. */
export interface BarColumns {
  /** [T] start of each bar, epoch milliseconds; 00:00 UTC of the exchange date for days and longer. */
  readonly time: Float64Array;
  /** [T] in the quote currency. */
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** [T] units traded; 0 where the source does not tell. */
  readonly volume: Float64Array;
}

/**
 * One series of bars as columns of equal length T, ascending in time, prices adjusted for splits and dividends where
 * the source can. The columns are views on SharedArrayBuffers, so that workers and jobs share them; nobody writes to them.
 */
export interface Bars extends BarColumns {
  readonly symbol: string;
  readonly interval: Interval;
  /** Where the prices come from: `simulated`, `csv` or a provider's name. */
  readonly source: string;
}

/** Columns of `rows` zeros on one SharedArrayBuffer, for the caller to fill. */
export function allocateColumns(rows: number): BarColumns {
  const buffer = new SharedArrayBuffer(rows * COLUMN_NAMES.length * Float64Array.BYTES_PER_ELEMENT);
  const column = (index: number): Float64Array =>
    new Float64Array(buffer, index * rows * Float64Array.BYTES_PER_ELEMENT, rows);
  return { time: column(0), open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) };
}

/** The rows [from, to) of the same memory: what is written to one is written to both. */
export function viewRows(columns: BarColumns, from: number, to: number): BarColumns {
  const view = (column: Float64Array): Float64Array => column.subarray(from, Math.max(from, to));
  const { time, open, high, low, close, volume } = columns;
  return {
    time: view(time),
    open: view(open),
    high: view(high),
    low: view(low),
    close: view(close),
    volume: view(volume),
  };
}

/** A copy of the rows [from, to), on memory of its own. */
export function copyRows(columns: BarColumns, from: number, to: number): BarColumns {
  const copy = allocateColumns(Math.max(0, to - from));
  const rows = viewRows(columns, from, to);
  for (const name of COLUMN_NAMES) copy[name].set(rows[name]);
  return copy;
}

/** A copy of the given rows (indexes, ascending), on memory of its own. */
export function pickRows(columns: BarColumns, rows: ArrayLike<number>): BarColumns {
  const copy = allocateColumns(rows.length);
  for (const name of COLUMN_NAMES) {
    const source = columns[name];
    const target = copy[name];
    for (let index = 0; index < rows.length; index++) target[index] = source[rows[index] ?? -1] ?? Number.NaN;
  }
  return copy;
}

/** Memory that the columns take, in bytes. */
export function byteLengthOf(columns: BarColumns): number {
  return COLUMN_NAMES.reduce((sum, name) => sum + columns[name].byteLength, 0);
}

/** The index of the first value that is not below `value` in an ascending column; its length when there is none. */
export function lowerBound(column: Float64Array, value: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((column[middle] ?? Number.POSITIVE_INFINITY) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A bar's time as people write it: `2020-01-02` for days and longer, `2020-01-02T14:30:00Z` within the day. */
export function formatBarTime(time: number, interval: Interval): string {
  return barTimeFormat(interval)(time);
}

/** `formatBarTime` for many times in turn: those of one day share its text, which takes longest to write. */
export function barTimeFormat(interval: Interval): (time: number) => string {
  if (intervalMinutes(interval) === null) return formatDate;
  let [day, date] = [Number.NaN, ''];
  return (time) => {
    if (utcDay(time) !== day) [day, date] = [utcDay(time), formatDate(time)];
    const seconds = (time - day) / 1000;
    return `${date}T${twoDigits(seconds / 3600)}:${twoDigits((seconds / 60) % 60)}:${twoDigits(seconds % 60)}Z`;
  };
}

/** By number. */
const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** The whole part of a number in [0, 60). */
function twoDigits(value: number): string {
  return TWO_DIGITS[Math.floor(value)] ?? '';
}
