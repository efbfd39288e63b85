import { decimal, decimalText } from '../../core/index.ts';
import type { DecisionView, Denial } from './view.ts';

/** How old the newest price may be, in ms; nor may it be from further in the future, by our clock. */
export const MAX_PRICE_AGE_MS = 60_000;

/**
 * Nothing is decided on an old price. While the market is closed an `opg` order is decided on the last one, however old it is.
 * A closing market order of a kill needs no price, and prices that fail to come must not keep a position open.
 */
export function checkPriceFreshness(view: DecisionView): Denial | null {
  const { quote, now, request, origin, session } = view;
  if (origin.source === 'kill' && request.orderType === 'market') return null;
  if (quote === null || !quote.price.gt(0) || !Number.isFinite(quote.at)) {
    return {
      code: 'STALE_PRICE',
      message: `There is no price of ${request.symbol} to decide on: try again when the source of prices answers.`,
    };
  }
  if (session?.isOpen === false && request.timeInForce === 'opg') return null;
  const ageMs = now - quote.at;
  if (Math.abs(ageMs) <= MAX_PRICE_AGE_MS) return null;
  const seconds = `${decimalText(decimal(Math.abs(ageMs)).div(1000))} s`;
  return {
    code: 'STALE_PRICE',
    message: `The newest price of ${request.symbol} may be ${MAX_PRICE_AGE_MS / 1000} s old and is ${ageMs < 0 ? `from ${seconds} in the future` : `${seconds} old`}: try again when there is a newer one.`,
    limit: decimalText(decimal(MAX_PRICE_AGE_MS).div(1000)),
    observed: decimalText(decimal(ageMs).div(1000)),
  };
}
