/**
 * How bars lie in the database: one chunk per year (bars of a day and longer) or month (intraday, both in UTC), packed,
 * with a checksum of the stored bytes that is compared whenever it is read.
 */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { invariant } from '../core/index.ts';
import { type BarColumns, COLUMN_NAMES, lowerBound, viewRows } from './bars.ts';
import { type Interval, intervalMinutes } from './interval.ts';
import { packColumns, unpackColumns } from './packed-columns.ts';

invariant(endianness() === 'LE', 'stored bars are little-endian, and so must be the processor');

/** Columns one after the other as float64: how chunks were written before they were packed. They stay readable. */
const PLAIN = 0;
/** As `packColumns` writes it. */
const PACKED = 1;

/** The bars of one period as they are stored. */
export interface StoredChunk {
  /** `2020` or `2020-01`. */
  readonly period: string;
  readonly rows: number;
  /** How `columns` holds the bars: 0 or 1. */
  readonly encoding: number;
  readonly columns: Uint8Array<ArrayBuffer>;
  /** SHA-256 of `columns`, 64 hex digits. */
  readonly checksum: string;
}

/** The period of the chunk that holds a bar; periods sort as texts. */
export function periodOf(time: number, interval: Interval): string {
  return new Date(time).toISOString().slice(0, intervalMinutes(interval) === null ? 4 : 7);
}

/** Cuts a series at the ends of periods, ascending. The parts are views of it. */
export function splitByPeriod(columns: BarColumns, interval: Interval): ReadonlyMap<string, BarColumns> {
  const parts = new Map<string, BarColumns>();
  let from = 0;
  while (from < columns.time.length) {
    const time = columns.time[from] ?? Number.NaN;
    const to = lowerBound(columns.time, endOfPeriod(time, interval));
    parts.set(periodOf(time, interval), viewRows(columns, from, to));
    from = to;
  }
  return parts;
}

/** Bars to bytes. */
export function encodeChunk(period: string, bars: BarColumns): StoredChunk {
  const columns = packColumns(bars);
  return { period, rows: bars.time.length, encoding: PACKED, columns, checksum: sha256(columns) };
}

/**
 * Bytes to bars, written into `target`, which has as many rows as the chunk.
 *
 * @param series what a bug report calls the series, e.g. `7 (SPY 1d)`
 * @throws {InvariantViolation} when the bytes are not those that were written
 */
export function decodeChunk(
  chunk: Omit<StoredChunk, 'columns'> & { readonly columns: Uint8Array },
  target: BarColumns,
  series: string,
): void {
  const { period, rows, encoding, columns } = chunk;
  const isIntact = rows === target.time.length && sha256(columns) === chunk.checksum;
  invariant(isIntact, `the stored bars of series ${series} in ${period} do not match their checksum`);
  if (encoding === PACKED) unpackColumns(columns, target);
  else copyPlain(chunk, target, series);
}

function copyPlain(chunk: Parameters<typeof decodeChunk>[0], target: BarColumns, series: string): void {
  const { period, rows, encoding, columns } = chunk;
  const width = rows * Float64Array.BYTES_PER_ELEMENT;
  const isPlain = encoding === PLAIN && columns.byteLength === width * COLUMN_NAMES.length;
  invariant(isPlain, `the stored bars of series ${series} in ${period} are not in encoding ${encoding}`);
  COLUMN_NAMES.forEach((name, index) => {
    const { buffer, byteOffset } = target[name];
    // As bytes, because what the database gives need not begin at a multiple of 8.
    new Uint8Array(buffer, byteOffset, width).set(columns.subarray(index * width, (index + 1) * width));
  });
}

/** The first instant after the period that holds `time`. */
function endOfPeriod(time: number, interval: Interval): number {
  const date = new Date(time);
  const isYear = intervalMinutes(interval) === null;
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  // Not Date.UTC, which takes the year 50 for 1950.
  return new Date(0).setUTCFullYear(isYear ? year + 1 : year, isYear ? 0 : month + 1, 1);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
