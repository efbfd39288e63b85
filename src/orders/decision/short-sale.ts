import { decimalText } from '../../core/index.ts';
import { reducibleQuantity } from './exposure.ts';
import type { DecisionView, Denial } from './view.ts';

/** Where the broker cannot sell short, nothing is sold but what is held and not being sold yet. */
export function checkShortSale({ account, request, capabilities }: DecisionView): Denial | null {
  if (request.side === 'buy' || capabilities.short) return null;
  const sellable = reducibleQuantity(account, request.symbol, 'sell');
  if (request.quantity.lte(sellable)) return null;
  return {
    code: 'SHORT_NOT_ALLOWED',
    message: `The broker sells only what is held: ${decimalText(sellable)} ${request.symbol} can be sold, beside what is being sold already, and the order is for ${decimalText(request.quantity)}. Sell less.`,
    limit: decimalText(sellable),
    observed: decimalText(request.quantity),
  };
}
