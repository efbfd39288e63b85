/** One row of a price file, checked. Every complaint names the row and shows what was found there. */
import { formatBarTime } from '../bars.ts';
import { type Interval, intervalMinutes } from '../interval.ts';
import { parseDayCell, parseInstantCell, parseNumberCell } from './cells.ts';
import { readDecimal } from './decimal.ts';
import type { CsvLayout } from './header.ts';
import { type CsvRecord, cellText } from './records.ts';
import { rowError } from './row-error.ts';
import type { TimeReader } from './time-reader.ts';

/** One bar of a file. */
export interface BarRow {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** What a row is read by. */
export interface RowFormat {
  readonly layout: CsvLayout;
  readonly interval: Interval;
  readonly times: TimeReader;
}

/** Adjusted prices are products of rounded numbers: by this fraction a close may stand above its high. */
const ROUNDING = 1e-6;

/**
 * Reads one row. A high or low that misses open or close by no more than rounding (a fraction of 1e-6) is moved to it,
 * so that low <= open, close <= high holds for every bar that is stored.
 *
 * @throws {DomainError} VALIDATION at `csv.<row>`
 */
export function readRow(record: CsvRecord, format: RowFormat): BarRow {
  const { layout } = format;
  const { row } = record;
  if (record.fields !== layout.fields) {
    throw rowError(row, `expected ${layout.fields} fields as in the header, found ${record.fields}`);
  }
  const time = readTime(record, format);
  const open = readPrice(record, layout, 'open');
  const high = readPrice(record, layout, 'high');
  const low = readPrice(record, layout, 'low');
  const close = readPrice(record, layout, 'close');
  const top = Math.max(open, close, low);
  const bottom = Math.min(open, close);
  if (high < top * (1 - ROUNDING)) throw rowError(row, `the high ${high} is below ${top}, another price of the bar`);
  if (low > bottom * (1 + ROUNDING)) throw rowError(row, `the low ${low} is above ${bottom}, another price of the bar`);
  const volume = layout.volume === undefined ? 0 : readVolume(record, layout.volume);
  return { time, open, high: Math.max(high, top), low: Math.min(low, bottom), close, volume };
}

/**
 * Checks that a bar follows the one before it.
 *
 * @throws {DomainError} VALIDATION at `csv.<row>` when its time is the same or earlier, or when an intraday bar begins
 * before the last one has ended
 */
export function checkFollows(
  time: number,
  previous: number,
  at: { readonly row: number; readonly interval: Interval },
): void {
  const { row, interval } = at;
  const show = (instant: number): string => formatBarTime(instant, interval);
  if (time === previous) throw rowError(row, `the time ${show(time)} is there twice`);
  if (time < previous) throw rowError(row, `expected ascending times, found ${show(time)} after ${show(previous)}`);
  const minutes = intervalMinutes(interval);
  if (minutes !== null && time < previous + minutes * 60_000) {
    throw rowError(row, `${show(time)} is less than ${interval} after ${show(previous)}`);
  }
}

function readTime(record: CsvRecord, { layout, interval, times }: RowFormat): number {
  const start = record.starts[layout.time] ?? 0;
  const end = record.ends[layout.time] ?? 0;
  const isDay = intervalMinutes(interval) === null;
  const quickly = isDay ? times.day(record.bytes, start, end) : times.instant(record.bytes, start, end);
  if (!Number.isNaN(quickly)) return quickly;
  const cell = cellText(record, layout.time);
  const time = isDay ? parseDayCell(cell) : parseInstantCell(cell);
  if (time !== undefined) return time;
  const expected = isDay ? 'a date such as 2020-01-02' : 'a date and time such as 2020-01-02T14:30:00Z';
  throw rowError(record.row, `expected ${expected}, found ${shown(cell)}`);
}

function readPrice(record: CsvRecord, layout: CsvLayout, name: 'open' | 'high' | 'low' | 'close'): number {
  const price = readNumber(record, layout[name]);
  if (price > 0) return price;
  throw rowError(record.row, `expected a positive number as ${name}, found ${shown(cellText(record, layout[name]))}`);
}

/** An empty cell means that the source does not tell, which is 0. */
function readVolume(record: CsvRecord, field: number): number {
  if (record.starts[field] === record.ends[field]) return 0;
  const volume = readNumber(record, field);
  if (volume >= 0) return volume;
  throw rowError(record.row, `expected a volume of 0 or more, found ${shown(cellText(record, field))}`);
}

/** The number in a cell; NaN when there is none. */
function readNumber(record: CsvRecord, field: number): number {
  const quickly = readDecimal(record.bytes, record.starts[field] ?? 0, record.ends[field] ?? 0);
  return Number.isNaN(quickly) ? (parseNumberCell(cellText(record, field)) ?? Number.NaN) : quickly;
}

function shown(cell: string): string {
  return JSON.stringify(cell.slice(0, 40));
}
