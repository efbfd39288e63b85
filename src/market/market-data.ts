import { type Clock, DAY_MS, type DateRange, DomainError, formatDate, invalid, parseDateRange } from '../core/index.ts';
import type { Database } from '../storage/index.ts';
import { type AlignedBars, Aligner } from './aligner.ts';
import { findSeries, listSeries, type StoredSeries } from './bar-store.ts';
import { type Bars, formatBarTime } from './bars.ts';
import { missingSessions } from './coverage.ts';
import { instantsOf } from './instants.ts';
import type { Interval } from './interval.ts';
import { KeptBars } from './kept-bars.ts';
import type { BarsRequest, MarketDataProvider, Quote } from './provider.ts';
import { SeriesReader } from './series-reader.ts';
import { CSV_SOURCE, checkSource } from './source.ts';
import { parseSymbol, parseSymbols } from './symbol.ts';

/** The greatest number of bars of one request, all symbols together: 190 MB. */
const MAX_TOTAL_BARS = 4_000_000;

/** Days in which the newest minute is looked for: more than any weekend with holidays. */
const MINUTE_DAYS = 5;

/** A series that somebody asks for, and perhaps from where. */
export interface SourcedBarsRequest extends BarsRequest {
  /** `csv` or the provider's name; by default an imported series, where there is one, else the provider. */
  readonly source?: string;
}

/** Several series that somebody asks for, on their common times. */
export interface AlignedBarsRequest extends Omit<SourcedBarsRequest, 'symbol'> {
  /** 1 to 100 symbols in any case, each once. */
  readonly symbols: readonly string[];
  /** Drops bars that start after this: what a job saw when it was submitted. */
  readonly until?: Date;
}

/** One line of the list of symbols: what a provider suggests, or a series that was imported or kept. */
export interface SymbolListing {
  readonly symbol: string;
  readonly name: string;
  readonly source: string;
  /** The following are known of stored series only. */
  readonly interval: Interval | null;
  /** First and last bar: `2020-01-02`, within the day `2020-01-02T14:30:00Z`. */
  readonly first: string | null;
  readonly last: string | null;
  readonly rows: number | null;
}

/** Where the bars of one symbol come from; the imported series when it is that. */
interface Resolution {
  readonly symbol: string;
  readonly source: string;
  readonly series: StoredSeries | undefined;
}

/**
 * The one door to prices. An imported series is used for its owner, symbol and interval; when it lacks sessions of the
 * range that is an error and never filled from elsewhere, unless the request names a source. Without an imported series
 * the provider answers, through `KeptBars` when it is outside the process. Paths of errors: `symbols`, `interval`, `start`,
 * `end`, `source`.
 */
export class MarketData {
  readonly provider: MarketDataProvider;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #reader: SeriesReader;
  readonly #aligner = new Aligner();
  readonly #listeners = new Set<(quotes: readonly Quote[]) => void>();
  /** Only of a provider outside the process. */
  readonly #kept: KeptBars | undefined;

  constructor(options: { readonly database: Database; readonly provider: MarketDataProvider; readonly clock: Clock }) {
    this.provider = options.provider;
    this.#database = options.database;
    this.#clock = options.clock;
    this.#reader = new SeriesReader(options.database.read);
    const isRemote = this.provider.capabilities.isRemote;
    this.#kept = isRemote ? new KeptBars({ ...options, reader: this.#reader }) : undefined;
  }

  /**
   * The bars of one series, at least one. They are shared with whoever asks for the same: nobody writes to them.
   *
   * @throws {DomainError} VALIDATION when the request is wrong, the imported series lacks sessions, or there are no bars;
   * what is wrong with the symbol is said at `symbol`
   */
  async bars(ownerId: number, request: SourcedBarsRequest): Promise<Bars> {
    const { symbol, ...rest } = request;
    try {
      const [bars] = await this.#load(ownerId, { ...rest, symbols: [symbol] });
      if (bars === undefined) throw noBars([symbol], request);
      return bars;
    } catch (error) {
      throw error instanceof DomainError ? ofOneSymbol(error) : error;
    }
  }

  /**
   * Several series from one source, cut to the times that all of them have.
   *
   * @throws {DomainError} VALIDATION as for `bars`, and when symbols repeat or would come from different sources
   */
  async alignedBars(ownerId: number, request: AlignedBarsRequest): Promise<AlignedBars> {
    const loaded = await this.#load(ownerId, request);
    const aligned = await this.#aligner.align(loaded, request.until?.getTime() ?? Number.POSITIVE_INFINITY);
    if (aligned === undefined) throw noBars(request.symbols, request);
    return aligned;
  }

  /**
   * Quotes now, in the order of `symbols` (any case). They are always the provider's and say so, for imported symbols too.
   *
   * @throws {DomainError} VALIDATION at `symbols`
   */
  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    const quotes = await this.provider.quotes(parseSymbols(symbols));
    for (const heard of this.#listeners) heard(quotes);
    return quotes;
  }

  /** Calls `heard` with every answer of `quotes` from now on; it must be quick and not throw. Answers how to end it. */
  onQuotes(heard: (quotes: readonly Quote[]) => void): () => void {
    this.#listeners.add(heard);
    return () => void this.#listeners.delete(heard);
  }

  /** Units traded in the newest minute that the provider has; null when it has no minutes of the last days. */
  async volume(symbol: string): Promise<number | null> {
    if (!this.provider.capabilities.intervals.includes('1m')) return null;
    const now = this.#clock.now();
    const range = { start: formatDate(now - MINUTE_DAYS * DAY_MS), end: formatDate(now) };
    const { volume } = await this.provider.bars({ symbol: parseSymbol(symbol, 'symbol'), interval: '1m', ...range });
    return volume.at(-1) ?? null;
  }

  /** What the owner imported, what is kept of the provider, then what that suggests. Other symbols may be known, too. */
  async symbols(ownerId: number): Promise<readonly SymbolListing[]> {
    const listed = await this.provider.symbols();
    const names = new Map(listed.map(({ symbol, name }) => [symbol, name]));
    const sources = [CSV_SOURCE, this.provider.name];
    const stored = await listSeries(this.#database.read, ownerId, sources);
    return [
      ...stored.map((series) => ({
        symbol: series.symbol,
        name: names.get(series.symbol) ?? series.symbol,
        source: series.source,
        interval: series.interval,
        first: formatBarTime(series.firstTime, series.interval),
        last: formatBarTime(series.lastTime, series.interval),
        rows: series.rows,
      })),
      ...listed.map(({ symbol, name }) => {
        return { symbol, name, source: this.provider.name, interval: null, first: null, last: null, rows: null };
      }),
    ];
  }

  /** Ends requests to the provider, for a server that closes. */
  close(): void {
    this.provider.close();
  }

  async #load(ownerId: number, request: AlignedBarsRequest): Promise<readonly Bars[]> {
    const symbols = parseSymbols(request.symbols);
    const range = parseDateRange(request);
    checkSource(request.source, this.provider.name);
    const resolutions = await Promise.all(symbols.map((symbol) => this.#resolve(ownerId, symbol, request)));
    refuseMixedSources(resolutions);

    const loaded: Bars[] = [];
    let total = 0;
    for (const resolution of resolutions) {
      const bars = await this.#loadOne(ownerId, resolution, { request, range });
      if (bars.time.length === 0) throw noBars([resolution.symbol], request);
      total += bars.time.length;
      if (total > MAX_TOTAL_BARS) throw tooManyBars(total);
      loaded.push(bars);
    }
    return loaded;
  }

  async #resolve(ownerId: number, symbol: string, request: AlignedBarsRequest): Promise<Resolution> {
    const { source, interval } = request;
    const provider = { symbol, source: this.provider.name, series: undefined };
    if (source === this.provider.name) return provider;
    const series = await findSeries(this.#database.read, ownerId, { symbol, interval });
    if (series !== undefined) return { symbol, source: series.source, series };
    if (source === undefined) return provider;
    throw invalid(
      'source',
      `No ${interval} bars of ${symbol} were imported. Import them with POST /api/data/import?symbol=${symbol}&interval=${interval}, or name the source "${this.provider.name}".`,
    );
  }

  async #loadOne(
    ownerId: number,
    { symbol, series }: Resolution,
    { request, range }: { readonly request: AlignedBarsRequest; readonly range: DateRange },
  ): Promise<Bars> {
    const { interval, start, end, source } = request;
    if (series === undefined) {
      this.#checkProvided(interval);
      const provided = { symbol, interval, start, end };
      return this.#kept === undefined ? this.provider.bars(provided) : this.#kept.bars(ownerId, provided);
    }
    const columns = await this.#reader.read(series, instantsOf(series, range));
    const missing = missingSessions({ ...series, times: columns.time }, range, this.#clock.now());
    if (missing !== undefined && source === undefined) throw incomplete(series, missing, this.provider.name);
    return { symbol, interval, source: series.source, ...columns };
  }

  #checkProvided(interval: Interval): void {
    const { intervals } = this.provider.capabilities;
    if (intervals.includes(interval)) return;
    throw invalid(
      'interval',
      `The source "${this.provider.name}" has no ${interval} bars, only ${intervals.join(', ')}.`,
    );
  }
}

function refuseMixedSources(resolutions: readonly Resolution[]): void {
  if (new Set(resolutions.map(({ source }) => source)).size <= 1) return;
  const found = resolutions.map(({ symbol, source }) => `${symbol} from "${source}"`).join(', ');
  throw invalid(
    'symbols',
    `The symbols would come from different sources: ${found}. Name one with "source", or import all of them.`,
  );
}

function incomplete(series: StoredSeries, missing: string, provider: string): Error {
  const { symbol, interval } = series;
  const first = formatDate(series.firstTime);
  const last = formatDate(series.lastTime);
  return invalid(
    'symbols',
    `The imported ${interval} bars of ${symbol} run from ${first} to ${last} and lack ${missing}. Import them, ask for another range, or name a source: "${CSV_SOURCE}" for the bars that there are, "${provider}" for others.`,
    { symbol, interval, first, last },
  );
}

/** The error of a request that has a field `symbol` in place of `symbols`. */
function ofOneSymbol(error: DomainError): DomainError {
  const { code, message, facts, cause } = error;
  const fields = error.fields.map((field) => (field.path[0] === 'symbols' ? { ...field, path: ['symbol'] } : field));
  return new DomainError(code, message, { fields, facts, cause });
}

function noBars(symbols: readonly string[], range: { readonly start: string; readonly end: string }): Error {
  const common = symbols.length > 1 ? 'times in common' : 'bars';
  return invalid('symbols', `${symbols.join(', ')}: there are no ${common} from ${range.start} to ${range.end}.`, {
    start: range.start,
    end: range.end,
  });
}

function tooManyBars(total: number): Error {
  return invalid('symbols', `The request holds ${total} bars or more; at most ${MAX_TOTAL_BARS} are served at once.`, {
    limit: MAX_TOTAL_BARS,
    observed: total,
  });
}
