/** Price files for tests: the S&P 500 of the package vega-datasets, and small ones made of dates. */
import { readFileSync } from 'node:fs';
import { parseDate } from '../../src/core/index.ts';
import { calendarOf, formatBarTime, sessions } from '../../src/market/index.ts';

/** The S&P 500, daily, 2000-01-03 to 2020-04-17: 5,105 bars with the columns date, open, high, low, close, adjclose, volume. */
export function sp500Csv(): string {
  return readFileSync(new URL('../../node_modules/vega-datasets/data/sp500-2000.csv', import.meta.url), 'utf8');
}

/** A file with one bar on each date: open `price`, high and low one beside it, close a half above. */
export function csvOfDates(dates: readonly string[], price = 100): string {
  const rows = dates.map((date) => `${date},${price},${price + 1},${price - 1},${price + 0.5},1000`);
  return ['date,open,high,low,close,volume', ...rows].join('\n');
}

/** The sessions of a symbol's exchange from one date to another, both inclusive. */
export function sessionDates(symbol: string, start: string, end: string): readonly string[] {
  return sessions(calendarOf(symbol), parseDate(start, 'start'), parseDate(end, 'end')).map((day) =>
    formatBarTime(day, '1d'),
  );
}
