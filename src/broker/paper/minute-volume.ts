import { type Clock, formatDate } from '../../core/index.ts';
import { calendarOf, type MarketDataProvider } from '../../market/index.ts';

const MINUTE_MS = 60_000;
/** A bar that began longer ago is none of the latest minute: its market is closed, or the source is late. */
const LATEST_MS = 3 * MINUTE_MS;

/**
 * The volume of the latest minute from a provider's minute bars, for `PaperPrices`. Null where there is no such bar: outside
 * the session, and of sources that have no minutes or tell them late; and where it is 0, because that is also what sources
 * say that do not know it.
 */
export function minuteVolume(provider: MarketDataProvider, clock: Clock): (symbol: string) => Promise<number | null> {
  return async (symbol) => {
    if (!provider.capabilities.intervals.includes('1m')) return null;
    const now = clock.now();
    const today = formatDate(calendarOf(symbol).dayOf(now));
    const { time, volume } = await provider.bars({ symbol, interval: '1m', start: today, end: today });
    const began = time.at(-1);
    if (began === undefined || began < now - LATEST_MS) return null;
    const traded = volume.at(-1) ?? 0;
    return traded > 0 ? traded : null;
  };
}
