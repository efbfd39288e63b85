import type { DecisionView, Denial } from './view.ts';

/** Orders per minute, of all sources together; a kill's closing orders wait for nobody. */
export function checkOrderRate({ origin, recent, settings }: DecisionView): Denial | null {
  if (origin.source === 'kill' || recent.inLastMinute < settings.maxOrdersPerMinute) return null;
  return {
    code: 'ORDER_RATE_LIMIT',
    message: `maxOrdersPerMinute allows ${settings.maxOrdersPerMinute} orders, and ${recent.inLastMinute} were placed in the last 60 s: wait, or raise the limit.`,
    limit: String(settings.maxOrdersPerMinute),
    observed: String(recent.inLastMinute),
  };
}
