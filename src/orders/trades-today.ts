/** How many trades of today are held against the daily limit. */
import type { TradingMode } from '../broker/index.ts';
import { formatDate } from '../core/index.ts';
import type { OrderBasis } from './deps.ts';
import { accountDay } from './session.ts';

/**
 * Trades of the trading day that are reserved or made: the greater number, where the exchange and the markets around the
 * clock are on different days.
 */
export async function tradesToday(
  { database, clock }: Pick<OrderBasis, 'database' | 'clock'>,
  { ownerId, mode }: { readonly ownerId: number; readonly mode: TradingMode },
): Promise<number> {
  const now = clock.now();
  const days = [accountDay(now), formatDate(now)];
  const rows = await database.read.dailyTradeCount.findMany({
    where: { ownerId, mode, tradingDay: { in: days } },
    select: { count: true },
  });
  return Math.max(0, ...rows.map(({ count }) => count));
}
