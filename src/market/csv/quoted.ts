/**
 * The rare record in which a cell is quoted. Before a cell come blanks; it is bare, up to the next comma, or quoted, up to
 * the quote that is not doubled, after which only blanks may come. Within quotes commas and line ends are text.
 */
import { COMMA, isBlank, isLineEnd, LINE_FEED, QUOTE } from './bytes.ts';
import { rowError } from './row-error.ts';

/** The record without its quotes. */
export interface QuotedRecord {
  /** The cells one after the other. */
  readonly bytes: Uint8Array;
  /** Where each cell ends; the next one begins there. */
  readonly ends: readonly number[];
  /** Bytes of the record as it is written, up to the end of its line. */
  readonly length: number;
  /** Line feeds within its cells. */
  readonly lineFeeds: number;
}

/**
 * Reads the record at the beginning of `bytes`; `null` when its end is not there.
 *
 * @param row the line on which it begins, for errors
 * @throws {DomainError} VALIDATION at `csv.<row>` when a quote is where none may be
 */
export function readQuotedRecord(bytes: Uint8Array, row: number): QuotedRecord | null {
  const plain: number[] = [];
  const ends: number[] = [];
  let state: 'before' | 'bare' | 'quoted' | 'after' = 'before';
  let lineFeeds = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (state === 'quoted') {
      if (byte !== QUOTE || bytes[at + 1] === QUOTE) {
        if (byte === LINE_FEED) lineFeeds += 1;
        plain.push(byte);
        if (byte === QUOTE) at += 1;
      } else state = 'after';
    } else if (byte === COMMA || isLineEnd(byte)) {
      if (state === 'bare') dropBlanks(plain, ends.at(-1) ?? 0);
      ends.push(plain.length);
      if (byte !== COMMA) return { bytes: Uint8Array.from(plain), ends, length: at, lineFeeds };
      state = 'before';
    } else if (state === 'before' && byte === QUOTE) {
      state = 'quoted';
    } else if (byte === QUOTE || (state === 'after' && !isBlank(byte))) {
      throw rowError(row + lineFeeds, 'it is not comma-separated text, because of a misplaced quote');
    } else if (state === 'bare' || !isBlank(byte)) {
      plain.push(byte);
      state = 'bare';
    }
  }
  return null;
}

/** Takes the blanks from the end of a bare cell, which began at `start`. */
function dropBlanks(plain: number[], start: number): void {
  while (plain.length > start && isBlank(plain.at(-1))) plain.pop();
}
