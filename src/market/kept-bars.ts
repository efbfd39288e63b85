import { type Clock, DAY_MS, type DateRange, dateOf, formatDate, parseDateRange, unavailable } from '../core/index.ts';
import type { Database } from '../storage/index.ts';
import { allocateColumns, type BarColumns, type Bars } from './bars.ts';
import { BoundedCache } from './bounded-cache.ts';
import { instantsOf } from './instants.ts';
import { findKept, type KeptKey, type KeptSeries, keepAnswer } from './kept-series.ts';
import { type Asking, horizonOf, missingSpan, newestDay, settledUntil, wholeSpan } from './kept-span.ts';
import type { BarsRequest, MarketDataProvider } from './provider.ts';
import type { SeriesReader } from './series-reader.ts';
import { calendarOf } from './symbol.ts';

/** How long the newest days are not asked for again while nothing new can have happened. */
const FRESH_MS = 5 * 60_000;
/** Series of which the last ask is remembered; of others one request more is made. */
const REMEMBERED_ASKS = 4096;
/** Rounds of asking and keeping before giving up: more are only needed when other processes keep the same series. */
const MAX_ROUNDS = 4;

/** When the newest days of a series were last asked for, and what could be known then. */
interface LastAsk {
  readonly at: number;
  readonly horizon: number;
  readonly end: number;
}

/**
 * The bars of a provider outside the process, kept in the bar store for each owner: what was asked for before is answered
 * without a request, also while the provider is down; of anything else only the missing head or tail is asked for, with
 * some bars that are kept. Where those have other prices now (a dividend or a split has rescaled the past), the
 * whole series is asked for again and replaced in one transaction.
 */
export class KeptBars {
  readonly #database: Database;
  readonly #provider: MarketDataProvider;
  readonly #clock: Clock;
  readonly #reader: SeriesReader;
  readonly #lastAsks = new BoundedCache<LastAsk>(REMEMBERED_ASKS);
  /** The end of the line of those who want to ask for a series; absent when nobody does. */
  readonly #lines = new Map<string, Promise<void>>();

  constructor(options: {
    readonly database: Database;
    readonly provider: MarketDataProvider;
    readonly clock: Clock;
    readonly reader: SeriesReader;
  }) {
    this.#database = options.database;
    this.#provider = options.provider;
    this.#clock = options.clock;
    this.#reader = options.reader;
  }

  /**
   * The bars of a range, possibly none.
   *
   * @throws {DomainError} what the provider throws when a part is missing
   */
  async bars(ownerId: number, request: BarsRequest): Promise<Bars> {
    const { symbol, interval } = request;
    const source = this.#provider.name;
    const key = { ownerId, symbol, interval, source };
    const range = parseDateRange(request);
    const wanted = { start: range.start, end: Math.min(range.end, newestDay(key, this.#clock.now())) };
    const kept = await this.#findFresh(key, wanted);
    const found = kept === undefined ? await this.#inLine(key, () => this.#ask(key, wanted)) : kept.found;
    const columns = found === undefined ? allocateColumns(0) : await this.#read(found, key, range);
    return { symbol, interval, source, ...columns };
  }

  /** What is kept, when there is nothing to ask for; `undefined` when there is. */
  async #findFresh(key: KeptKey, wanted: DateRange): Promise<{ readonly found: KeptSeries | undefined } | undefined> {
    const found = await findKept(this.#database.read, key);
    const isFuture = wanted.end < wanted.start;
    return isFuture || this.#missing(key, wanted, found) === undefined ? { found } : undefined;
  }

  /** Asks until the wanted range is kept, and returns the series; `undefined` when there are no bars at all. */
  async #ask(key: KeptKey, wanted: DateRange): Promise<KeptSeries | undefined> {
    let mustReplace = false;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const before = await findKept(this.#database.read, key);
      const missing = this.#missing(key, wanted, before);
      const asking =
        mustReplace && before !== undefined ? wholeSpan(wanted, before.asked, this.#earliest(key)) : missing;
      if (asking === undefined) return before;
      const outcome = await this.#askFor(key, asking, before);
      if (outcome === 'none') return undefined;
      if (outcome === 'stored') return findKept(this.#database.read, key);
      mustReplace = outcome === 'rescaled';
    }
    throw unavailable(`The kept ${key.interval} bars of ${key.symbol} are being changed by others: try again.`);
  }

  async #askFor(
    key: KeptKey,
    asking: Asking,
    before: KeptSeries | undefined,
  ): Promise<'stored' | 'changed' | 'rescaled' | 'none'> {
    const { symbol, interval } = key;
    const now = this.#clock.now();
    const range = { start: formatDate(asking.start), end: formatDate(asking.end) };
    const bars = await this.#provider.bars({ symbol, interval, ...range });
    const newest = bars.time.at(-1);
    if (newest === undefined) return this.#withoutBars(key, asking, before);
    const settled = settledUntil(key, { end: asking.end, newest }, now);
    const answer = { asking, bars, before, settledUntil: settled, now: dateOf(this.#clock) };
    const outcome = await this.#database.transaction((tx) => keepAnswer(tx, key, answer));
    if (outcome === 'stored') {
      this.#lastAsks.set(nameOf(key), { at: now, horizon: horizonOf(key, now), end: asking.end });
    }
    return outcome;
  }

  /** No bars where some are kept: either they have all moved, or the provider is confused. */
  #withoutBars(key: KeptKey, asking: Asking, before: KeptSeries | undefined): 'none' | 'rescaled' {
    if (before === undefined) return 'none';
    if (!asking.replaces) return 'rescaled';
    throw unavailable(
      `The source "${key.source}" has no ${key.interval} bars of ${key.symbol} any more; the bars that are kept stay as they are.`,
    );
  }

  /** What has to be asked for now; nothing while the newest days were asked for a moment ago. */
  #missing(key: KeptKey, wanted: DateRange, kept: KeptSeries | undefined): Asking | undefined {
    const missing = missingSpan(key, wanted, { kept: kept?.asked, earliest: this.#earliest(key) });
    if (missing === undefined || kept === undefined || wanted.start < kept.asked.start) return missing;
    const last = this.#lastAsks.get(nameOf(key));
    const now = this.#clock.now();
    const isFresh =
      last !== undefined &&
      last.end >= wanted.end &&
      last.horizon === horizonOf(key, now) &&
      Math.abs(now - last.at) < FRESH_MS;
    return isFresh ? undefined : missing;
  }

  /** The earliest day that the provider serves. */
  #earliest({ symbol, interval }: KeptKey): number {
    const days = this.#provider.capabilities.reachDays[interval];
    if (days === undefined) return Number.NEGATIVE_INFINITY;
    return calendarOf(symbol).dayOf(this.#clock.now()) - (days - 1) * DAY_MS;
  }

  async #read({ series }: KeptSeries, key: KeptKey, range: DateRange): Promise<BarColumns> {
    return this.#reader.read(series, instantsOf(key, range));
  }

  /** One after the other for one series: whoever waited finds what the one before has kept. */
  async #inLine<Result>(key: KeptKey, work: () => Promise<Result>): Promise<Result> {
    const name = nameOf(key);
    const before = this.#lines.get(name) ?? Promise.resolve();
    const result = before.then(work);
    const end = result.then(
      () => undefined,
      () => undefined,
    );
    this.#lines.set(name, end);
    try {
      return await result;
    } finally {
      if (this.#lines.get(name) === end) this.#lines.delete(name);
    }
  }
}

function nameOf({ ownerId, symbol, interval }: KeptKey): string {
  return `${ownerId} ${symbol} ${interval}`;
}
