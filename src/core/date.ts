/**
 * Calendar dates without a time: `YYYY-MM-DD` outside, inside the epoch milliseconds of that date's 00:00 UTC (a "day").
 * It knows no time zone and no trading calendar.
 */
import { invalid } from './errors.ts';

/** Milliseconds of a day without leap seconds. */
export const DAY_MS = 86_400_000;

/** Two days, `start <= end`, both inclusive. */
export interface DateRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a Gregorian date of the years 0001 to 9999 to its day; `undefined` for anything else, dates that do not exist
 * (2026-02-30) and other ways of writing included.
 */
export function dayFromDate(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return undefined;
  const day = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(day) || formatDate(day) !== text ? undefined : day;
}

/**
 * Reads a date that a caller gave.
 *
 * @throws {DomainError} VALIDATION at `path` when it is no existing date of the form `YYYY-MM-DD`
 */
export function parseDate(raw: string, path: string): number {
  const day = dayFromDate(raw);
  if (day === undefined) {
    throw invalid(path, `Expected an existing date as YYYY-MM-DD, found ${JSON.stringify(raw.slice(0, 40))}.`);
  }
  return day;
}

/**
 * Reads an inclusive range of dates at the paths `start` and `end`.
 *
 * @throws {DomainError} VALIDATION when a date is wrong or `start` is after `end`
 */
export function parseDateRange(raw: { readonly start: string; readonly end: string }): DateRange {
  const start = parseDate(raw.start, 'start');
  const end = parseDate(raw.end, 'end');
  if (start > end) throw invalid('start', `The start ${raw.start} is after the end ${raw.end}.`);
  return { start, end };
}

/** The UTC date of an instant (epoch milliseconds) as `YYYY-MM-DD`; instants of the years 0000 to 9999. */
export function formatDate(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** The day that holds an instant, in UTC. */
export function utcDay(instant: number): number {
  return Math.floor(instant / DAY_MS) * DAY_MS;
}
