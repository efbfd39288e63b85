import type { Interval } from './interval.ts';

/**
 * One series of bars as columns of equal length T, ascending in time, prices adjusted for splits and dividends where
 * the source can. The columns are views on SharedArrayBuffers, so that workers share them; nobody writes to them.
 */
export interface Bars {
  readonly symbol: string;
  readonly interval: Interval;
  /** Where the prices come from: `simulated`, `csv` or a provider's name. */
  readonly source: string;
  /** [T] start of each bar, epoch milliseconds; 00:00 UTC of the exchange date for days and longer. */
  readonly time: Float64Array;
  /** [T] in the quote currency. */
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** [T] units traded; 0 where the source does not tell. */
  readonly volume: Float64Array;
}
