/** The bar lengths that the API speaks, shortest first. */
export const INTERVALS = ['1m', '5m', '15m', '30m', '1h', '1d', '1w', '1mo'] as const;

/** One of `INTERVALS`. */
export type Interval = (typeof INTERVALS)[number];
