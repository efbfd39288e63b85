import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { invalid } from '../../core/index.ts';
import type { BarColumns } from '../bars.ts';
import type { Interval } from '../interval.ts';
import { BarBlocks } from './bar-blocks.ts';
import { type CsvLayout, readHeader } from './header.ts';
import { type CsvRecord, CsvRecords, cellText } from './records.ts';
import { checkFollows, readRow } from './row.ts';
import { rowError } from './row-error.ts';
import { TimeReader } from './time-reader.ts';

/** The text of a file, whole or in pieces of any size; bytes are UTF-8. */
export type CsvSource = AsyncIterable<Uint8Array | string> | string;

/** The greatest number of bars of one file: 20 years of minutes of an equity. */
const MAX_ROWS = 2_000_000;
/** Bytes read before other work gets its turn: about 1 ms. */
const BYTES_PER_TURN = 65_536;

/**
 * Reads a price file as Yahoo, Stooq and pandas write them: comma-separated with a header (see `readHeader`), ascending
 * in time, byte order mark, CRLF, quotes and empty lines allowed. Nothing is guessed: the first row that is not clearly
 * a bar refuses the file. Times are read as `cells.ts` says, prices taken as given.
 *
 * @throws {DomainError} VALIDATION at `csv.<row>` (the line in the file, the header being line 1), or at `csv` when
 * there are no rows
 */
export async function parseBarsCsv(source: CsvSource, interval: Interval): Promise<BarColumns> {
  const bars = new BarBlocks();
  const times = new TimeReader();
  let layout: CsvLayout | undefined;
  const records = new CsvRecords((record) => {
    if (layout === undefined) layout = readHeader(cellsOf(record), record.row);
    else pushRow(bars, record, { layout, interval, times });
  });
  for await (const piece of pieces(source)) {
    records.read(piece);
    await yieldToEvents();
  }
  records.end();
  if (layout === undefined) throw invalid('csv', 'Expected a header and rows of bars, found an empty file.');
  if (bars.rows === 0) throw invalid('csv', 'Expected rows of bars after the header, found none.');
  return bars.columns();
}

function pushRow(bars: BarBlocks, record: CsvRecord, format: Parameters<typeof readRow>[1]): void {
  const { row } = record;
  const bar = readRow(record, format);
  if (bars.rows > 0) checkFollows(bar.time, bars.lastTime, { row, interval: format.interval });
  if (bars.rows === MAX_ROWS) throw rowError(row, `a file holds at most ${MAX_ROWS} bars`);
  bars.push(bar);
}

function cellsOf(record: CsvRecord): readonly string[] {
  return Array.from({ length: record.fields }, (_, field) => cellText(record, field));
}

async function* pieces(source: CsvSource): AsyncGenerator<Uint8Array> {
  for await (const piece of typeof source === 'string' ? [source] : source) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    for (let from = 0; from < bytes.length; from += BYTES_PER_TURN) yield bytes.subarray(from, from + BYTES_PER_TURN);
  }
}
