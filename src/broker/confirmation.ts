import type { BrokerOrder } from './broker.ts';
import type { OrderRequest } from './order-request.ts';

const FIELDS = [
  'clientOrderId',
  'symbol',
  'side',
  'quantity',
  'orderType',
  'limitPrice',
  'stopPrice',
  'timeInForce',
] as const satisfies readonly (keyof OrderRequest & keyof BrokerOrder)[];

/** The first field in which what a broker confirms is not what was sent; null when it confirms that very order. */
export function firstDifference(confirmed: BrokerOrder, sent: OrderRequest): (typeof FIELDS)[number] | null {
  return FIELDS.find((field) => String(confirmed[field]) !== String(sent[field])) ?? null;
}
