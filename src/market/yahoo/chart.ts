/**
 * A chart of Yahoo as bars. Its open, high, low and close are adjusted for splits, its adjusted close for dividends, too: so
 * every price of a daily bar is multiplied by adjclose / close. Volume is as given (adjusted for splits). Bars within the
 * day have no adjusted close and stay without dividends. Rows with a null or a price of 0 or less are no bars.
 */
import { z } from 'zod';
import type { DateRange } from '../../core/index.ts';
import { allocateColumns, type BarColumns, COLUMN_NAMES, copyRows } from '../bars.ts';
import { nyse } from '../calendar/index.ts';
import { calendarOf, tradesAroundTheClock } from '../symbol.ts';
import { YahooFault } from './fault.ts';

/** After the close it takes a while until the day's figures are final (closing auction, late reports); milliseconds. */
export const SETTLING_MS = 15 * 60_000;

/** The package turns some of Yahoo's seconds into dates. */
const instant = z.union([z.date().transform(Number), z.number().transform((seconds) => seconds * 1000)]);
const column = z.array(z.number().nullable());
const period = z.object({ start: instant, end: instant });

const answerShape = z.object({
  meta: z.object({
    exchangeTimezoneName: z.string(),
    currentTradingPeriod: z.object({ regular: period }).optional(),
    tradingPeriods: z.array(z.array(period)).optional().catch(undefined),
  }),
  timestamp: z.array(z.number()).default([]),
  indicators: z.object({
    quote: z.array(z.object({ open: column, high: column, low: column, close: column, volume: column })),
    adjclose: z.array(z.object({ adjclose: column })).optional(),
  }),
});

type Answer = z.output<typeof answerShape>;

/** What the rows of a chart are read for. */
export interface Reading {
  /** Canonical. */
  readonly symbol: string;
  readonly range: DateRange;
  /** Instant of now: later and unfinished bars are left out. */
  readonly now: number;
}

/**
 * The completed daily bars of a range, at 00:00 UTC of the exchange's dates.
 *
 * @throws {YahooFault} garbage
 */
export function readDailyBars(raw: unknown, { symbol, range, now }: Reading): BarColumns {
  const answer = parseAnswer(raw);
  const dateOf = datesIn(answer.meta.exchangeTimezoneName);
  const today = dateOf(now);
  const session = sessionsOf(answer.meta, symbol, dateOf)(today);
  const isOver = session !== undefined && now >= session.end + SETTLING_MS;
  const unfinished = isOver ? Number.POSITIVE_INFINITY : today;
  return readRows(answer, (time) => {
    const day = dateOf(time);
    return day >= range.start && day <= range.end && day < unfinished ? day : undefined;
  });
}

/**
 * The completed bars of a range within the day, at the instants at which they start. What is outside the regular session
 * or off the minute is not a bar: Yahoo adds the last trade as a row of its own.
 *
 * @throws {YahooFault} garbage
 */
export function readIntradayBars(raw: unknown, { symbol, range, now }: Reading, minutes: number): BarColumns {
  const answer = parseAnswer(raw);
  const calendar = calendarOf(symbol);
  const sessionOf = sessionsOf(answer.meta, symbol, (time) => calendar.dayOf(time));
  return readRows(answer, (time) => {
    const day = calendar.dayOf(time);
    if (day < range.start || day > range.end) return undefined;
    if (time % 60_000 !== 0 || time + minutes * 60_000 > now) return undefined;
    const session = sessionOf(day);
    return session === undefined || (time >= session.start && time < session.end) ? time : undefined;
  });
}

function parseAnswer(raw: unknown): Answer {
  const parsed = answerShape.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw new YahooFault('garbage', `The chart has another shape at "${where}": ${issue?.message ?? ''}.`);
  }
  return parsed.data;
}

/**
 * The sessions by their days: of New York those that we know, early closings included; of other exchanges those that Yahoo
 * tells, which may not be all; none of markets that never close.
 */
function sessionsOf(
  meta: Answer['meta'],
  symbol: string,
  dayOf: (time: number) => number,
): (day: number) => z.output<typeof period> | undefined {
  if (tradesAroundTheClock(symbol)) return () => undefined;
  if (meta.exchangeTimezoneName === 'America/New_York') {
    return (day) => ({ start: nyse.open(day), end: nyse.close(day) });
  }
  const current = meta.currentTradingPeriod?.regular;
  const told = [...(meta.tradingPeriods?.flat() ?? []), ...(current === undefined ? [] : [current])];
  const byDay = new Map(told.map((session) => [dayOf(session.start), session]));
  return (day) => byDay.get(day);
}

/** The rows that `timeOf` gives a time (ascending; of two with the same time the later one, which is newer). */
function readRows(answer: Answer, timeOf: (time: number) => number | undefined): BarColumns {
  const { timestamp, indicators } = answer;
  const [prices] = indicators.quote;
  const adjusted = indicators.adjclose?.[0]?.adjclose;
  const bars = allocateColumns(timestamp.length);
  if (prices === undefined || timestamp.length === 0) return bars;
  const columns = [prices.open, prices.high, prices.low, prices.close, prices.volume, adjusted ?? prices.close];
  if (columns.some(({ length }) => length !== timestamp.length)) {
    throw new YahooFault('garbage', 'The columns of the chart have different lengths.');
  }
  let last = -1;
  for (const [row, seconds] of timestamp.entries()) {
    const time = timeOf(seconds * 1000);
    const values = columns.map((found) => found[row] ?? null);
    const bar = time === undefined ? undefined : adjustedBar(time, values);
    if (bar === undefined) continue;
    const before = last < 0 ? Number.NEGATIVE_INFINITY : (bars.time[last] ?? Number.NaN);
    if (bar.time < before) throw new YahooFault('garbage', 'The rows of the chart are not in order.');
    if (bar.time > before) last += 1;
    for (const name of COLUMN_NAMES) bars[name][last] = bar[name];
  }
  return copyRows(bars, 0, last + 1);
}

type Bar = Readonly<Record<(typeof COLUMN_NAMES)[number], number>>;

/** One row adjusted; `undefined` when it lacks a price. Where Yahoo's high or low does not hold open and close, it is widened. */
function adjustedBar(time: number, values: readonly (number | null)[]): Bar | undefined {
  const [open, high, low, close, volume, adjusted] = values;
  if (!isPrice(open) || !isPrice(high) || !isPrice(low) || !isPrice(close) || !isPrice(adjusted)) return undefined;
  const factor = adjusted / close;
  const opened = open * factor;
  return {
    time,
    open: opened,
    high: Math.max(high * factor, opened, adjusted),
    low: Math.min(low * factor, opened, adjusted),
    close: adjusted,
    volume: Math.max(0, volume ?? 0),
  };
}

function isPrice(value: number | null | undefined): value is number {
  return value != null && value > 0 && Number.isFinite(value);
}

/** The date of an instant in a time zone, as 00:00 UTC of that date. */
function datesIn(timeZone: string): (time: number) => number {
  try {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    return (time) => Date.parse(format.format(time));
  } catch (cause) {
    throw new YahooFault('garbage', `The time zone ${JSON.stringify(timeZone.slice(0, 40))} is not known.`, { cause });
  }
}
