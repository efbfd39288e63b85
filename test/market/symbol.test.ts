import { describe, expect, it } from 'vitest';
import { DomainError } from '../../src/core/index.ts';
import { parseInterval, parseSymbol, periodsPerYear, tradesAroundTheClock } from '../../src/market/index.ts';

function refusal(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
  }
  throw new Error('Expected a DomainError.');
}

describe('symbols', () => {
  it.each([
    ['spy', 'SPY'],
    ['BRK.B', 'BRK.B'],
    ['btc-usd', 'BTC-USD'],
    ['eur/usd', 'EUR/USD'],
    ['BINANCE:BTC_USDT', 'BINANCE:BTC_USDT'],
    ['0700.hk', '0700.HK'],
    ['A'.repeat(32), 'A'.repeat(32)],
  ])('takes %s as %s', (raw, symbol) => {
    expect(parseSymbol(raw, 'symbol')).toBe(symbol);
  });

  it.each([
    ['SPУ', 'a Cyrillic look-alike'],
    ['ѕpy', 'a Cyrillic look-alike in lower case'],
    ['\u202eYPS', 'a right-to-left override'],
    ['SPY\u200f', 'a right-to-left mark'],
    ['ＳＰＹ', 'full-width letters'],
    ['ıbm', 'a dotless i, which upper-cases to I'],
    ['ﬀ', 'a ligature, which upper-cases to FF'],
    ['../etc/passwd', 'a path'],
    ['..', 'a folder'],
    ["'; DROP TABLE--", 'SQL'],
    ['%', 'a LIKE wildcard'],
    ['_', 'a LIKE wildcard'],
    ['S%', 'a LIKE wildcard'],
    ['=1+1', 'a formula'],
    ['+SPY', 'a formula'],
    ['@SUM', 'a formula'],
    ['-USD', 'a leading dash'],
    ['__proto__', 'a key of every object'],
    ['', 'nothing'],
    [' SPY', 'a blank'],
    ['SPY\n', 'a line feed'],
    ['SPY\0', 'a NUL'],
    ['A'.repeat(33), '33 characters'],
  ])('refuses %j, %s', (raw) => {
    const error = refusal(() => parseSymbol(raw, 'symbol'));

    expect(error.code).toBe('VALIDATION');
    expect(error.fields.map((field) => field.path)).toEqual([['symbol']]);
    expect(error.message).toMatch(/^[ -~]*$/);
  });

  it('shows what looks right but is not', () => {
    expect(refusal(() => parseSymbol('SPУ', 'symbol')).message).toContain('"SP\\u0423"');
  });

  it('does not repeat a long symbol in full', () => {
    expect(refusal(() => parseSymbol('x'.repeat(1e6), 'symbol')).message.length).toBeLessThan(250);
  });

  it('knows pairs and coins as markets that never close', () => {
    expect(['EUR/USD', 'BTC-USD', 'SPY', 'USD', 'BTC-USDT'].map(tradesAroundTheClock)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('periods per year', () => {
  it.each([
    ['SPY', '1d', 'csv', 252],
    ['SPY', '1w', 'csv', 52],
    ['SPY', '1mo', 'csv', 12],
    ['SPY', '1h', 'csv', 1638],
    ['SPY', '1m', 'csv', 98_280],
    ['BTC-USD', '1d', 'csv', 365],
    ['EUR/USD', '5m', 'csv', 105_120],
    ['BTC-USD', '1w', 'csv', 52],
    ['BTC-USD', '1d', 'simulated', 252],
    ['BTC-USD', '1h', 'simulated', 1638],
  ] as const)('of %s at %s from %s are %d', (symbol, interval, source, periods) => {
    expect(periodsPerYear(symbol, interval, source)).toBe(periods);
  });
});

describe('intervals', () => {
  it('refuses an unknown one and lists the known', () => {
    expect(refusal(() => parseInterval('2h', 'interval')).message).toBe(
      'Expected one of 1m, 5m, 15m, 30m, 1h, 1d, 1w, 1mo, found "2h".',
    );
    expect(() => parseInterval('constructor', 'interval')).toThrow(DomainError);
    expect(parseInterval('1mo', 'interval')).toBe('1mo');
  });
});
