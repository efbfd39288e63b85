import { z } from 'zod';
import type { Quote } from '../provider.ts';
import { YahooFault } from './fault.ts';

const instant = z.union([z.date(), z.number().transform((seconds) => new Date(seconds * 1000))]);

const quoteShape = z.object({
  symbol: z.string(),
  regularMarketPrice: z.number().positive(),
  regularMarketTime: instant,
  bid: z.number().nullish(),
  ask: z.number().nullish(),
});

/** A quote without what only we know: the canonical symbol and the name of the source. */
export type YahooQuote = Omit<Quote, 'symbol' | 'source'>;

/**
 * The quotes of an answer by Yahoo's symbols; an entry without a price is left out, as of a symbol that is no longer traded.
 * Bid and ask are null unless both are there, above 0 and not crossed: outside the session Yahoo gives zeros.
 *
 * @throws {YahooFault} garbage
 */
export function readQuotes(raw: unknown): ReadonlyMap<string, YahooQuote> {
  if (!Array.isArray(raw)) throw new YahooFault('garbage', 'The quotes are not a list.');
  const quotes = new Map<string, YahooQuote>();
  for (const entry of raw) {
    const parsed = quoteShape.safeParse(entry);
    if (!parsed.success) continue;
    const { symbol, regularMarketPrice: price, regularMarketTime: at } = parsed.data;
    quotes.set(symbol, { price, ...bookOf(parsed.data), at });
  }
  return quotes;
}

function bookOf({ bid, ask }: z.output<typeof quoteShape>): Pick<Quote, 'bid' | 'ask'> {
  const isBook = bid != null && ask != null && bid > 0 && bid <= ask;
  return isBook ? { bid, ask } : { bid: null, ask: null };
}
