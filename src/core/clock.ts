/** Time is injected: nothing in a domain reads the machine's clock. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** The clock's reading as a `Date`, for database columns. */
export function dateOf(clock: Clock): Date {
  return new Date(clock.now());
}
