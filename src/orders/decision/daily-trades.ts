import { isReducing } from './exposure.ts';
import type { DecisionView, Denial } from './view.ts';

/**
 * The places of the trading day. Orders that only reduce need none. What is counted here is what was read; the counter's
 * conditional update has the last word, and refuses with the same denial.
 */
export function checkDailyTrades(view: DecisionView): Denial | null {
  if (isReducing(view) || view.tradesToday < view.settings.maxDailyTrades) return null;
  return dailyTradeDenial(view);
}

/** The denial of an order for which there is no place left. */
export function dailyTradeDenial({ settings, tradesToday, session }: DecisionView): Denial {
  const limit = String(settings.maxDailyTrades);
  return {
    code: 'DAILY_TRADE_LIMIT',
    message: `maxDailyTrades allows ${limit} trades on ${session?.tradingDay ?? 'a trading day'}, and ${tradesToday} are made or under way: wait for the next trading day, or raise the limit.`,
    limit,
    observed: String(tradesToday),
  };
}
