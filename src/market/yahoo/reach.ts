/** How far back Yahoo serves the bars of an interval, and how much of them at once. */
import { DAY_MS, type DateRange, formatDate, invalid } from '../../core/index.ts';
import { type Interval, intervalMinutes } from '../interval.ts';

/** Days before now of which there are bars; daily bars reach back to the listing. */
export const REACH_DAYS: Readonly<Partial<Record<Interval, number>>> = {
  '1m': 30,
  '5m': 60,
  '15m': 60,
  '30m': 60,
  '1h': 730,
};

/** Longest range of one request for bars of a minute, in days; others come at once. */
const MINUTE_WINDOW_DAYS = 7;

/**
 * Refuses a range that begins before what Yahoo still serves. The first day counts only when it is served whole.
 *
 * @param today the date of now, 00:00 UTC
 * @throws {DomainError} VALIDATION at `start`, naming the limit and the earliest start
 */
export function refuseOutOfReach(interval: Interval, range: DateRange, today: number): void {
  const days = REACH_DAYS[interval];
  if (days === undefined) return;
  const earliest = today - (days - 1) * DAY_MS;
  if (range.start >= earliest) return;
  throw invalid(
    'start',
    `Yahoo Finance serves ${interval} bars of the last ${days} days only: start at ${formatDate(earliest)} or later, found ${formatDate(range.start)}. Longer intervals reach further back.`,
    { limitDays: days, earliest: formatDate(earliest) },
  );
}

/** The instants [from, until) cut into what one request may ask for, in order; none when there is nothing to ask. */
export function windowsOf(
  interval: Interval,
  { from, until }: { readonly from: number; readonly until: number },
): readonly { readonly from: number; readonly until: number }[] {
  const step = intervalMinutes(interval) === 1 ? MINUTE_WINDOW_DAYS * DAY_MS : Number.POSITIVE_INFINITY;
  const windows: { from: number; until: number }[] = [];
  for (let start = from; start < until; start += step)
    windows.push({ from: start, until: Math.min(until, start + step) });
  return windows;
}
