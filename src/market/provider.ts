import type { Bars } from './bars.ts';
import type { Interval } from './interval.ts';

/** What a person pays and gets now. */
export interface Quote {
  readonly symbol: string;
  /** Last price, in the quote currency, above 0. */
  readonly price: number;
  /** What buyers offer and sellers ask, bid <= ask; both null where the source does not tell, as of a closed market. */
  readonly bid: number | null;
  readonly ask: number | null;
  /** When the price was current; a closed market's is its last. */
  readonly at: Date;
  /** The provider's name. */
  readonly source: string;
}

/** A series that somebody asks for. */
export interface BarsRequest {
  /** Canonical, see `parseSymbol`. */
  readonly symbol: string;
  readonly interval: Interval;
  /** First exchange date, `YYYY-MM-DD`, inclusive. A bar belongs to the date on which it starts. */
  readonly start: string;
  /** Last exchange date, inclusive; a date in the future means today. */
  readonly end: string;
}

/** A symbol that a provider suggests; it may know many more. */
export interface ListedSymbol {
  readonly symbol: string;
  readonly name: string;
}

/** Port: a source of prices outside the process, or the simulation of one. */
export interface MarketDataProvider {
  /** What results call the source, e.g. `simulated`. */
  readonly name: string;
  readonly capabilities: {
    /** The bar lengths it can answer. */
    readonly intervals: readonly Interval[];
    /** Whether it asks somebody outside the process: then its bars are kept in the bar store. */
    readonly isRemote: boolean;
    /** How many days before today the bars of an interval reach; without an entry as far as there are any. */
    readonly reachDays: Readonly<Partial<Record<Interval, number>>>;
  };
  /**
   * The completed bars of a range, possibly none.
   *
   * @throws {DomainError} VALIDATION when it cannot serve such a range, UNAVAILABLE when it is down
   */
  bars(request: BarsRequest): Promise<Bars>;
  /**
   * The quotes of canonical symbols now, in the same order.
   *
   * @throws {DomainError} VALIDATION at `symbols` when it does not know one, UNAVAILABLE when it is down
   */
  quotes(symbols: readonly string[]): Promise<readonly Quote[]>;
  symbols(): Promise<readonly ListedSymbol[]>;
  /** Ends what is under way: it fails as UNAVAILABLE, and so does what is asked for afterwards. */
  close(): void;
}
