import { Readable } from 'node:stream';
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { CsvError, type Info, parse } from 'csv-parse';
import { invalid, invariant } from '../../core/index.ts';
import { allocateColumns, type BarColumns, COLUMN_NAMES, copyRows } from '../bars.ts';
import type { Interval } from '../interval.ts';
import { type CsvLayout, readHeader } from './header.ts';
import { type BarRow, checkFollows, readRow, rowError } from './row.ts';

/** The text of a file, whole or in pieces of any size; bytes are UTF-8. */
export type CsvSource = AsyncIterable<Uint8Array | string> | string;

/** The greatest number of bars of one file: 20 years of minutes of an equity. */
const MAX_ROWS = 2_000_000;
/** Characters of one row. */
const MAX_ROW_LENGTH = 4096;
const PIECE_LENGTH = 16_384;
/** Rows read before other work gets its turn: about 5 ms. */
const ROWS_PER_TURN = 500;

/**
 * Reads a price file as Yahoo, Stooq and pandas write them: comma-separated with a header (see `readHeader`), ascending
 * in time, byte order mark, CRLF, quotes and empty lines allowed. Nothing is guessed: the first row that is not clearly
 * a bar refuses the file. Times are read as `cells.ts` says, prices taken as given.
 *
 * @throws {DomainError} VALIDATION at `csv.<row>` (the line in the file, the header being line 1), or at `csv` when
 * there are no rows
 */
export async function parseBarsCsv(source: CsvSource, interval: Interval): Promise<BarColumns> {
  const bars = new GrowingBars();
  let layout: CsvLayout | undefined;
  for await (const { cells, row } of csvLines(source)) {
    if (layout === undefined) {
      layout = readHeader(cells, row);
      continue;
    }
    const bar = readRow(cells, row, { layout, interval });
    if (bars.rows > 0) checkFollows(bar.time, bars.lastTime, { row, interval });
    if (bars.rows === MAX_ROWS) throw rowError(row, `a file holds at most ${MAX_ROWS} bars`);
    bars.push(bar);
    if (bars.rows % ROWS_PER_TURN === 0) await yieldToEvents();
  }
  if (layout === undefined) throw invalid('csv', 'Expected a header and rows of bars, found an empty file.');
  if (bars.rows === 0) throw invalid('csv', 'Expected rows of bars after the header, found none.');
  return bars.columns();
}

/** One record of the file and the number of the line on which it ends. */
interface CsvLine {
  readonly cells: readonly string[];
  readonly row: number;
}

async function* csvLines(source: CsvSource): AsyncGenerator<CsvLine> {
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_ROW_LENGTH,
    info: true,
  });
  const input = Readable.from(typeof source === 'string' ? pieces(source) : source, { objectMode: false });
  try {
    // Piping is what must not fail silently: when the source breaks, the parser is destroyed with that error.
    input.once('error', (error) => parser.destroy(error)).pipe(parser);
    for await (const entry of parser) {
      invariant(isParsedRecord(entry), 'with its option "info" the CSV parser emits records with their lines');
      yield { cells: entry.record, row: entry.info.lines };
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error) : error;
  } finally {
    input.destroy();
  }
}

function isParsedRecord(entry: unknown): entry is { readonly record: readonly string[]; readonly info: Info } {
  return typeof entry === 'object' && entry !== null && 'record' in entry && 'info' in entry;
}

/** Columns that double when they are full. */
class GrowingBars {
  #columns = allocateColumns(1024);
  rows = 0;

  get lastTime(): number {
    return this.#columns.time[this.rows - 1] ?? Number.NEGATIVE_INFINITY;
  }

  push(bar: BarRow): void {
    if (this.rows === this.#columns.time.length) this.#grow();
    this.#columns.time[this.rows] = bar.time;
    this.#columns.open[this.rows] = bar.open;
    this.#columns.high[this.rows] = bar.high;
    this.#columns.low[this.rows] = bar.low;
    this.#columns.close[this.rows] = bar.close;
    this.#columns.volume[this.rows] = bar.volume;
    this.rows += 1;
  }

  columns(): BarColumns {
    return copyRows(this.#columns, 0, this.rows);
  }

  #grow(): void {
    const larger = allocateColumns(this.rows * 2);
    for (const name of COLUMN_NAMES) larger[name].set(this.#columns[name]);
    this.#columns = larger;
  }
}

/** A file that is not CSV at all: quotes that do not close, rows without end. */
function unreadable(error: CsvError): Error {
  const line = error['lines'];
  const row = typeof line === 'number' ? line : 1;
  if (error.code === 'CSV_MAX_RECORD_SIZE') return rowError(row, `it is longer than ${MAX_ROW_LENGTH} characters`);
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return rowError(row, 'a quote is opened and never closed');
  return rowError(row, 'it is not comma-separated text, because of a misplaced quote');
}

function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length; from += PIECE_LENGTH) yield text.slice(from, from + PIECE_LENGTH);
}
