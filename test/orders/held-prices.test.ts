/** What is held is worth nothing that a stale price, or one that cannot be, says. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decimal, invalid, unavailable } from '../../src/core/index.ts';
import type { Quote } from '../../src/market/index.ts';
import { MAX_HELD_PRICE_AGE_MS, valueBooks } from '../../src/orders/books.ts';
import { type KnownPrice, priceOf, readPrices } from '../../src/orders/price-board.ts';
import type { AccountRow, PositionRow } from '../../src/storage/index.ts';

const OPEN = Date.parse('2026-11-25T15:00:00Z');
const NIGHT = Date.parse('2026-11-25T23:00:00Z');

const account = {
  ...{ ownerId: 1, mode: 'paper', currency: 'USD', initialCash: '100', cash: '100', realizedPnl: '0' },
  ...{ peakEquity: '100', day: '2026-11-25', dayStartEquity: '100', lastEquity: '100', fillCursor: '' },
  updatedAt: new Date(OPEN),
} as AccountRow;

const position = (symbol: string): PositionRow => {
  const figures = { quantity: '2', costBasis: '10', realizedPnl: '0' };
  return { ownerId: 1, mode: 'paper', symbol, ...figures, updatedAt: new Date(OPEN) };
};

function equityAt(now: number, at: number, { symbol = 'SPY', isSimulated = false } = {}): string | null {
  const known: KnownPrice = { kind: 'priced', price: decimal(5), at, isSimulated };
  const books = { account, positions: [position(symbol)] };
  return valueBooks(books, new Map([[symbol, known]]), now).equity?.toFixed() ?? null;
}

describe('the price of what is held', () => {
  it('may be 15 minutes old while its market is open, and not a millisecond older or from further in the future', () => {
    expect(equityAt(OPEN, OPEN - MAX_HELD_PRICE_AGE_MS)).toBe('110');
    expect(equityAt(OPEN, OPEN - MAX_HELD_PRICE_AGE_MS - 1)).toBeNull();
    expect(equityAt(OPEN, OPEN + MAX_HELD_PRICE_AGE_MS + 1)).toBeNull();
  });

  it('is the last one while its market is closed, which some never are', () => {
    expect(equityAt(NIGHT, OPEN)).toBe('110');
    expect(equityAt(NIGHT, OPEN, { symbol: 'BTC-USD' })).toBeNull();
    expect(equityAt(NIGHT, OPEN, { isSimulated: true })).toBeNull();
  });

  it('is above 0, also when it is rounded', async () => {
    for (const price of [0, -1, 1e-9, Number.NaN, Number.POSITIVE_INFINITY]) {
      const quote: Quote = { symbol: 'SPY', price, bid: null, ask: null, at: new Date(OPEN), source: 'yahoo' };
      const board = await readPrices({ quotes: () => Promise.resolve([quote]) }, ['SPY']);
      expect(priceOf(board, 'SPY'), String(price)).toBeNull();
    }
  });
});

describe('the prices of many symbols', () => {
  const symbols = Array.from({ length: 250 }, (_, i) => `S${i}`);
  const quoted = (symbol: string): Quote => {
    return { symbol, price: 5, bid: null, ask: null, at: new Date(OPEN), source: 'yahoo' };
  };

  it('are asked for a hundred at a time, one request after the other', async () => {
    let [underWay, most] = [0, 0];
    const asked: number[] = [];
    const quotes = async (wanted: readonly string[]) => {
      asked.push(wanted.length);
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return wanted.map(quoted);
    };

    const board = await readPrices({ quotes }, symbols);

    expect(asked).toEqual([100, 100, 50]);
    expect(most).toBe(1);
    expect(symbols.every((symbol) => priceOf(board, symbol)?.eq(5))).toBe(true);
  });

  it('are not waited for again once the source is down, and what came before stays', async () => {
    let requests = 0;
    const quotes = async (wanted: readonly string[]) => {
      requests += 1;
      if (requests > 1) throw unavailable('The source is down.');
      return wanted.map(quoted);
    };

    const board = await readPrices({ quotes }, symbols);

    expect(requests).toBe(2);
    expect(symbols.map((symbol) => board.get(symbol)?.kind)).toEqual(
      symbols.map((_, i) => (i < 100 ? 'priced' : 'unavailable')),
    );
  });

  it('are not waited for again when the source answers about none of those whose request it refused', async () => {
    let requests = 0;
    const quotes = async (wanted: readonly string[]) => {
      requests += 1;
      throw wanted.length > 1 ? invalid('symbols', 'One of them is unknown.') : unavailable('The source is down.');
    };

    const board = await readPrices({ quotes }, symbols);

    expect(requests).toBe(101);
    expect(symbols.every((symbol) => board.get(symbol)?.kind === 'unavailable')).toBe(true);
  });

  describe('of a source that is slow', () => {
    afterEach(() => vi.useRealTimers());

    /** How many of a hundred each were priced by a source that takes so long for each request, and when that was known. */
    async function priced(answerMs: number): Promise<{ readonly ms: number; readonly priced: readonly number[] }> {
      vi.useFakeTimers();
      const quotes = async (wanted: readonly string[]) => {
        await new Promise((resolve) => setTimeout(resolve, answerMs));
        return wanted.map(quoted);
      };
      const startedAt = performance.now();
      const reading = readPrices({ quotes }, symbols).then((board) => ({ board, at: performance.now() }));
      await vi.runAllTimersAsync();
      const { board, at } = await reading;
      const counts = [0, 100, 200].map(
        (from) => symbols.slice(from, from + 100).filter((symbol) => priceOf(board, symbol) !== null).length,
      );
      return { ms: at - startedAt, priced: counts };
    }

    it('are waited for 5 s for each request, and 10 s in all', async () => {
      expect(await priced(3_000)).toEqual({ ms: 9_000, priced: [100, 100, 50] });
      expect(await priced(4_000)).toEqual({ ms: 10_000, priced: [100, 100, 0] });
      expect(await priced(5_001)).toEqual({ ms: 5_000, priced: [0, 0, 0] });
    });
  });
});
