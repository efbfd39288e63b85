import type { OrderRequest } from '../../broker/index.ts';
import { type Decimal, decimalText, maxOf, readDecimal, ZERO } from '../../core/index.ts';
import { highestPrice, isReducing, positionOf, workingQuantity } from './exposure.ts';
import type { DecisionView, Denial } from './view.ts';

/**
 * How large the position may become, as a fraction of the equity, when this order and everything that works on its side is
 * filled. All of it counts at the last price at least: what is held is worth that, however far below it the order's limit is.
 * Orders that only reduce pass. A rebalance may bring a symbol to the weight that its goal asks for.
 */
export function checkPositionLimit(view: DecisionView): Denial | null {
  if (isReducing(view)) return null;
  const { account, request, quote } = view;
  const price = positionPrice(request, quote?.price ?? null);
  if (account.equity === null || price === null) {
    return {
      code: 'POSITION_LIMIT',
      message: `Positions or orders cannot be valued, because there is no price of them: try again when there is one.`,
    };
  }
  const fraction = allowedFraction(view);
  const limit = fraction.times(account.equity);
  const value = projectedQuantity(view).abs().times(price);
  if (value.lte(limit)) return null;
  return {
    code: 'POSITION_LIMIT',
    message:
      `A position may be ${decimalText(fraction.times(100))} % of the equity, that is ${decimalText(limit)}; with this order and those ` +
      `that work ${request.symbol} may become ${decimalText(value)}. Order less, or raise maxPositionPct.`,
    limit: decimalText(limit),
    observed: decimalText(value),
  };
}

function positionPrice(request: OrderRequest, last: Decimal | null): Decimal | null {
  const own = highestPrice(request, last);
  return own === null || last === null ? null : maxOf(own, last);
}

function projectedQuantity({ account, request: { symbol, side, quantity } }: DecisionView): Decimal {
  const added = workingQuantity(account, symbol, side).plus(quantity);
  return positionOf(account, symbol).plus(side === 'buy' ? added : added.neg());
}

/** A weight that cannot be read allows nothing. */
function allowedFraction({ origin, settings }: DecisionView): Decimal {
  if (origin.source !== 'rebalance' || origin.maxPositionPct === undefined) return settings.maxPositionPct;
  return readDecimal(origin.maxPositionPct) ?? ZERO;
}
