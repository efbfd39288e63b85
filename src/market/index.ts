/** Prices: instruments, calendars, bars, quotes, and the sources they come from. */
export type { Bars } from './bars.ts';
export { INTERVALS, type Interval } from './interval.ts';
