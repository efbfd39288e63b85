import { DAY_MS, type DateRange } from '../core/index.ts';
import { type Interval, intervalMinutes } from './interval.ts';
import { calendarOf } from './symbol.ts';

/** The times [from, until) of the bars of a range of exchange dates, as a series of this symbol and interval tells time. */
export function instantsOf(
  series: { readonly symbol: string; readonly interval: Interval },
  range: DateRange,
): { readonly from: number; readonly until: number } {
  if (intervalMinutes(series.interval) === null) return { from: range.start, until: range.end + DAY_MS };
  const calendar = calendarOf(series.symbol);
  return { from: calendar.startOfDay(range.start), until: calendar.startOfDay(range.end + DAY_MS) };
}
