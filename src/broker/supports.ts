import type { BrokerCapabilities } from './broker.ts';
import type { OrderRequest } from './order-request.ts';

/**
 * Why a broker cannot take such an order at all, as a sentence; null when it can. It looks at the order alone: whether a sale
 * is short and whether the market is open is for those who know.
 */
export function whyUnsupported(
  { orderTypes, timesInForce, fractional }: Pick<BrokerCapabilities, 'orderTypes' | 'timesInForce' | 'fractional'>,
  { orderType, timeInForce, quantity }: Pick<OrderRequest, 'orderType' | 'timeInForce' | 'quantity'>,
): string | null {
  if (!orderTypes.includes(orderType))
    return `It takes orders of the types ${orderTypes.join(', ')}, not ${orderType}.`;
  if (!timesInForce.includes(timeInForce)) {
    return `It takes orders in force ${timesInForce.join(', ')}, not ${timeInForce}.`;
  }
  if (!fractional && !quantity.isInteger()) return `It takes whole quantities, not ${quantity.toFixed()}.`;
  return null;
}
