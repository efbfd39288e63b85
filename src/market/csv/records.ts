/**
 * Cuts the bytes of a comma-separated file into records, without making a text of any of them. A record is one line,
 * ended by a line feed, a carriage return or both; a quoted cell may go on over several. Empty lines are passed over.
 */
import { COMMA, isBlank, isLineEnd, LINE_FEED, QUOTE } from './bytes.ts';
import { readQuotedRecord } from './quoted.ts';
import { rowError } from './row-error.ts';

/** The greatest number of bytes of one record. */
const MAX_RECORD_BYTES = 4096;

/** One record. It is the same object for all of them: read it before the next one comes. */
export interface CsvRecord {
  /** UTF-8, in which the cells lie. */
  readonly bytes: Uint8Array;
  /** Where each cell begins and ends (exclusive), without blanks around it; only the first `fields` entries count. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly fields: number;
  /** The line on which it ends, the first of the file being 1. */
  readonly row: number;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The text of a cell; bytes that are no UTF-8 become U+FFFD. */
export function cellText({ bytes, starts, ends }: CsvRecord, field: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8', starts[field], ends[field]);
}

/** See the head of this file. Bytes go in through `read` in pieces of any size; `end` says that there are no more. */
export class CsvRecords {
  readonly #take: (record: CsvRecord) => void;
  readonly #starts = new Int32Array(MAX_RECORD_BYTES + 1);
  readonly #ends = new Int32Array(MAX_RECORD_BYTES + 1);
  readonly #record: Writable<CsvRecord> = {
    bytes: new Uint8Array(),
    starts: this.#starts,
    ends: this.#ends,
    fields: 0,
    row: 1,
  };
  /** The beginning of a record whose end has not arrived. */
  #rest = new Uint8Array();
  /** Whether a byte order mark may still come. */
  #isAtStart = true;

  /** @param take is called with each record; what it throws ends the reading */
  constructor(take: (record: CsvRecord) => void) {
    this.#take = take;
  }

  /**
   * Reads the next bytes of the file.
   *
   * @throws {DomainError} VALIDATION at `csv.<row>` when a record is too long or a quote misplaced
   */
  read(piece: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? piece : joined(this.#rest, piece);
    let from = 0;
    if (!this.#isAtStart || bytes.length >= 3) {
      if (this.#isAtStart && isByteOrderMark(bytes)) from = 3;
      this.#isAtStart = false;
      from = this.#readRecords(bytes, from);
    }
    // A copy, because the piece belongs to the caller.
    this.#rest = bytes.slice(from);
  }

  /**
   * Reads what is left: a file need not end with a line feed.
   *
   * @throws {DomainError} VALIDATION at `csv.<row>` as `read` does, and when a quote is still open
   */
  end(): void {
    this.#isAtStart = false;
    this.read(Uint8Array.of(LINE_FEED));
    if (this.#rest.length > 0) throw rowError(this.#record.row, 'a quote is opened and never closed');
  }

  /** Reads as many records as have ended, and answers where the next one begins. */
  #readRecords(bytes: Uint8Array, start: number): number {
    let from = start;
    while (from < bytes.length) {
      const next = this.#readRecord(bytes, from);
      if (next < 0) return this.#waitFor(bytes, from);
      from = next;
    }
    return from;
  }

  #waitFor(bytes: Uint8Array, from: number): number {
    // One byte more, which may be the carriage return of a record that is just as long as it may be.
    if (bytes.length - from <= MAX_RECORD_BYTES + 1) return from;
    throw rowError(this.#record.row, `it is longer than ${MAX_RECORD_BYTES} bytes`);
  }

  /** Reads one record and answers where the next one begins, or -1 when its end is not there yet. */
  #readRecord(bytes: Uint8Array, from: number): number {
    const record = this.#record;
    record.bytes = bytes;
    record.fields = 0;
    const limit = Math.min(bytes.length, from + MAX_RECORD_BYTES + 1);
    let start = from;
    for (let at = from; at < limit; at++) {
      const byte = bytes[at] ?? 0;
      if (byte > COMMA) continue;
      if (byte === QUOTE) return this.#readQuoted(bytes, from, limit);
      if (byte === COMMA) {
        this.#addCell(start, at);
        start = at + 1;
      } else if (isLineEnd(byte)) {
        this.#addCell(start, at);
        return this.#finish(afterLineEnd(bytes, at));
      }
    }
    return -1;
  }

  #addCell(from: number, to: number): void {
    const { bytes, fields } = this.#record;
    let [start, end] = [from, to];
    while (start < end && isBlank(bytes[start])) start += 1;
    while (start < end && isBlank(bytes[end - 1])) end -= 1;
    this.#starts[fields] = start;
    this.#ends[fields] = end;
    this.#record.fields += 1;
  }

  #finish(next: number): number {
    if (next < 0) return next;
    const record = this.#record;
    const isEmpty = record.fields === 1 && record.starts[0] === record.ends[0];
    if (!isEmpty) this.#take(record);
    record.row += 1;
    return next;
  }

  #readQuoted(bytes: Uint8Array, from: number, limit: number): number {
    const record = this.#record;
    const quoted = readQuotedRecord(bytes.subarray(from, limit), record.row);
    const next = quoted === null ? -1 : afterLineEnd(bytes, from + quoted.length);
    if (quoted === null || next < 0) return -1;
    record.bytes = quoted.bytes;
    record.fields = quoted.ends.length;
    for (const [field, end] of quoted.ends.entries()) {
      this.#starts[field] = quoted.ends[field - 1] ?? 0;
      this.#ends[field] = end;
    }
    record.row += quoted.lineFeeds;
    this.#take(record);
    record.row += 1;
    return next;
  }
}

/** Where the next line begins, when this one ends at `at`; -1 when a line feed may still follow the carriage return. */
function afterLineEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] === LINE_FEED) return at + 1;
  if (at + 1 === bytes.length) return -1;
  return bytes[at + 1] === LINE_FEED ? at + 2 : at + 1;
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

function isByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
