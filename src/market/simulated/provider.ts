import { setImmediate as yieldToEvents } from 'node:timers/promises';
import {
  type Clock,
  DAY_MS,
  type DateRange,
  invalid,
  invariant,
  parseDateRange,
  seededRandom,
} from '../../core/index.ts';
import { aggregateDaily, periodStart } from '../aggregate.ts';
import { AnswerCache } from '../answer-cache.ts';
import { allocateColumns, type BarColumns, type Bars, byteLengthOf, copyRows, lowerBound } from '../bars.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { lastCompletedSession, sessionAfter, sessions, type TradingCalendar, tradingDay } from '../calendar/index.ts';
import { INTERVALS, intervalMinutes } from '../interval.ts';
import type { BarsRequest, ListedSymbol, MarketDataProvider, Quote } from '../provider.ts';
import { calendarOf } from '../symbol.ts';
import { dailyPath, sessionsUntil } from './daily-path.ts';
import { instrumentOf, wellKnownInstruments } from './instruments.ts';
import { intradayPath, type SessionBar } from './intraday-path.ts';
import { HISTORY_START, MarketFactor } from './market-factor.ts';
import { quoteAround } from './quote.ts';
import { writeSession } from './write-session.ts';

/** The greatest number of bars of one answer: 20 years of minutes of an equity. */
const MAX_BARS = 2_000_000;
/** Lists of sessions kept: two calendars, whose sessions end at different hours. 0.1 MB each. */
const CACHED_CALENDARS = 4;
/** Histories kept: 0.6 to 0.8 MB each. */
const CACHED_HISTORIES = 48;
/** Memory that kept answers may take, in bytes: five series of a million bars. */
const CACHED_ANSWER_BYTES = 256 * 2 ** 20;
/** Sessions kept minute by minute for quotes: 3 to 12 KB each. */
const CACHED_SESSIONS = 1024;
/** Minutes generated before other work gets its turn: some 3 ms, so that several jobs on as many symbols do not hold it up. */
const MINUTES_PER_TURN = 15_000;

/** What the quotes of one symbol are made of while one session is the latest. */
interface QuoteBasis {
  readonly opensAt: number;
  readonly closesAt: number;
  /** The session's price at each full minute, see `IntradayPath`. */
  readonly prices: Float64Array;
  readonly close: number;
  /** When and where the next session opens. */
  readonly nextOpensAt: number;
  readonly nextOpen: number;
  readonly noiseSeed: number;
}

/**
 * Prices for any symbol, from 1980 to the clock's now, invented but the same at every call: bars and quotes depend on
 * seed, symbol and time alone. Only completed bars are told. Ask it for anything but the truth.
 */
export class SimulatedProvider implements MarketDataProvider {
  readonly name = 'simulated';
  readonly capabilities = { intervals: INTERVALS, isRemote: false, reachDays: {} };
  readonly #clock: Clock;
  readonly #seed: string;
  readonly #factor: MarketFactor;
  readonly #calendars = new BoundedCache<readonly number[]>(CACHED_CALENDARS);
  readonly #histories = new BoundedCache<BarColumns>(CACHED_HISTORIES);
  readonly #sessions = new BoundedCache<QuoteBasis>(CACHED_SESSIONS);
  readonly #answers = new AnswerCache<Bars>(CACHED_ANSWER_BYTES, byteLengthOf);

  /** @param options.seed another seed is another world; default `dunlin` */
  constructor(options: { readonly clock: Clock; readonly seed?: string }) {
    this.#clock = options.clock;
    this.#seed = options.seed ?? 'dunlin';
    this.#factor = new MarketFactor(this.#seed);
  }

  /** @throws {DomainError} VALIDATION when a date is wrong or the range holds more than 2,000,000 bars */
  async bars(request: BarsRequest): Promise<Bars> {
    const range = parseDateRange(request);
    const { symbol, interval } = request;
    const key = `${symbol} ${interval} ${range.start} ${range.end} ${this.#knownUntil(request, range)}`;
    return await this.#answers.get(key, () => this.#makeBars(request, range));
  }

  async #makeBars(request: BarsRequest, range: DateRange): Promise<Bars> {
    const { symbol, interval } = request;
    const isIntraday = intervalMinutes(interval) !== null;
    const columns = isIntraday ? await this.#intradayBars(request, range) : await this.#sessionBars(request, range);
    return { symbol, interval, source: this.name, ...columns };
  }

  /** All that an answer depends on beside the request: the minute or the session that was completed last. */
  #knownUntil({ symbol, interval }: BarsRequest, range: DateRange): number {
    const now = this.#clock.now();
    if (intervalMinutes(interval) === null) return lastCompletedSession(calendarOf(symbol), now);
    // Two days after its date every session has ended, wherever its exchange is.
    return Math.min(Math.floor(now / 60_000) * 60_000, range.end + 2 * DAY_MS);
  }

  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    const now = this.#clock.now();
    const quotes: Quote[] = [];
    for (const symbol of symbols) {
      const basis = await this.#quoteBasis(symbol, now);
      const quote = quoteAround(undisturbedPrice(basis, now), now, basis.noiseSeed);
      quotes.push({ symbol, ...quote, at: new Date(now), source: this.name });
    }
    return quotes;
  }

  async symbols(): Promise<readonly ListedSymbol[]> {
    return wellKnownInstruments.map(({ symbol, name }) => ({ symbol, name }));
  }

  /** Nothing is ever under way outside the process. */
  close(): void {}

  /** Daily, weekly or monthly bars whose time lies in the range and whose last session has ended. */
  async #sessionBars({ symbol, interval }: BarsRequest, range: DateRange): Promise<BarColumns> {
    const calendar = calendarOf(symbol);
    const completed = lastCompletedSession(calendar, this.#clock.now());
    await this.#prepareHistory(symbol, completed);
    const history = this.#history(symbol, completed);
    const known = copyRows(history, 0, lowerBound(history.time, completed + 1));
    if (interval !== '1w' && interval !== '1mo') return rowsBetween(known, range.start, range.end);

    const bars = aggregateDaily(known, interval);
    const unfinished = periodStart(sessionAfter(calendar, completed), interval);
    // 1980 begins within a week: that first one would lack its Monday.
    const first = Math.max(range.start, HISTORY_START);
    return rowsBetween(bars, first, Math.min(range.end, unfinished - 1));
  }

  async #intradayBars({ symbol, interval }: BarsRequest, range: DateRange): Promise<BarColumns> {
    const calendar = calendarOf(symbol);
    const now = this.#clock.now();
    const minutesPerBar = intervalMinutes(interval);
    invariant(minutesPerBar !== null, `${interval} is not an intraday interval`);
    const days = sessions(
      calendar,
      Math.max(range.start, HISTORY_START),
      Math.min(range.end, tradingDay(calendar, now)),
    );
    const rows = days.reduce((sum, day) => sum + barsInSession(calendar, day, minutesPerBar), 0);
    if (rows > MAX_BARS) throw tooManyBars(rows, interval);

    await this.#prepareHistory(symbol, days.at(-1) ?? HISTORY_START);
    const target = allocateColumns(rows);
    let row = 0;
    let minutesInTurn = 0;
    for (const day of days) {
      if (minutesInTurn > MINUTES_PER_TURN) {
        await yieldToEvents();
        minutesInTurn = 0;
      }
      const path = intradayPath(this.#seed, this.#sessionBar(symbol, day));
      minutesInTurn += path.volumes.length;
      row = writeSession(target, row, { path, minutesPerBar, until: now });
    }
    return row === rows ? target : copyRows(target, 0, row);
  }

  async #quoteBasis(symbol: string, now: number): Promise<QuoteBasis> {
    const calendar = calendarOf(symbol);
    const day = tradingDay(calendar, now);
    const key = `${symbol} ${day}`;
    const kept = this.#sessions.get(key);
    if (kept !== undefined) return kept;
    await yieldToEvents();
    const session = this.#sessionBar(symbol, day);
    const next = this.#sessionBar(symbol, sessionAfter(calendar, day));
    const { opensAt, prices } = intradayPath(this.#seed, session);
    const { closesAt, close } = session;
    const noiseSeed = Math.floor(seededRandom(`${this.#seed} quotes ${symbol}`).uniform() * 4_294_967_296) | 0;
    const basis = { opensAt, closesAt, prices, close, nextOpensAt: next.opensAt, nextOpen: next.open, noiseSeed };
    this.#sessions.set(key, basis);
    return basis;
  }

  #sessionBar(symbol: string, day: number): SessionBar {
    const calendar = calendarOf(symbol);
    const history = this.#history(symbol, day);
    const row = lowerBound(history.time, day);
    const at = (column: Float64Array): number => column[row] ?? Number.NaN;
    return {
      symbol,
      day,
      opensAt: calendar.open(day),
      closesAt: calendar.close(day),
      open: at(history.open),
      high: at(history.high),
      low: at(history.low),
      close: at(history.close),
      volume: at(history.volume),
    };
  }

  /** Sessions and history take some 10 ms each to be made: many symbols must not hold up everything else. */
  async #prepareHistory(symbol: string, until: number): Promise<void> {
    await yieldToEvents();
    if (this.#keptHistory(symbol, until) !== undefined) return;
    const calendar = calendarOf(symbol);
    this.#days(calendar, sessionAfter(calendar, until));
    await yieldToEvents();
    this.#history(symbol, until);
    await yieldToEvents();
  }

  /** The whole history to `until` at least: it may tell of sessions to come, so callers cut it. */
  #history(symbol: string, until: number): BarColumns {
    const kept = this.#keptHistory(symbol, until);
    if (kept !== undefined) return kept;
    const calendar = calendarOf(symbol);
    const days = this.#days(calendar, sessionAfter(calendar, until));
    const history = dailyPath({
      ...{ seed: this.#seed, instrument: instrumentOf(symbol) },
      ...{ calendar, factor: this.#factor, days },
    });
    this.#histories.set(symbol, history);
    return history;
  }

  #keptHistory(symbol: string, until: number): BarColumns | undefined {
    const kept = this.#histories.get(symbol);
    return (kept?.time.at(-1) ?? 0) >= until ? kept : undefined;
  }

  /** The sessions of a history; all instruments of a calendar have the same. */
  #days(calendar: TradingCalendar, until: number): readonly number[] {
    const key = `${calendar.name} ${until}`;
    const days = this.#calendars.get(key) ?? sessionsUntil(calendar, until);
    this.#calendars.set(key, days);
    return days;
  }
}

function rowsBetween(columns: BarColumns, first: number, last: number): BarColumns {
  return copyRows(columns, lowerBound(columns.time, first), lowerBound(columns.time, last + 1));
}

function barsInSession(calendar: TradingCalendar, day: number, minutesPerBar: number): number {
  return Math.ceil((calendar.close(day) - calendar.open(day)) / 60_000 / minutesPerBar);
}

/** The price without noise: on the session's path while it runs, else on the line from its close to the next open. */
function undisturbedPrice(basis: QuoteBasis, now: number): number {
  const { opensAt, closesAt, prices, close, nextOpensAt, nextOpen } = basis;
  if (now >= closesAt) return between(close, nextOpen, (now - closesAt) / (nextOpensAt - closesAt));
  const minute = Math.floor((now - opensAt) / 60_000);
  return between(prices[minute] ?? close, prices[minute + 1] ?? close, ((now - opensAt) % 60_000) / 60_000);
}

function between(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}

function tooManyBars(rows: number, interval: string): Error {
  return invalid(
    'interval',
    `The range holds ${rows} bars of ${interval}; at most ${MAX_BARS} are served at once. Ask for a shorter range or a longer interval.`,
    { limit: MAX_BARS, observed: rows },
  );
}
