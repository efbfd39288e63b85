/** Trading calendars: the sessions of the New York Stock Exchange by its published rules, and markets that never close. */
export { aroundTheClock } from './around-the-clock.ts';
export { lastCompletedSession, sessionAfter, sessions, type TradingCalendar, tradingDay } from './calendar.ts';
export { calendarNamed } from './named.ts';
export { nyse } from './nyse.ts';
