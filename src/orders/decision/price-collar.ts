import { type Decimal, decimal, decimalText, maxOf, minOf } from '../../core/index.ts';
import type { DecisionView, Denial } from './view.ts';

const ONE = decimal(1);

/**
 * A limit that is worse than the market by more than priceCollarPct is taken for a slip of the finger. A stop_limit order meets
 * the market at its stop, or at once when that is passed already: its limit is held against the worse of the two, so that a
 * protective stop far from the market may have a limit near it. Prices better than the market only wait; market orders and
 * stops have no limit to compare.
 */
export function checkPriceCollar({ request, quote, settings }: DecisionView): Denial | null {
  const { limitPrice, side } = request;
  if (limitPrice === null) return null;
  if (quote === null) {
    return {
      code: 'PRICE_COLLAR',
      message: `There is no price of ${request.symbol} to compare the limit with: try again when there is one.`,
    };
  }
  const market = marketWhenLive(request.stopPrice ?? quote.price, quote.price, side === 'buy');
  const width = settings.priceCollarPct;
  const bound = market.times(side === 'buy' ? ONE.plus(width) : ONE.minus(width));
  if (side === 'buy' ? limitPrice.lte(bound) : limitPrice.gte(bound)) return null;
  return {
    code: 'PRICE_COLLAR',
    message:
      `A limit to ${side} may be at most ${decimalText(width.times(100))} % ${side === 'buy' ? 'above' : 'below'} ` +
      `${decimalText(market)}, that is ${decimalText(bound)}; it is ${decimalText(limitPrice)}. Correct the limit, or widen priceCollarPct.`,
    limit: decimalText(bound),
    observed: decimalText(limitPrice),
  };
}

function marketWhenLive(stop: Decimal, last: Decimal, isBuy: boolean): Decimal {
  return isBuy ? maxOf(stop, last) : minOf(stop, last);
}
