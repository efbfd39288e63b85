/**
 * Whether an imported series has what a request asks for. A hole in the data must never look like a quiet market, so
 * daily series are checked session by session; of the other intervals only the ends are.
 */
import { DAY_MS, type DateRange, formatDate, utcDay } from '../core/index.ts';
import { lastCompletedSession, sessions, type TradingCalendar } from './calendar/index.ts';
import { type Interval, intervalMinutes } from './interval.ts';
import { calendarOf } from './symbol.ts';

/** What is known of the series. */
export interface SeriesCoverage {
  readonly symbol: string;
  readonly interval: Interval;
  /** Times of its first and last bar, epoch milliseconds. */
  readonly firstTime: number;
  readonly lastTime: number;
  /** Times of its bars in the range that is asked for, ascending. */
  readonly times: Float64Array;
}

/** By how many days the first bar may begin after, and the last before, the ends of a range without lacking anything. */
const SLACK_DAYS: Partial<Record<Interval, { readonly first: number; readonly last: number }>> = {
  '1w': { first: 6, last: 12 },
  '1mo': { first: 30, last: 60 },
};

/**
 * Says which sessions of the range the series lacks, as the end of a sentence; `undefined` when it lacks none. Sessions
 * after `now` (an instant), and the one that is running, are not asked for.
 */
export function missingSessions(series: SeriesCoverage, range: DateRange, now: number): string | undefined {
  const calendar = calendarOf(series.symbol);
  const until = Math.min(range.end, lastCompletedSession(calendar, now));
  const first = nearestSession(calendar, range.start, DAY_MS);
  const last = nearestSession(calendar, until, -DAY_MS);
  if (first > last) return undefined;

  const slack = SLACK_DAYS[series.interval] ?? { first: 0, last: 0 };
  // The times of bars of a day and longer are dates already; those of shorter ones are instants.
  const hasDates = intervalMinutes(series.interval) === null;
  const dayOf = (time: number): number => (hasDates ? utcDay(time) : calendar.dayOf(time));
  const firstDay = dayOf(series.firstTime);
  const lastDay = dayOf(series.lastTime);
  if (firstDay > first + slack.first * DAY_MS) return `the sessions before that, from ${formatDate(first)} on`;
  if (lastDay < last - slack.last * DAY_MS) return `the sessions after that, up to ${formatDate(last)}`;
  return series.interval === '1d' ? holes(series.times, sessions(calendar, first, last)) : undefined;
}

function holes(times: Float64Array, expected: readonly number[]): string | undefined {
  const known = new Set(times);
  const missing = expected.filter((day) => !known.has(day));
  if (missing.length === 0) return undefined;
  const shown = missing.slice(0, 3).map(formatDate).join(', ');
  return `${missing.length} of the ${expected.length} sessions: ${shown}${missing.length > 3 ? ', ...' : ''}`;
}

function nearestSession(calendar: TradingCalendar, day: number, step: number): number {
  let session = day;
  while (!calendar.isSession(session)) session += step;
  return session;
}
