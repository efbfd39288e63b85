import { dayFromDate } from '../../core/index.ts';
import { COLON, LETTER_T, LETTER_Z, MINUS, PLUS, SPACE, ZERO } from './bytes.ts';

const DATE_LENGTH = 10;
/** Of `2020-01-02T14:30` and `2020-01-02T14:30:00`. */
const MINUTE_LENGTH = 16;
const SECOND_LENGTH = 19;
/** Of `+05:30`. */
const ZONE_LENGTH = 6;
const MINUTE_MS = 60_000;

/**
 * Reads the usual forms of times from bytes, as `parseDayCell` and `parseInstantCell` would read them, and answers NaN for
 * every other form: then they have to be asked. It remembers the last date, which the next row mostly shares.
 */
export class TimeReader {
  #dateKey = -1;
  #day = Number.NaN;

  /** `2020-01-02`, as 00:00 UTC of that date. */
  day(bytes: Uint8Array, start: number, end: number): number {
    return end - start === DATE_LENGTH ? this.#date(bytes, start) : Number.NaN;
  }

  /** `2020-01-02`, `T` or a space, `14:30` or `14:30:00`, and nothing, `Z` or `+05:30`. */
  instant(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < MINUTE_LENGTH) return Number.NaN;
    const separator = bytes[start + DATE_LENGTH];
    if (separator !== LETTER_T && separator !== SPACE) return Number.NaN;
    const hasSeconds = end - start >= SECOND_LENGTH && bytes[start + MINUTE_LENGTH] === COLON;
    const seconds = hasSeconds ? twoDigits(bytes, start + 17, 59) : 0;
    const minutes = clock(bytes, start + DATE_LENGTH + 1, 23);
    const offset = zone(bytes, start + (hasSeconds ? SECOND_LENGTH : MINUTE_LENGTH), end);
    return this.#date(bytes, start) + (minutes - offset) * MINUTE_MS + seconds * 1000;
  }

  #date(bytes: Uint8Array, start: number): number {
    if (bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return Number.NaN;
    const year = twoDigits(bytes, start, 99) * 100 + twoDigits(bytes, start + 2, 99);
    const key = year * 10_000 + twoDigits(bytes, start + 5, 12) * 100 + twoDigits(bytes, start + 8, 31);
    if (key === this.#dateKey) return this.#day;
    if (Number.isNaN(key)) return Number.NaN;
    this.#dateKey = key;
    this.#day = dayFromDate(String.fromCharCode(...bytes.subarray(start, start + DATE_LENGTH))) ?? Number.NaN;
    return this.#day;
  }
}

/** Minutes that a zone is ahead of UTC. */
function zone(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  const sign = bytes[start];
  if (end - start === 1 && sign === LETTER_Z) return 0;
  if (end - start !== ZONE_LENGTH || (sign !== PLUS && sign !== MINUS)) return Number.NaN;
  return (sign === MINUS ? -1 : 1) * clock(bytes, start + 1, 14);
}

/** Minutes of `14:30`. */
function clock(bytes: Uint8Array, start: number, maxHours: number): number {
  if (bytes[start + 2] !== COLON) return Number.NaN;
  return twoDigits(bytes, start, maxHours) * 60 + twoDigits(bytes, start + 3, 59);
}

function twoDigits(bytes: Uint8Array, start: number, max: number): number {
  const tens = (bytes[start] ?? 0) - ZERO;
  const ones = (bytes[start + 1] ?? 0) - ZERO;
  const isNumber = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && tens * 10 + ones <= max;
  return isNumber ? tens * 10 + ones : Number.NaN;
}
