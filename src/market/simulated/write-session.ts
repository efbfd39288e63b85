/** One simulated session as bars. */
import type { BarColumns } from '../bars.ts';
import type { IntradayPath } from './intraday-path.ts';

/**
 * Writes the bars of one session into `target` from `row` on, and returns the row after the last. Bars count from the
 * opening, so that the last of a session may be shorter; one that has not ended at `until` (an instant) is left out.
 */
export function writeSession(
  target: BarColumns,
  row: number,
  session: { readonly path: IntradayPath; readonly minutesPerBar: number; readonly until: number },
): number {
  const { path, minutesPerBar, until } = session;
  const minutes = path.volumes.length;
  let next = row;
  for (let from = 0; from < minutes; from += minutesPerBar) {
    const to = Math.min(minutes, from + minutesPerBar);
    if (path.opensAt + to * 60_000 > until) break;
    let high = Number.NEGATIVE_INFINITY;
    let low = Number.POSITIVE_INFINITY;
    let volume = 0;
    for (let minute = from; minute <= to; minute++) {
      const price = path.prices[minute] ?? Number.NaN;
      high = Math.max(high, price);
      low = Math.min(low, price);
      if (minute < to) volume += path.volumes[minute] ?? 0;
    }
    target.time[next] = path.opensAt + from * 60_000;
    target.open[next] = path.prices[from] ?? Number.NaN;
    target.high[next] = high;
    target.low[next] = low;
    target.close[next] = path.prices[to] ?? Number.NaN;
    target.volume[next] = volume;
    next += 1;
  }
  return next;
}
