/** The words in which orders are spoken of, by us and by every broker. */

export const SIDES = ['buy', 'sell'] as const;
export type Side = (typeof SIDES)[number];

/** A market order takes the price there is; a limit waits for its price or a better one; a stop becomes one of them when touched. */
export const ORDER_TYPES = ['market', 'limit', 'stop', 'stop_limit'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];

/** Until the session closes, until canceled, or at the next opening of the market. */
export const TIMES_IN_FORCE = ['day', 'gtc', 'opg'] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];

/** Play money or money. */
export const TRADING_MODES = ['paper', 'live'] as const;
export type TradingMode = (typeof TRADING_MODES)[number];
