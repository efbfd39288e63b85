/** Longer bars from shorter ones: first open, highest high, lowest low, last close, summed volume. */
import { DAY_MS } from '../core/index.ts';
import { allocateColumns, type BarColumns, copyRows } from './bars.ts';

/** The Monday or the first of the month that a day belongs to; this is the time of weekly and monthly bars. */
export function periodStart(day: number, interval: '1w' | '1mo'): number {
  const date = new Date(day);
  if (interval === '1mo') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return day - ((date.getUTCDay() + 6) % 7) * DAY_MS;
}

/** Weekly or monthly bars of all given daily bars; the last may be of an unfinished period. */
export function aggregateDaily(daily: BarColumns, interval: '1w' | '1mo'): BarColumns {
  const bars = allocateColumns(daily.time.length);
  let last = -1;
  for (let row = 0; row < daily.time.length; row++) {
    const time = periodStart(daily.time[row] ?? Number.NaN, interval);
    if (last < 0 || bars.time[last] !== time) {
      last += 1;
      bars.time[last] = time;
      bars.open[last] = daily.open[row] ?? Number.NaN;
      bars.high[last] = Number.NEGATIVE_INFINITY;
      bars.low[last] = Number.POSITIVE_INFINITY;
    }
    bars.high[last] = Math.max(bars.high[last] ?? 0, daily.high[row] ?? Number.NaN);
    bars.low[last] = Math.min(bars.low[last] ?? 0, daily.low[row] ?? Number.NaN);
    bars.close[last] = daily.close[row] ?? Number.NaN;
    bars.volume[last] = (bars.volume[last] ?? 0) + (daily.volume[row] ?? 0);
  }
  return copyRows(bars, 0, last + 1);
}
