import { invalid } from '../core/index.ts';

/** The bar lengths that the API speaks, shortest first. */
export const INTERVALS = ['1m', '5m', '15m', '30m', '1h', '1d', '1w', '1mo'] as const;

/** One of `INTERVALS`. */
export type Interval = (typeof INTERVALS)[number];

const MINUTES: Readonly<Record<Interval, number | null>> = {
  '1m': 1,
  '5m': 5,
  '15m': 15,
  '30m': 30,
  '1h': 60,
  '1d': null,
  '1w': null,
  '1mo': null,
};

/** The length of an intraday bar in minutes; `null` for days and longer, whose length is a matter of the calendar. */
export function intervalMinutes(interval: Interval): number | null {
  return MINUTES[interval];
}

/**
 * Reads an interval that a caller gave.
 *
 * @throws {DomainError} VALIDATION at `path`, listing the known intervals
 */
export function parseInterval(raw: string, path: string): Interval {
  const interval = INTERVALS.find((known) => known === raw);
  if (interval === undefined) {
    throw invalid(path, `Expected one of ${INTERVALS.join(', ')}, found ${JSON.stringify(raw.slice(0, 40))}.`);
  }
  return interval;
}
