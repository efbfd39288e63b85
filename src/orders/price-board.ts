/** The newest prices, as decisions and valuations use them. */
import { type Decimal, DomainError, decimal, toMoney, ZERO } from '../core/index.ts';
import type { PriceSource } from './deps.ts';

/** How long prices may take, in ms; what has not come by then is as if the source were down. */
const PRICES_TIMEOUT_MS = 5_000;

/** What is known of the price of a symbol. */
export type KnownPrice =
  /** `at` is epoch ms; `isSimulated` prices are made at any hour. */
  | { readonly kind: 'priced'; readonly price: Decimal; readonly at: number; readonly isSimulated: boolean }
  /** The source knows no such instrument. */
  | { readonly kind: 'unknown_symbol' }
  /** The source does not answer for now. */
  | { readonly kind: 'unavailable' };

/** By symbol; there is an entry for every symbol that was asked for. */
export type PriceBoard = ReadonlyMap<string, KnownPrice>;

/**
 * The newest prices of canonical symbols, each at most once. Never throws for a source that is down or slow or does not
 * know a symbol: the board says so. One request; symbols that are unknown cost one each.
 */
export async function readPrices(source: PriceSource, symbols: Iterable<string>): Promise<PriceBoard> {
  const wanted = [...new Set(symbols)];
  // A request has at most 100 symbols.
  const parts = Array.from({ length: Math.ceil(wanted.length / 100) }, (_, i) => wanted.slice(100 * i, 100 * (i + 1)));
  const boards = await Promise.all(parts.map((part) => readPart(source, part)));
  return new Map(boards.flat());
}

/** The price, null when there is none for now. */
export function priceOf(board: PriceBoard, symbol: string): Decimal | null {
  const known = board.get(symbol);
  return known?.kind === 'priced' ? known.price : null;
}

async function readPart(source: PriceSource, symbols: readonly string[]): Promise<[string, KnownPrice][]> {
  const answer = await ask(source, symbols);
  if (Array.isArray(answer)) return answer;
  // One of them is unknown: which one, only asking for each tells.
  if (answer === 'unknown_symbol' && symbols.length > 1) {
    return (await Promise.all(symbols.map((symbol) => readPart(source, [symbol])))).flat();
  }
  return symbols.map((symbol) => [symbol, { kind: answer }]);
}

async function ask(
  source: PriceSource,
  symbols: readonly string[],
): Promise<[string, KnownPrice][] | 'unknown_symbol' | 'unavailable'> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<'unavailable'>((resolve) => {
    timer = setTimeout(() => resolve('unavailable'), PRICES_TIMEOUT_MS);
  });
  try {
    return await Promise.race([quoted(source, symbols), tooSlow]);
  } finally {
    clearTimeout(timer);
  }
}

async function quoted(
  source: PriceSource,
  symbols: readonly string[],
): Promise<[string, KnownPrice][] | 'unknown_symbol' | 'unavailable'> {
  try {
    const quotes = await source.quotes(symbols);
    const bySymbol = new Map(quotes.map((quote) => [quote.symbol, quote]));
    return symbols.map((symbol) => {
      const quote = bySymbol.get(symbol);
      const price = quote !== undefined && Number.isFinite(quote.price) ? toMoney(decimal(quote.price)) : ZERO;
      // Nothing is worth 0 or less: that is a source at fault, and would look like a loss.
      if (quote === undefined || !price.gt(0)) return [symbol, { kind: 'unavailable' }];
      return [symbol, { kind: 'priced', price, at: quote.at.getTime(), isSimulated: quote.source === 'simulated' }];
    });
  } catch (error) {
    if (error instanceof DomainError && error.code === 'VALIDATION') return 'unknown_symbol';
    if (error instanceof DomainError && error.code === 'UNAVAILABLE') return 'unavailable';
    throw error;
  }
}
