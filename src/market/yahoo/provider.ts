import { type Clock, DAY_MS, type DateRange, parseDateRange, type Random } from '../../core/index.ts';
import { aggregateDaily, periodStart } from '../aggregate.ts';
import { allocateColumns, type BarColumns, type Bars, copyRows, lowerBound } from '../bars.ts';
import { lastCompletedSession, sessionAfter } from '../calendar/index.ts';
import { INTERVALS, intervalMinutes } from '../interval.ts';
import { mergeBars } from '../merge.ts';
import type { BarsRequest, ListedSymbol, MarketDataProvider, Quote } from '../provider.ts';
import { calendarOf } from '../symbol.ts';
import { readDailyBars, readIntradayBars, SETTLING_MS } from './chart.ts';
import { type ChartRequest, type Client, createClient } from './client.ts';
import { toDomainError, YahooFault } from './fault.ts';
import { readQuotes } from './quotes.ts';
import { REACH_DAYS, refuseOutOfReach, windowsOf } from './reach.ts';
import { type Patience, withRetries } from './retry.ts';
import { SUGGESTIONS } from './suggestions.ts';
import { toYahooSymbol } from './symbols.ts';
import { Transport } from './transport.ts';

/** Yahoo's oldest prices are of the 1920s. */
const OLDEST = Date.UTC(1900, 0, 1);
/** From the start of one request to the next. */
const SPACING_MS = 250;
const TIMEOUT_MS = 10_000;
/** Three attempts within about 35 s at worst. */
const PATIENCE: Patience = { attempts: 3, backoffMs: 1000, longestWaitMs: 5000 };

/** What the provider works with. */
export interface YahooOptions {
  readonly clock: Clock;
  /** Spreads the waits before repetitions. */
  readonly random: Random;
  /** What talks HTTP. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Waits, all in milliseconds. Defaults: 250 between requests, 10,000 for one, 1,000 before the first repetition. */
  readonly pace?: { readonly spacingMs?: number; readonly timeoutMs?: number; readonly backoffMs?: number };
}

/** One request for the bars of a symbol, read to the end. */
interface Asking {
  readonly request: BarsRequest;
  readonly yahooSymbol: string;
  readonly range: DateRange;
}

/**
 * Yahoo Finance. Bars are adjusted for splits and, from days on, for dividends; weeks (from Monday) and months are made of
 * its daily bars, so that the three agree and no bar is told before its last day is over.
 */
export class YahooProvider implements MarketDataProvider {
  readonly name = 'yahoo';
  readonly capabilities = { intervals: INTERVALS, isRemote: true, reachDays: REACH_DAYS };
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #transport: Transport;
  readonly #client: Client;
  readonly #patience: Patience;

  constructor({ clock, random, fetch = globalThis.fetch, pace = {} }: YahooOptions) {
    const { spacingMs = SPACING_MS, timeoutMs = TIMEOUT_MS, backoffMs = PATIENCE.backoffMs } = pace;
    this.#clock = clock;
    this.#random = random;
    this.#transport = new Transport({ clock, fetch, spacingMs, timeoutMs, coolDownMs: backoffMs });
    this.#client = createClient(this.#transport.fetch);
    this.#patience = { ...PATIENCE, backoffMs };
  }

  /**
   * @throws {DomainError} VALIDATION at `symbols` for a symbol that Yahoo does not know, at `start` for bars that it no
   * longer serves; UNAVAILABLE, with `retryAfterSeconds` when it throttles
   */
  async bars(request: BarsRequest): Promise<Bars> {
    const { symbol, interval } = request;
    const range = parseDateRange(request);
    const asking = { request, range, yahooSymbol: knownForm(symbol) };
    const columns = await (interval === '1d'
      ? this.#daily(asking, range)
      : interval === '1w' || interval === '1mo'
        ? this.#longer(asking, interval)
        : this.#intraday(asking, interval));
    return { symbol, interval, source: this.name, ...columns };
  }

  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    const yahooSymbols = symbols.map(knownForm);
    const quotes = await this.#ask(symbols.join(', '), async () => readQuotes(await this.#client.quotes(yahooSymbols)));
    const unknown = symbols.filter((_, index) => !quotes.has(yahooSymbols[index] ?? ''));
    if (unknown.length > 0) {
      throw toDomainError(new YahooFault('unknown_symbol', 'No quote.'), unknown.join(', '));
    }
    return symbols.flatMap((symbol, index) => {
      const quote = quotes.get(yahooSymbols[index] ?? '');
      return quote === undefined ? [] : [{ symbol, ...quote, source: this.name }];
    });
  }

  async symbols(): Promise<readonly ListedSymbol[]> {
    return SUGGESTIONS;
  }

  /** Ends what is under way, for a server that closes. */
  close(): void {
    this.#transport.close();
  }

  /** Weeks or months that are over and start within the range. */
  async #longer(asking: Asking, interval: '1w' | '1mo'): Promise<BarColumns> {
    const { start, end } = asking.range;
    const last = periodStart(end, interval);
    const longest = interval === '1w' ? 7 : 31;
    const daily = await this.#daily(asking, { start: periodStart(start, interval), end: last + longest * DAY_MS });
    const unfinished = this.#unfinishedPeriod(asking, interval, daily.time.at(-1) ?? start);
    const bars = aggregateDaily(copyRows(daily, 0, lowerBound(daily.time, unfinished)), interval);
    return copyRows(bars, lowerBound(bars.time, start), lowerBound(bars.time, last + 1));
  }

  /** Start of the first period that lacks a session, or of the running one while Yahoo has not told the newest session. */
  #unfinishedPeriod({ request }: Asking, interval: '1w' | '1mo', newest: number): number {
    const calendar = calendarOf(request.symbol);
    const now = this.#clock.now();
    const completed = lastCompletedSession(calendar, now - SETTLING_MS);
    const next = periodStart(sessionAfter(calendar, completed), interval);
    return newest >= completed ? next : Math.min(next, periodStart(calendar.dayOf(now), interval));
  }

  /** Daily bars of dates, which may be in another zone than UTC: so a day more is asked for at either end. */
  async #daily(asking: Asking, range: DateRange): Promise<BarColumns> {
    const now = this.#clock.now();
    const from = Math.max(OLDEST, range.start) - DAY_MS;
    const until = Math.min(range.end, now) + 2 * DAY_MS;
    const { symbol } = asking.request;
    return this.#charts(asking, { interval: '1d', from, until }, (raw) => readDailyBars(raw, { symbol, range, now }));
  }

  async #intraday(asking: Asking, interval: ChartRequest['interval']): Promise<BarColumns> {
    const { range, request } = asking;
    const { symbol } = request;
    const now = this.#clock.now();
    const calendar = calendarOf(symbol);
    refuseOutOfReach(interval, range, calendar.dayOf(now));
    const from = calendar.startOfDay(range.start);
    const until = Math.min(now, calendar.startOfDay(range.end + DAY_MS));
    const minutes = intervalMinutes(interval) ?? 0;
    return this.#charts(asking, { interval, from, until }, (raw) =>
      readIntradayBars(raw, { symbol, range, now }, minutes),
    );
  }

  /** The rows of all requests that a range takes; a range without rows is an answer, too. */
  async #charts(
    asking: Asking,
    chart: Omit<ChartRequest, 'symbol'>,
    read: (raw: unknown) => BarColumns,
  ): Promise<BarColumns> {
    const { yahooSymbol, request } = asking;
    const asked = yahooSymbol === request.symbol ? request.symbol : `${request.symbol} (${yahooSymbol} at Yahoo)`;
    let bars = allocateColumns(0);
    for (const window of windowsOf(chart.interval, chart)) {
      const part = await this.#ask(asked, async () => {
        const wanted = { symbol: yahooSymbol, interval: chart.interval, ...window };
        return this.#client.chart(wanted).then(read, emptyWhenNoData);
      });
      // Yahoo's row of the last trade may lie on the first bar of the next request, which is the better one.
      bars = bars.time.length === 0 ? part : mergeBars(bars, part).bars;
    }
    return bars;
  }

  async #ask<Answer>(asked: string, ask: () => Promise<Answer>): Promise<Answer> {
    const { signal } = this.#transport;
    try {
      return await withRetries(ask, { patience: this.#patience, random: this.#random, signal });
    } catch (error) {
      throw error instanceof YahooFault ? toDomainError(error, asked) : error;
    }
  }
}

function knownForm(symbol: string): string {
  const form = toYahooSymbol(symbol);
  if (form === undefined) throw toDomainError(new YahooFault('unknown_symbol', 'No form at Yahoo.'), symbol);
  return form;
}

function emptyWhenNoData(error: unknown): BarColumns {
  if (error instanceof YahooFault && error.kind === 'no_data') return allocateColumns(0);
  throw error;
}
