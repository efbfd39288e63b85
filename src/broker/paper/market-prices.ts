/** Asking for the prices of a round. What cannot be had is left out, and said once until it can be had again. */
import { DomainError } from '../../core/index.ts';
import { calendarOf, type Quote } from '../../market/index.ts';
import { SIMULATED } from './match.ts';
import type { PaperDeps } from './paper-deps.ts';
import { isInSession } from './session.ts';
import { within } from './within.ts';

/** The greatest number of symbols that are asked for at once. */
const PAGE = 100;
const MINUTE_MS = 60_000;
/** How long a price source may take. */
const LIMIT_MS = 10_000;
/** How late prices of a session may still arrive, as those of delayed sources do. */
const LATE_MS = 20 * MINUTE_MS;
/** How long a symbol that the source does not know is not asked for again. */
const UNKNOWN_MS = 10_000;

export interface MarketPricesOptions {
  /** Is told of every failure. */
  readonly failed: (error: unknown) => void;
  /** Ends the waiting for prices. */
  readonly signal: AbortSignal;
}

/** The prices as the paper broker asks for them. */
export class MarketPrices {
  readonly #deps: PaperDeps;
  readonly #options: MarketPricesOptions;
  /** Symbols whose last quote was none of a simulation: they have a session. */
  readonly #real = new Set<string>();
  /** Symbols that the source did not know, and until when they are left out. */
  readonly #unknown = new Map<string, number>();
  /** What was told of the running minute. */
  readonly #volumes = new Map<string, number | null>();
  #minute = Number.NaN;

  constructor(deps: PaperDeps, options: MarketPricesOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** The quotes by symbol. Where a session is known to be long over, or the symbol was unknown just now, nobody is asked. */
  async quotes(symbols: readonly string[]): Promise<ReadonlyMap<string, Quote>> {
    const wanted = symbols.filter((symbol) => this.#mayHaveTraded(symbol));
    const quotes = new Map<string, Quote>();
    for (let first = 0; first < wanted.length; first += PAGE) {
      for (const quote of await this.#page(wanted.slice(first, first + PAGE))) quotes.set(quote.symbol, quote);
    }
    for (const { symbol, source } of quotes.values()) if (source !== SIMULATED) this.#real.add(symbol);
    return quotes;
  }

  #mayHaveTraded(symbol: string): boolean {
    const now = this.#deps.clock.now();
    if (now < (this.#unknown.get(symbol) ?? now)) return false;
    const calendar = calendarOf(symbol);
    return !this.#real.has(symbol) || isInSession(calendar, now) || isInSession(calendar, now - LATE_MS);
  }

  /** Asks for one symbol after the other when the source does not know one of them: the others must not wait for it. */
  async #page(symbols: readonly string[]): Promise<readonly Quote[]> {
    try {
      return await this.#wait(this.#deps.prices.quotes(symbols));
    } catch (error) {
      this.#options.failed(error);
      if (!(error instanceof DomainError) || error.code !== 'VALIDATION') return [];
    }
    const [only] = symbols;
    if (only !== undefined && symbols.length === 1) {
      this.#unknown.set(only, this.#deps.clock.now() + UNKNOWN_MS);
      return [];
    }
    const quotes: Quote[] = [];
    for (const symbol of symbols) quotes.push(...(await this.#page([symbol])));
    return quotes;
  }

  /**
   * The latest minute's volumes by symbol, asked for once a minute. A symbol whose volume is not told is left out; one
   * whose volume cannot be had just now has none.
   */
  async volumes(symbols: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { prices, settings, clock } = this.#deps;
    if (prices.volume === undefined || settings.maxVolumeShare === null) return new Map();
    const minute = Math.floor(clock.now() / MINUTE_MS);
    if (minute !== this.#minute) this.#volumes.clear();
    this.#minute = minute;
    const told = new Map<string, number>();
    for (const symbol of symbols) {
      const volume = await this.#volume(symbol);
      if (volume !== null) told.set(symbol, volume);
    }
    return told;
  }

  async #volume(symbol: string): Promise<number | null> {
    const kept = this.#volumes.get(symbol);
    if (kept !== undefined) return kept;
    try {
      const volume = await this.#wait(this.#deps.prices.volume?.(symbol) ?? Promise.resolve(null));
      const read = volume === null || !Number.isFinite(volume) ? null : Math.max(0, volume);
      this.#volumes.set(symbol, read);
      return read;
    } catch (error) {
      this.#options.failed(error);
      return 0;
    }
  }

  #wait<T>(answer: Promise<T>): Promise<T> {
    return within(answer, { signal: this.#options.signal, limitMs: LIMIT_MS });
  }
}
