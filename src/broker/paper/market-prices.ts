/** Asking for the prices of a round. What cannot be had is left out, and said once until it can be had again. */
import { DomainError } from '../../core/index.ts';
import type { Quote } from '../../market/index.ts';
import type { PaperDeps } from './paper-deps.ts';

/** The greatest number of symbols that are asked for at once. */
const PAGE = 100;
const MINUTE_MS = 60_000;

/** The prices as the paper broker asks for them. */
export class MarketPrices {
  readonly #deps: PaperDeps;
  readonly #failed: (error: unknown) => void;
  /** What was told of the running minute. */
  readonly #volumes = new Map<string, number | null>();
  #minute = Number.NaN;

  /** @param failed is told of every failure */
  constructor(deps: PaperDeps, failed: (error: unknown) => void) {
    this.#deps = deps;
    this.#failed = failed;
  }

  /** The quotes by symbol. */
  async quotes(symbols: readonly string[]): Promise<ReadonlyMap<string, Quote>> {
    const quotes: Quote[] = [];
    for (let first = 0; first < symbols.length; first += PAGE) {
      quotes.push(...(await this.#page(symbols.slice(first, first + PAGE))));
    }
    return new Map(quotes.map((quote) => [quote.symbol, quote]));
  }

  /** Asks for one symbol after the other when the source does not know one of them: the others must not wait for it. */
  async #page(symbols: readonly string[]): Promise<readonly Quote[]> {
    try {
      return await this.#deps.prices.quotes(symbols);
    } catch (error) {
      this.#failed(error);
      if (symbols.length === 1 || !(error instanceof DomainError) || error.code !== 'VALIDATION') return [];
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
      const volume = (await this.#deps.prices.volume?.(symbol)) ?? null;
      const read = volume === null || !Number.isFinite(volume) ? null : Math.max(0, volume);
      this.#volumes.set(symbol, read);
      return read;
    } catch (error) {
      this.#failed(error);
      return 0;
    }
  }
}
