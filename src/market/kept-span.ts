/**
 * Which part of a kept series has to be asked for. All days are 00:00 UTC of exchange dates, both ends of a span included.
 */
import { DAY_MS, type DateRange } from '../core/index.ts';
import { periodStart } from './aggregate.ts';
import type { BarColumns } from './bars.ts';
import { lastCompletedSession, sessionAfter, tradingDay } from './calendar/index.ts';
import { type Interval, intervalMinutes } from './interval.ts';
import { calendarOf } from './symbol.ts';

/** A series by what tells the times of its bars. */
export interface SeriesName {
  readonly symbol: string;
  readonly interval: Interval;
}

/** What to ask the provider for, and whether the answer takes the place of all that is kept. */
export interface Asking extends DateRange {
  readonly replaces: boolean;
}

/** Days asked for again beside what is missing, at least ten bars: adjusted prices that differ there were rescaled. */
const OVERLAP_DAYS: Partial<Record<Interval, number>> = { '1d': 20, '1w': 80, '1mo': 320 };
const INTRADAY_OVERLAP_DAYS = 4;
/** Dividends scale prices by more than this; the noise of a source that computes in single precision is below it. */
const TOLERANCE = 5e-6;
/** A session within the day is over for sure this long after its close. */
const SESSION_SETTLING_MS = 30 * 60_000;
/** Bars that are missing for longer than this will not come. */
const LATE_MS = 7 * DAY_MS;

/** The newest day that can have a completed bar at an instant; of weeks and months the last day of the newest period. */
export function newestDay({ symbol, interval }: SeriesName, now: number): number {
  const calendar = calendarOf(symbol);
  if (intervalMinutes(interval) !== null) return tradingDay(calendar, now);
  const completed = lastCompletedSession(calendar, now);
  return interval === '1w' || interval === '1mo'
    ? periodStart(sessionAfter(calendar, completed), interval) - DAY_MS
    : completed;
}

/**
 * The newest instant at which a bar can have been completed: while it stays the same, there is nothing new to ask for.
 */
export function horizonOf(series: SeriesName, now: number): number {
  const minutes = intervalMinutes(series.interval);
  const day = newestDay(series, now);
  if (minutes === null) return day;
  return Math.min(calendarOf(series.symbol).close(day), Math.floor(now / 60_000 / minutes) * 60_000 * minutes);
}

/**
 * What to ask for so that `wanted` is kept, too; `undefined` when it is. What is kept stays one span without a gap; a gap
 * that the provider no longer fills (before `earliest`) makes the series begin anew.
 */
export function missingSpan(
  { interval }: SeriesName,
  wanted: DateRange,
  { kept, earliest }: { readonly kept: DateRange | undefined; readonly earliest: number },
): Asking | undefined {
  if (kept === undefined) return { ...wanted, replaces: true };
  const [lacksHead, lacksTail] = [wanted.start < kept.start, wanted.end > kept.end];
  if (!lacksHead && !lacksTail) return undefined;
  const overlap = (OVERLAP_DAYS[interval] ?? INTRADAY_OVERLAP_DAYS) * DAY_MS;
  if (lacksTail && !lacksHead && kept.end + DAY_MS < earliest) return { ...wanted, replaces: true };
  const start = lacksHead ? wanted.start : Math.max(kept.end - overlap, kept.start, earliest);
  const end = lacksTail ? wanted.end : Math.min(kept.start + overlap, kept.end);
  return { start, end, replaces: false };
}

/** Everything that is kept and wanted at once, as far back as the provider reaches or the wanted range begins. */
export function wholeSpan(wanted: DateRange, kept: DateRange, earliest: number): Asking {
  const start = Math.min(wanted.start, Math.max(kept.start, earliest));
  return { start, end: Math.max(wanted.end, kept.end), replaces: true };
}

/** Whether every stored bar is there in the answer with the same prices, but for noise. */
export function agrees(stored: BarColumns, answer: BarColumns): boolean {
  let row = 0;
  for (const [at, time] of stored.time.entries()) {
    while ((answer.time[row] ?? Number.POSITIVE_INFINITY) < time) row += 1;
    if (answer.time[row] !== time) return false;
    const isSame = (['open', 'high', 'low', 'close'] as const).every((name) => {
      const [before, after] = [stored[name][at] ?? Number.NaN, answer[name][row] ?? Number.NaN];
      return Math.abs(after - before) <= TOLERANCE * Math.abs(before);
    });
    if (!isSame) return false;
  }
  return true;
}

/**
 * The last day that need not be asked for again once the provider answered to `end` with bars until `newest` (a time of a
 * bar): recent days without an expected bar may still get it.
 */
export function settledUntil(
  { symbol, interval }: SeriesName,
  { end, newest }: { readonly end: number; readonly newest: number },
  now: number,
): number {
  const calendar = calendarOf(symbol);
  const isIntraday = intervalMinutes(interval) !== null;
  const over = isIntraday ? Math.min(end, lastCompletedSession(calendar, now - SESSION_SETTLING_MS)) : end;
  const told = isIntraday ? calendar.dayOf(newest) : newest;
  const expected = interval === '1w' || interval === '1mo' ? periodStart(over, interval) : sessionUpTo(symbol, over);
  return told >= expected || now - over > LATE_MS ? over : Math.min(told, over);
}

function sessionUpTo(symbol: string, day: number): number {
  const calendar = calendarOf(symbol);
  let session = day;
  while (!calendar.isSession(session)) session -= DAY_MS;
  return session;
}
