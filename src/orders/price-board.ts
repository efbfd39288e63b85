/** The newest prices, as decisions and valuations use them. */
import { type Decimal, DomainError, decimal, toMoney, ZERO } from '../core/index.ts';
import type { PriceSource } from './deps.ts';

/** How long the prices of one request may take, in ms; what has not come by then is as if the source were down. */
const REQUEST_TIMEOUT_MS = 5_000;

/** How long all prices of a board may take, in ms: closing orders wait for them, too. */
const BOARD_TIMEOUT_MS = 10_000;

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

/** Most symbols of one request. */
const LARGEST_REQUEST = 100;

/**
 * The newest prices of canonical symbols, each at most once. Never throws for a source that is down or slow or does not
 * know a symbol: the board says so. One request for each 100 symbols; symbols that are unknown cost one each. The requests
 * follow each other, so that each has its time: a source that answers one after the other would miss the time of all. The
 * first that is not answered ends them, so that a source that is down is waited for once; so do 10 s.
 */
export async function readPrices(source: PriceSource, symbols: Iterable<string>): Promise<PriceBoard> {
  const wanted = [...new Set(symbols)];
  const board = new Map<string, KnownPrice>(wanted.map((symbol) => [symbol, { kind: 'unavailable' }]));
  const until = performance.now() + BOARD_TIMEOUT_MS;
  for (let next = 0; next < wanted.length && performance.now() < until; next += LARGEST_REQUEST) {
    const part = await readPart(source, wanted.slice(next, next + LARGEST_REQUEST), until);
    if (part === 'unavailable') break;
    for (const [symbol, known] of part) board.set(symbol, known);
  }
  return board;
}

/** The price, null when there is none for now. */
export function priceOf(board: PriceBoard, symbol: string): Decimal | null {
  const known = board.get(symbol);
  return known?.kind === 'priced' ? known.price : null;
}

/** What `until`, by `performance.now`, is known of some symbols; nothing when no request for them was answered. */
async function readPart(
  source: PriceSource,
  symbols: readonly string[],
  until: number,
): Promise<readonly [string, KnownPrice][] | 'unavailable'> {
  const answer = await ask(source, symbols, until);
  if (answer !== 'unknown_symbol') return answer;
  if (symbols.length === 1) return symbols.map((symbol) => [symbol, { kind: 'unknown_symbol' }]);
  // One of them is unknown: which one, only asking for each tells.
  const parts = await Promise.all(symbols.map((symbol) => readPart(source, [symbol], until)));
  if (parts.every((part) => part === 'unavailable')) return 'unavailable';
  return parts.flatMap((part) => (part === 'unavailable' ? [] : part));
}

async function ask(
  source: PriceSource,
  symbols: readonly string[],
  until: number,
): Promise<[string, KnownPrice][] | 'unknown_symbol' | 'unavailable'> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<'unavailable'>((resolve) => {
    const waitMs = Math.min(REQUEST_TIMEOUT_MS, until - performance.now());
    timer = setTimeout(() => resolve('unavailable'), waitMs);
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
