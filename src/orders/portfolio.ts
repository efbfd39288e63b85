/** What an account is made of, with the prices of what it holds and of what somebody would like it to hold. */
import { type Decimal, DomainError, decimal, type ErrorCode } from '../core/index.ts';
import { readUnlocked } from './account.ts';
import { type AccountKey, isStale } from './books.ts';
import type { OrderBasis } from './deps.ts';
import { openAccount } from './open-account.ts';
import { type KnownPrice, readPrices } from './price-board.ts';
import { sessionOf } from './session.ts';

/** An account at one moment. */
export interface Portfolio {
  readonly cash: Decimal;
  /** Quantity by symbol, negative when short, never 0. */
  readonly positions: ReadonlyMap<string, Decimal>;
  /** Of every position and of every symbol that was asked for. */
  readonly prices: ReadonlyMap<string, Decimal>;
  /** Those of them whose market is closed now. */
  readonly closed: readonly string[];
}

/**
 * The account with prices of all its positions and of `symbols`. While a market is closed its last price counts, while it is
 * open one of the last 15 minutes.
 *
 * @throws {DomainError} UNKNOWN_SYMBOL, STALE_PRICE or UNAVAILABLE naming the symbols without a price that counts, 10 of each kind in
 * the sentence and all of them in the fact `symbols`; UNAVAILABLE when the account has to be opened and the broker does not answer
 */
export async function readPortfolio(deps: OrderBasis, key: AccountKey, symbols: Iterable<string>): Promise<Portfolio> {
  await openAccount(deps, key);
  const books = await readUnlocked(deps, key);
  const positions = new Map(books.positions.map(({ symbol, quantity }) => [symbol, decimal(quantity)]));
  const wanted = new Set([...symbols, ...positions.keys()]);
  const board = await readPrices(deps.prices, wanted);
  const now = deps.clock.now();
  const prices = new Map<string, Decimal>();
  const missing = new Map<Missing, string[]>();
  for (const [symbol, known] of board) {
    const why = whyMissing(symbol, known, now);
    if (why !== null) missing.set(why, [...(missing.get(why) ?? []), symbol]);
    else if (known.kind === 'priced') prices.set(symbol, known.price);
  }
  if (missing.size > 0) throw missingPrices(missing);
  const closed = [...board].flatMap(([symbol, known]) => {
    return sessionOf({ symbol, timeInForce: 'day' }, known, now)?.isOpen === true ? [] : [symbol];
  });
  return { cash: decimal(books.account.cash), positions, prices, closed };
}

/** Why a symbol has no price that counts: what will not change by itself first. */
const REASONS = {
  UNKNOWN_SYMBOL: 'There is no such instrument',
  STALE_PRICE: 'The newest price is older than 15 minutes, while the market is open',
  UNAVAILABLE: 'There is no price for now',
} as const satisfies Partial<Record<ErrorCode, string>>;

type Missing = keyof typeof REASONS;
const MISSING: readonly Missing[] = ['UNKNOWN_SYMBOL', 'STALE_PRICE', 'UNAVAILABLE'];

function whyMissing(symbol: string, known: KnownPrice, now: number): Missing | null {
  if (known.kind === 'unknown_symbol') return 'UNKNOWN_SYMBOL';
  if (known.kind === 'unavailable') return 'UNAVAILABLE';
  return isStale(symbol, known, now) ? 'STALE_PRICE' : null;
}

function missingPrices(missing: ReadonlyMap<Missing, readonly string[]>): DomainError {
  const found = MISSING.filter((reason) => missing.has(reason));
  const code = found[0] ?? 'UNAVAILABLE';
  const sentences = found.map((reason) => `${REASONS[reason]}: ${named(missing.get(reason) ?? [])}.`);
  const retry = code === 'UNAVAILABLE' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
  const facts = { symbols: [...missing.values()].flat(), ...retry };
  return new DomainError(code, `The account cannot be valued. ${sentences.join(' ')}`, { facts });
}

/** When a source that did not answer is worth asking again. */
const RETRY_AFTER_SECONDS = 5;

/** Most symbols that a sentence names. */
const MOST_NAMED = 10;

function named(symbols: readonly string[]): string {
  const shown = symbols.slice(0, MOST_NAMED).join(', ');
  return symbols.length <= MOST_NAMED ? shown : `${shown} and ${symbols.length - MOST_NAMED} more`;
}
