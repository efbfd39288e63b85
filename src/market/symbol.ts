/** What an instrument is called, and what its name tells: whether its market ever closes. */
import { invalid } from '../core/index.ts';
import { aroundTheClock, nyse, type TradingCalendar } from './calendar/index.ts';
import { type Interval, intervalMinutes } from './interval.ts';

/** The greatest number of symbols of one request. */
const MAX_SYMBOLS = 100;

const SYMBOL = /^[A-Z0-9][A-Z0-9./:_-]{0,31}$/;

/**
 * The canonical form of a symbol: upper case, 1 to 32 of A-Z, 0-9 and `. / : _ -`, a letter or digit first.
 * Only ASCII letters are raised, so that no look-alike of another script can become a known ticker.
 *
 * @throws {DomainError} VALIDATION at `path`, showing what was found with everything outside ASCII escaped
 */
export function parseSymbol(raw: string, path: string): string {
  const symbol = raw.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  if (symbol.normalize('NFKC') !== symbol || !SYMBOL.test(symbol)) {
    throw invalid(
      path,
      `Expected a symbol of 1 to 32 characters of A-Z, 0-9 and ./:_- that starts with a letter or digit, found ${quoted(raw)}.`,
    );
  }
  return symbol;
}

/**
 * Several symbols in their canonical form, each once.
 *
 * @throws {DomainError} VALIDATION at `symbols` when there are none or more than 100, or one is no symbol or repeats
 */
export function parseSymbols(raw: readonly string[]): readonly string[] {
  if (raw.length === 0 || raw.length > MAX_SYMBOLS) {
    throw invalid('symbols', `Expected 1 to ${MAX_SYMBOLS} symbols, found ${raw.length}.`);
  }
  const symbols = raw.map((symbol) => parseSymbol(symbol, 'symbols'));
  const repeated = symbols.find((symbol, index) => symbols.indexOf(symbol) !== index);
  if (repeated !== undefined) throw invalid('symbols', `Expected each symbol once, found ${repeated} twice.`);
  return symbols;
}

/** Whether the market of this (canonical) symbol never closes: pairs such as `EUR/USD` and coins such as `BTC-USD`. */
export function tradesAroundTheClock(symbol: string): boolean {
  return symbol.includes('/') || symbol.endsWith('-USD');
}

/** The trading calendar of a canonical symbol. */
export function calendarOf(symbol: string): TradingCalendar {
  return tradesAroundTheClock(symbol) ? aroundTheClock : nyse;
}

/**
 * A, the number of bars in a year by which returns are annualised: 252 days, 52 weeks, 12 months and 252 x 390 minutes;
 * for markets that never close 365 days and 365 x 1440 minutes. Simulated instruments keep the first family always.
 */
export function periodsPerYear(symbol: string, interval: Interval, source: string): number {
  if (interval === '1w') return 52;
  if (interval === '1mo') return 12;
  const neverCloses = source !== 'simulated' && tradesAroundTheClock(symbol);
  const [days, minutesPerDay] = neverCloses ? [365, 1440] : [252, 390];
  const minutes = intervalMinutes(interval);
  return minutes === null ? days : (days * minutesPerDay) / minutes;
}

/**
 * `periodsPerYear` of several symbols that are simulated together.
 *
 * @throws {DomainError} VALIDATION at `periodsPerYear` when they differ, so that the caller has to say
 */
export function commonPeriodsPerYear(symbols: readonly string[], interval: Interval, source: string): number {
  const periods = new Set(symbols.map((symbol) => periodsPerYear(symbol, interval, source)));
  const [first] = periods;
  if (first !== undefined && periods.size === 1) return first;
  throw invalid(
    'periodsPerYear',
    `The symbols trade on calendars with ${[...periods].join(' and ')} periods a year: give periodsPerYear.`,
  );
}

function quoted(raw: string): string {
  return JSON.stringify(raw.slice(0, 40)).replace(/[^ -~]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
