/** Which trading day an order and an account belong to, and whether an instrument trades now. */
import type { TimeInForce } from '../broker/index.ts';
import { formatDate } from '../core/index.ts';
import { calendarOf, nyse, sessionAfter, tradingDay } from '../market/index.ts';
import type { SessionView } from './decision/view.ts';
import type { KnownPrice } from './price-board.ts';

/**
 * The session of an instrument at an instant; null when there is no such instrument. Simulated ones trade at any hour. An
 * order for the next opening counts on the day of that opening, every other one on the latest session that has opened.
 */
export function sessionOf(
  order: { readonly symbol: string; readonly timeInForce: TimeInForce },
  known: KnownPrice | undefined,
  now: number,
): SessionView | null {
  if (known?.kind === 'unknown_symbol') return null;
  const calendar = calendarOf(order.symbol);
  const latest = tradingDay(calendar, now);
  const isInSession = now < calendar.close(latest);
  const isOpen = isInSession || (known?.kind === 'priced' && known.isSimulated);
  const day = order.timeInForce === 'opg' && !isInSession ? sessionAfter(calendar, latest) : latest;
  return { isOpen, tradingDay: formatDate(day) };
}

/** The day on which a trade of an instrument counts that is ordered at an instant. */
export function tradingDayOf(symbol: string, now: number): string {
  return formatDate(tradingDay(calendarOf(symbol), now));
}

/** The day of an account at an instant: the exchange's, also for those who hold what trades around the clock. */
export function accountDay(now: number): string {
  return formatDate(tradingDay(nyse, now));
}
