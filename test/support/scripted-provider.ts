/** A source of prices that stand where a test puts them. */
import type { Clock } from '../../src/core/index.ts';
import { invalid, unavailable } from '../../src/core/index.ts';
import {
  type Bars,
  type BarsRequest,
  INTERVALS,
  type ListedSymbol,
  type MarketDataProvider,
  type Quote,
  SimulatedProvider,
} from '../../src/market/index.ts';

/** Quotes as they are set; bars of a simulation. */
export class ScriptedProvider implements MarketDataProvider {
  readonly name = 'scripted';
  readonly capabilities;
  readonly #clock: Clock;
  readonly #bars: SimulatedProvider;
  readonly #quotes = new Map<string, { readonly price: number; readonly at: Date | null }>();
  /** Symbols of each request for quotes so far. */
  readonly asked: (readonly string[])[] = [];
  isDown = false;

  constructor(clock: Clock, { isRemote = false }: { readonly isRemote?: boolean } = {}) {
    this.#clock = clock;
    this.#bars = new SimulatedProvider({ clock, seed: 'scripted' });
    this.capabilities = { intervals: INTERVALS, isRemote, reachDays: {} };
  }

  /** From now on this is the price; `at` a certain time, or whenever somebody asks. */
  set(symbol: string, price: number, at: Date | null = null): void {
    this.#quotes.set(symbol, { price, at });
  }

  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    this.asked.push(symbols);
    if (this.isDown) throw unavailable('The source is down.');
    return symbols.map((symbol) => {
      const quote = this.#quotes.get(symbol);
      if (quote === undefined) throw invalid('symbols', `There is no ${symbol}.`);
      const at = quote.at ?? new Date(this.#clock.now());
      return { symbol, price: quote.price, bid: null, ask: null, at, source: this.name };
    });
  }

  bars(request: BarsRequest): Promise<Bars> {
    return this.#bars.bars(request);
  }

  symbols(): Promise<readonly ListedSymbol[]> {
    return this.#bars.symbols();
  }

  close(): void {
    // Nothing is under way.
  }
}
