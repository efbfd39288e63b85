import { type Clock, DAY_MS, formatDate } from '../core/index.ts';
import type { Database } from '../storage/index.ts';
import { findSeries } from './bar-store.ts';
import { type Bars, pickRows } from './bars.ts';
import { type Interval, intervalMinutes } from './interval.ts';
import type { MarketData } from './market-data.ts';

/** Minutes of a regular session of the exchange. */
const SESSION_MINUTES = 390;
/** Calendar days per session, holidays included, rounded up; plus a fortnight for the edges. */
const DAYS_PER_SESSION = 1.6;
const EDGE_DAYS = 14;

/** What the newest bars are found with. */
export interface LatestBarsDeps {
  readonly database: Database;
  readonly market: MarketData;
  readonly clock: Clock;
}

/**
 * The newest `count` bars (fewer when there are no more) that all `symbols` have in common. An imported series ends with
 * its last bar, however old that is: the time of the last bar tells.
 *
 * @throws {DomainError} VALIDATION as for `MarketData.alignedBars`
 */
export async function latestBars(
  { database, market, clock }: LatestBarsDeps,
  ownerId: number,
  request: { readonly symbols: readonly string[]; readonly interval: Interval; readonly count: number },
): Promise<readonly Bars[]> {
  const { symbols, interval, count } = request;
  const series = await Promise.all(symbols.map((symbol) => findSeries(database.read, ownerId, { symbol, interval })));
  const imported = series.filter((found) => found !== undefined);
  const end = Math.min(clock.now(), ...imported.map(({ lastTime }) => lastTime));
  const reach = imported.length === symbols.length ? undefined : market.provider.capabilities.reachDays[interval];
  // The last day of the reach may be cut off within the day, so it does not count.
  const earliest = reach === undefined ? Number.NEGATIVE_INFINITY : clock.now() - (reach - 2) * DAY_MS;
  const { bars } = await market.alignedBars(ownerId, {
    symbols,
    interval,
    start: formatDate(Math.max(end - lookbackDays(interval, count) * DAY_MS, earliest)),
    end: formatDate(end),
    ...(imported.length === symbols.length ? { source: 'csv' } : {}),
  });
  return bars.map((columns) => {
    const rows = Array.from(columns.time.keys()).slice(-count);
    return { ...columns, ...pickRows(columns, rows) };
  });
}

/** Calendar days that hold at least `count` bars. */
function lookbackDays(interval: Interval, count: number): number {
  if (interval === '1w') return count * 7 + EDGE_DAYS;
  if (interval === '1mo') return count * 31 + EDGE_DAYS;
  const barsPerSession = SESSION_MINUTES / (intervalMinutes(interval) ?? SESSION_MINUTES);
  return Math.ceil((count / barsPerSession) * DAYS_PER_SESSION) + EDGE_DAYS;
}
