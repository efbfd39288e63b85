/**
 * How bars lie in the database: one chunk per year (bars of a day and longer) or month (intraday, both in UTC), its
 * columns one after the other as little-endian float64, with a checksum that is compared whenever it is read.
 */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { invariant } from '../core/index.ts';
import { allocateColumns, type BarColumns, COLUMN_NAMES, copyRows } from './bars.ts';
import { type Interval, intervalMinutes } from './interval.ts';

invariant(endianness() === 'LE', 'stored bars are little-endian, and so must be the processor');

/** The bars of one period as they are stored. */
export interface StoredChunk {
  /** `2020` or `2020-01`. */
  readonly period: string;
  readonly rows: number;
  readonly columns: Uint8Array<ArrayBuffer>;
  /** SHA-256 of `columns`, 64 hex digits. */
  readonly checksum: string;
}

/** The period of the chunk that holds a bar; periods sort as texts. */
export function periodOf(time: number, interval: Interval): string {
  return new Date(time).toISOString().slice(0, intervalMinutes(interval) === null ? 4 : 7);
}

/** Cuts a series at the ends of periods, ascending. */
export function splitByPeriod(columns: BarColumns, interval: Interval): ReadonlyMap<string, BarColumns> {
  const parts = new Map<string, BarColumns>();
  const rows = columns.time.length;
  let from = 0;
  while (from < rows) {
    const period = periodOf(columns.time[from] ?? Number.NaN, interval);
    let to = from + 1;
    while (to < rows && periodOf(columns.time[to] ?? Number.NaN, interval) === period) to += 1;
    parts.set(period, copyRows(columns, from, to));
    from = to;
  }
  return parts;
}

/** Bars to bytes. */
export function encodeChunk(period: string, bars: BarColumns): StoredChunk {
  const rows = bars.time.length;
  const floats = new Float64Array(rows * COLUMN_NAMES.length);
  COLUMN_NAMES.forEach((name, index) => floats.set(bars[name], index * rows));
  const columns = new Uint8Array(floats.buffer);
  return { period, rows, columns, checksum: sha256(columns) };
}

/**
 * Bytes to bars.
 *
 * @param series what a bug report calls the series, e.g. `7 (SPY 1d)`
 * @throws {InvariantViolation} when the bytes are not those that were written
 */
export function decodeChunk(
  chunk: Omit<StoredChunk, 'columns'> & { readonly columns: Uint8Array },
  series: string,
): BarColumns {
  const isIntact =
    chunk.columns.byteLength === chunk.rows * COLUMN_NAMES.length * Float64Array.BYTES_PER_ELEMENT &&
    sha256(chunk.columns) === chunk.checksum;
  invariant(isIntact, `the stored bars of series ${series} in ${chunk.period} do not match their checksum`);
  const bars = allocateColumns(chunk.rows);
  // The six columns of `allocateColumns` share one buffer in this order.
  new Uint8Array(bars.time.buffer).set(chunk.columns);
  return bars;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
