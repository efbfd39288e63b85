import { describe, expect, it } from 'vitest';
import { formatDate, parseDate } from '../../src/core/index.ts';
import {
  calendarOf,
  lastCompletedSession,
  sessionAfter,
  sessions,
  type TradingCalendar,
  tradingDay,
} from '../../src/market/index.ts';

const nyse = calendarOf('SPY');
const coins = calendarOf('BTC-USD');
const day = (date: string): number => parseDate(date, 'date');
const at = (instant: string): number => Date.parse(instant);
const hoursOf = (calendar: TradingCalendar, date: string): string[] =>
  [calendar.open(day(date)), calendar.close(day(date))].map((instant) => new Date(instant).toISOString().slice(11, 16));

describe('the calendar of the New York Stock Exchange', () => {
  // 1998 to 2020 as traded; later years are weekdays less ten holidays (nine when 1 January is a Saturday).
  it.each([
    [1998, 252],
    [1999, 252],
    [2000, 252],
    [2001, 248],
    [2002, 252],
    [2003, 252],
    [2004, 252],
    [2005, 252],
    [2006, 251],
    [2007, 251],
    [2008, 253],
    [2009, 252],
    [2010, 252],
    [2011, 252],
    [2012, 250],
    [2013, 252],
    [2014, 252],
    [2015, 252],
    [2016, 252],
    [2017, 251],
    [2018, 251],
    [2019, 252],
    [2020, 253],
    [2021, 252],
    [2022, 251],
    [2023, 250],
    [2024, 252],
    [2025, 250],
    [2026, 251],
    [2027, 251],
    [2028, 251],
    [2029, 251],
    [2030, 251],
  ])('has in %i %i sessions', (year, count) => {
    expect(sessions(nyse, day(`${year}-01-01`), day(`${year}-12-31`))).toHaveLength(count);
  });

  it('has 5,849 sessions from 1998-01-02 to 2021-03-31', () => {
    expect(sessions(nyse, day('1998-01-02'), day('2021-03-31'))).toHaveLength(5849);
  });

  it.each([
    ['2001-09-11', 'attacks'],
    ['2001-09-12', 'attacks'],
    ['2001-09-13', 'attacks'],
    ['2001-09-14', 'attacks'],
    ['2004-06-11', 'mourning'],
    ['2007-01-02', 'mourning'],
    ['2012-10-29', 'hurricane'],
    ['2012-10-30', 'hurricane'],
    ['2018-12-05', 'mourning'],
    ['2025-01-09', 'mourning'],
    ['1985-09-27', 'hurricane'],
    ['1994-04-27', 'mourning'],
    ['1980-11-04', 'election'],
    ['2022-06-20', 'Juneteenth on a Sunday'],
    ['2027-06-18', 'Juneteenth on a Saturday'],
    ['2021-07-05', 'Independence Day on a Sunday'],
    ['2020-07-03', 'Independence Day on a Saturday'],
    ['2021-12-24', 'Christmas on a Saturday'],
    ['2022-12-26', 'Christmas on a Sunday'],
    ['2023-01-02', 'New Year on a Sunday'],
    ['2024-03-29', 'Good Friday'],
    ['2008-03-21', 'Good Friday'],
    ['2024-01-15', 'Martin Luther King Jr. Day'],
    ['2024-02-19', "Washington's Birthday"],
    ['2024-05-27', 'Memorial Day'],
    ['2024-09-02', 'Labor Day'],
    ['2024-11-28', 'Thanksgiving'],
    ['2024-11-30', 'a Saturday'],
    ['2024-12-01', 'a Sunday'],
  ])('is closed on %s (%s)', (date) => {
    expect(nyse.isSession(day(date))).toBe(false);
  });

  it.each([
    ['2021-12-31', 'New Year on a Saturday is not kept'],
    ['2010-12-31', 'New Year on a Saturday is not kept'],
    ['2021-06-18', 'Juneteenth before 2022'],
    ['1997-01-20', 'Martin Luther King Jr. Day before 1998'],
    ['2024-11-29', 'a short session'],
    ['2001-09-17', 'the first after the attacks'],
    ['2024-10-14', 'Columbus Day'],
  ])('is open on %s (%s)', (date) => {
    expect(nyse.isSession(day(date))).toBe(true);
  });

  it.each(['2024-11-29', '2024-12-24', '2024-07-03', '2002-07-05', '2019-07-03', '2003-12-26', '1999-12-31'])(
    'closes at 13:00 on %s',
    (date) => {
      expect(nyse.close(day(date)) - nyse.open(day(date))).toBe(3.5 * 3_600_000);
    },
  );

  it.each(['2002-07-03', '2015-07-02', '2026-12-23', '2021-12-23', '2024-12-26'])('closes at 16:00 on %s', (date) => {
    expect(nyse.close(day(date)) - nyse.open(day(date))).toBe(6.5 * 3_600_000);
  });

  it('follows daylight saving time, also by the rules before 2007', () => {
    expect(hoursOf(nyse, '2024-03-08')).toEqual(['14:30', '21:00']);
    expect(hoursOf(nyse, '2024-03-11')).toEqual(['13:30', '20:00']);
    expect(hoursOf(nyse, '2024-11-01')).toEqual(['13:30', '20:00']);
    expect(hoursOf(nyse, '2024-11-04')).toEqual(['14:30', '21:00']);
    expect(hoursOf(nyse, '2006-03-31')).toEqual(['14:30', '21:00']);
    expect(hoursOf(nyse, '2006-04-03')).toEqual(['13:30', '20:00']);
  });

  it('tells the trading day and the last completed session around the bells', () => {
    const beforeOpen = at('2024-03-11T13:29:59.999Z');
    const open = at('2024-03-11T13:30:00Z');
    const beforeClose = at('2024-03-11T19:59:59.999Z');
    const close = at('2024-03-11T20:00:00Z');

    expect([beforeOpen, open, beforeClose, close].map((instant) => formatDate(tradingDay(nyse, instant)))).toEqual([
      '2024-03-08',
      '2024-03-11',
      '2024-03-11',
      '2024-03-11',
    ]);
    expect(
      [beforeOpen, open, beforeClose, close].map((instant) => formatDate(lastCompletedSession(nyse, instant))),
    ).toEqual(['2024-03-08', '2024-03-08', '2024-03-08', '2024-03-11']);
  });

  it('uses the date of New York, not of Greenwich', () => {
    expect(formatDate(nyse.dayOf(at('2024-03-12T03:59:59Z')))).toBe('2024-03-11');
    expect(formatDate(nyse.dayOf(at('2024-03-12T04:00:00Z')))).toBe('2024-03-12');
    expect(new Date(nyse.startOfDay(day('2024-01-10'))).toISOString()).toBe('2024-01-10T05:00:00.000Z');
  });

  it('steps over weekends and holidays to the next session', () => {
    expect(formatDate(sessionAfter(nyse, day('2024-03-28')))).toBe('2024-04-01');
  });
});

describe('the calendar of markets that never close', () => {
  it('has a session of 24 hours on every day', () => {
    expect(sessions(coins, day('2024-01-01'), day('2024-12-31'))).toHaveLength(366);
    expect(coins.close(day('2024-03-10')) - coins.open(day('2024-03-10'))).toBe(86_400_000);
  });

  it('completes a session at midnight in UTC', () => {
    expect(formatDate(lastCompletedSession(coins, at('2024-03-10T23:59:59.999Z')))).toBe('2024-03-09');
    expect(formatDate(lastCompletedSession(coins, at('2024-03-11T00:00:00Z')))).toBe('2024-03-10');
  });
});
