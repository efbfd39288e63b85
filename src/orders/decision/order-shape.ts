import type { DecisionView, Denial } from './view.ts';

/** What the broker cannot do is refused: nothing of an order is ever dropped or replaced by something similar. */
export function checkOrderShape({ request, capabilities }: DecisionView): Denial | null {
  const { orderType, timeInForce, quantity } = request;
  if (!capabilities.orderTypes.includes(orderType)) {
    return unsupported(`${orderType} orders`, `of type ${capabilities.orderTypes.join(', ')}`);
  }
  if (!capabilities.timesInForce.includes(timeInForce)) {
    return unsupported(`orders with time in force ${timeInForce}`, `with ${capabilities.timesInForce.join(', ')}`);
  }
  if (!capabilities.fractional && !quantity.isInteger()) {
    return unsupported(`fractions such as ${quantity.toFixed()}`, 'of whole quantities');
  }
  return null;
}

function unsupported(what: string, instead: string): Denial {
  return { code: 'ORDER_NOT_SUPPORTED', message: `The broker does not take ${what}: it takes orders ${instead}.` };
}
