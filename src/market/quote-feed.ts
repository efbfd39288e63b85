/**
 * The newest prices of the symbols that somebody watches. The provider is asked for all of them together, again and again; what
 * anybody else asks `MarketData` for is heard too. Each watcher gets what is new and nothing twice, oldest first.
 */
import { type Clock, DomainError, type Log, RepeatingTask } from '../core/index.ts';
import { tradingDay } from './calendar/index.ts';
import type { MarketData } from './market-data.ts';
import type { Quote } from './provider.ts';
import { calendarOf } from './symbol.ts';

/** The greatest number of symbols that are asked for at once. */
const PAGE = 100;

/** How long a symbol that the provider does not know is not asked for again, in ms. */
const UNKNOWN_MS = 60_000;

/** How late prices of a session may still arrive, in ms, as those of delayed sources do. */
const LATE_MS = 20 * 60_000;

/** Pauses between two looks, in ms: a provider in this process, and one that is asked over the network. */
export const QUOTE_PAUSES_MS = { local: 1_000, remote: 15_000 } as const;

/** Somebody who watches prices. */
export interface QuoteWatcher {
  /** What it watches now; asked before every look. */
  readonly symbols: () => Iterable<string>;
  /** Is told of new quotes of any symbol; it must be quick and not throw. */
  readonly heard: (quotes: readonly Quote[]) => void;
}

export interface QuoteFeedOptions {
  readonly market: MarketData;
  readonly clock: Clock;
  readonly log: Log;
  /** Pause between two looks. Default: of `QUOTE_PAUSES_MS`. */
  readonly everyMs?: number;
}

/** See the head of this file. One per process. */
export class QuoteFeed {
  readonly #market: MarketData;
  readonly #clock: Clock;
  readonly #task: RepeatingTask;
  readonly #watchers = new Set<QuoteWatcher>();
  readonly #latest = new Map<string, Quote>();
  /** Symbols that the provider did not know, and until when they are left out. */
  readonly #unknown = new Map<string, number>();
  readonly #unlisten: () => void;

  constructor({ market, clock, log, everyMs }: QuoteFeedOptions) {
    this.#market = market;
    this.#clock = clock;
    const { isRemote } = market.provider.capabilities;
    this.#task = new RepeatingTask({
      name: 'reading the prices that are watched',
      everyMs: everyMs ?? QUOTE_PAUSES_MS[isRemote ? 'remote' : 'local'],
      log,
      run: () => this.#look(),
    });
    this.#unlisten = market.onQuotes((quotes) => this.#take(quotes));
  }

  start(): void {
    this.#task.start();
  }

  /** Tells `watcher` of new quotes from now on; answers how to end it. */
  watch(watcher: QuoteWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Looks now, or waits for the look that is under way. Never rejects. */
  now(): Promise<void> {
    return this.#task.now();
  }

  /** No look begins any more; waits for the one that is under way. */
  async close(): Promise<void> {
    this.#unlisten();
    await this.#task.close();
  }

  async #look(): Promise<void> {
    const watched = new Set([...this.#watchers].flatMap(({ symbols }) => [...symbols()]));
    for (const symbol of this.#latest.keys()) if (!watched.has(symbol)) this.#latest.delete(symbol);
    const wanted = [...watched].filter((symbol) => this.#mayHaveTraded(symbol));
    const failures: unknown[] = [];
    for (let first = 0; first < wanted.length; first += PAGE) {
      await this.#ask(wanted.slice(first, first + PAGE)).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Nobody is asked over the network for what has a session that is long over, or was unknown a moment ago. */
  #mayHaveTraded(symbol: string): boolean {
    const now = this.#clock.now();
    if (now < (this.#unknown.get(symbol) ?? now)) return false;
    if (!this.#market.provider.capabilities.isRemote || !this.#latest.has(symbol)) return true;
    const calendar = calendarOf(symbol);
    return now < calendar.close(tradingDay(calendar, now)) + LATE_MS;
  }

  /** One symbol after the other when the provider does not know one of them: the others must not wait for it. */
  async #ask(symbols: readonly string[]): Promise<void> {
    try {
      // The answer is heard as everybody's answers are.
      await this.#market.quotes(symbols);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'VALIDATION') throw error;
      const [only] = symbols;
      if (symbols.length === 1 && only !== undefined) this.#unknown.set(only, this.#clock.now() + UNKNOWN_MS);
      else for (const symbol of symbols) await this.#ask([symbol]);
    }
  }

  #take(quotes: readonly Quote[]): void {
    const now = this.#clock.now();
    const fresh = quotes.filter((quote) => isNews(quote, this.#latest.get(quote.symbol), now));
    if (fresh.length === 0) return;
    for (const quote of fresh) {
      this.#latest.set(quote.symbol, quote);
      this.#unknown.delete(quote.symbol);
    }
    for (const { heard } of this.#watchers) heard(fresh);
  }
}

/** Whether a quote is later than what was known, or corrects it; one from the future holds nobody up. */
function isNews(quote: Quote, known: Quote | undefined, now: number): boolean {
  if (known === undefined || known.at.getTime() > now) return true;
  const later = quote.at.getTime() - known.at.getTime();
  return later > 0 || (later === 0 && quote.price !== known.price);
}
