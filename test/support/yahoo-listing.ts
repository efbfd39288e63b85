/**
 * One instrument as Yahoo charts it: prices that depend on the day alone, in the scale of the splits and dividends that have
 * happened by a certain instant. It is written from Yahoo's behaviour, not from our reading of it.
 */
import { DAY_MS, utcDay } from '../../src/core/index.ts';
import { calendarOf, sessions } from '../../src/market/index.ts';

/** An instrument and what happens to it. Days are epoch milliseconds of 00:00 UTC. */
export interface Listing {
  /** In Yahoo's form. */
  readonly symbol: string;
  /** IANA zone of its exchange. */
  readonly timeZone: string;
  /** First day with a price. */
  readonly listed: number;
  /** Ex-day and amount of each dividend, in the currency of that day. */
  readonly dividends?: ReadonlyMap<number, number>;
  /** Ex-day and ratio (2: two for one) of each split. */
  readonly splits?: ReadonlyMap<number, number>;
  /** Days whose row holds nulls, and days without any row. */
  readonly gaps?: ReadonlySet<number>;
  readonly absent?: ReadonlySet<number>;
  /** How long ago the last trade was, milliseconds. */
  readonly quietMs?: number;
  /** Bid and ask; Yahoo gives zeros while a market is closed. */
  readonly book?: readonly [bid: number, ask: number];
}

/** A row as in a chart: seconds, then open, high, low, close, adjusted close, volume. */
export type ChartRow = readonly [number, ...(number | null)[]];

/** The close of a day as it was traded, before any adjustment. */
export function tradedClose(listing: Listing, day: number): number {
  const splits = [...(listing.splits ?? [])].filter(([exDay]) => exDay <= day);
  const wave = Math.sin(day / DAY_MS / 17) * 8 + Math.sin(day / DAY_MS / 3.3) * 2;
  return (
    (100 + wave + (day - Date.UTC(2020, 0, 1)) / DAY_MS / 100) / splits.reduce((product, [, by]) => product * by, 1)
  );
}

/** The daily rows with from <= start < until (instants) as Yahoo tells them at `now`: today's unfinished bar last. */
export function dailyRows(
  listing: Listing,
  range: { readonly from: number; readonly until: number; readonly now: number },
) {
  return daysOf(listing, range)
    .filter(
      (day) => calendarOfListing(listing).open(day) >= range.from && calendarOfListing(listing).open(day) < range.until,
    )
    .map((day): ChartRow => {
      const { open, close } = calendarOfListing(listing);
      const time = range.now >= close(day) ? open(day) : range.now;
      if (listing.gaps?.has(day)) return [Math.floor(time / 1000), null, null, null, null, null, null];
      return [Math.floor(time / 1000), ...pricesOf(listing, day, range.now)];
    });
}

/** The rows of some minutes each, as Yahoo tells them at `now`: the last trade is a row of its own. */
export function intradayRows(
  listing: Listing,
  range: { readonly from: number; readonly until: number; readonly now: number; readonly minutes: number },
): readonly ChartRow[] {
  const { open, close } = calendarOfListing(listing);
  return daysOf(listing, range).flatMap((day) => {
    const rows: ChartRow[] = [];
    const end = Math.min(close(day), range.now - (listing.quietMs ?? 0), range.until);
    for (let time = open(day); time < end; time += range.minutes * 60_000) {
      const level = splitAdjusted(listing, day, range.now) * (1 + Math.sin(time / 600_000) / 200);
      if (time >= range.from) rows.push([time / 1000, level, level * 1.001, level * 0.999, level, level, 1000]);
    }
    const level = splitAdjusted(listing, day, range.now);
    if (end > range.from && end > open(day)) rows.push([Math.floor(end / 1000), level, level, level, level, level, 0]);
    return rows;
  });
}

/** The session that Yahoo calls the current one: the latest that has opened. */
export function currentSession(listing: Listing, now: number): { readonly start: number; readonly end: number } {
  const { open, close } = calendarOfListing(listing);
  const day =
    daysOf({ ...listing, listed: utcDay(now - 10 * DAY_MS) }, { from: now - 10 * DAY_MS, until: now, now }).at(-1) ??
    now;
  return { start: open(day) / 1000, end: close(day) / 1000 };
}

function pricesOf(listing: Listing, day: number, now: number): number[] {
  const close = splitAdjusted(listing, day, now);
  const volume = 1_000_000 + ((day / DAY_MS) % 1000);
  return [close * 0.996, close * 1.01, close * 0.99, close, close * dividendFactor(listing, day, now), volume];
}

function splitAdjusted(listing: Listing, day: number, now: number): number {
  const later = [...(listing.splits ?? [])].filter(([exDay]) => exDay > day && exDay <= now);
  return later.reduce((price, [, by]) => price / by, tradedClose(listing, day));
}

/** As Yahoo (and CRSP): each dividend scales everything before its ex-day by 1 - amount / close of the day before. */
function dividendFactor(listing: Listing, day: number, now: number): number {
  const later = [...(listing.dividends ?? [])].filter(([exDay]) => exDay > day && exDay <= now);
  return later.reduce((factor, [exDay, amount]) => factor * (1 - amount / tradedClose(listing, exDay - DAY_MS)), 1);
}

function daysOf(
  listing: Listing,
  { from, until, now }: { from: number; until: number; now: number },
): readonly number[] {
  const calendar = calendarOfListing(listing);
  const last = Math.min(until, now);
  return sessions(calendar, Math.max(listing.listed, calendar.dayOf(from)), calendar.dayOf(last)).filter(
    (day) => calendar.open(day) <= now && !listing.absent?.has(day),
  );
}

function calendarOfListing({ symbol }: Listing) {
  return calendarOf(symbol.endsWith('=X') ? 'EUR/USD' : symbol);
}
