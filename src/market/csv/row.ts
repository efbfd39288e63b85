/** One row of a price file, checked. Every complaint names the row and shows what was found there. */
import { invalid } from '../../core/index.ts';
import { formatBarTime } from '../bars.ts';
import { type Interval, intervalMinutes } from '../interval.ts';
import { parseDayCell, parseInstantCell, parseNumberCell } from './cells.ts';
import type { CsvLayout } from './header.ts';

/** One bar of a file. */
export interface BarRow {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Adjusted prices are products of rounded numbers: by this fraction a close may stand above its high. */
const ROUNDING = 1e-6;

/**
 * Reads one row. A high or low that misses open or close by no more than rounding (a fraction of 1e-6) is moved to it,
 * so that low <= open, close <= high holds for every bar that is stored.
 *
 * @param row the number of its line in the file, the header being line 1
 * @throws {DomainError} VALIDATION at `csv.<row>`
 */
export function readRow(
  cells: readonly string[],
  row: number,
  format: { layout: CsvLayout; interval: Interval },
): BarRow {
  const { layout, interval } = format;
  if (cells.length !== layout.fields) {
    throw rowError(row, `expected ${layout.fields} fields as in the header, found ${cells.length}`);
  }
  const time = readTime(cells[layout.time] ?? '', row, interval);
  const price = (name: 'open' | 'high' | 'low' | 'close'): number => {
    const cell = cells[layout[name]] ?? '';
    const value = parseNumberCell(cell);
    if (value === undefined || value <= 0)
      throw rowError(row, `expected a positive number as ${name}, found ${shown(cell)}`);
    return value;
  };
  const open = price('open');
  const high = price('high');
  const low = price('low');
  const close = price('close');
  const top = Math.max(open, close, low);
  const bottom = Math.min(open, close);
  if (high < top * (1 - ROUNDING)) throw rowError(row, `the high ${high} is below ${top}, another price of the bar`);
  if (low > bottom * (1 + ROUNDING)) throw rowError(row, `the low ${low} is above ${bottom}, another price of the bar`);
  const volume = readVolume(layout.volume === undefined ? '' : (cells[layout.volume] ?? ''), row);
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

/** A complaint about one row of the file. */
export function rowError(row: number, reason: string): Error {
  return invalid(`csv.${row}`, `Row ${row}: ${reason}.`, { row });
}

function readTime(cell: string, row: number, interval: Interval): number {
  if (intervalMinutes(interval) === null) {
    const day = parseDayCell(cell);
    if (day === undefined) throw rowError(row, `expected a date such as 2020-01-02, found ${shown(cell)}`);
    return day;
  }
  const instant = parseInstantCell(cell);
  if (instant === undefined) {
    throw rowError(row, `expected a date and time such as 2020-01-02T14:30:00Z, found ${shown(cell)}`);
  }
  return instant;
}

/** An empty cell means that the source does not tell, which is 0. */
function readVolume(cell: string, row: number): number {
  const volume = cell === '' ? 0 : parseNumberCell(cell);
  if (volume === undefined || volume < 0) {
    throw rowError(row, `expected a volume of 0 or more, found ${shown(cell)}`);
  }
  return volume;
}

function shown(cell: string): string {
  return JSON.stringify(cell.slice(0, 40));
}
