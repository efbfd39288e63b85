/** Changing a working order in place, where the broker can. */
import { type Principal, requireScope } from '../access/index.ts';
import type { OrderRequest } from '../broker/index.ts';
import { conflict, DomainError, decimal, decimalText, given, invalid } from '../core/index.ts';
import type { OrderRow } from '../storage/index.ts';
import { findOwn } from './cancel-order.ts';
import { denialError } from './denied-order.ts';
import { modeOf } from './events.ts';
import type { OrderDeps } from './gateway.ts';
import type { NewTerms } from './intent.ts';
import { parseOrderInput } from './order-input.ts';
import { originOf, requestOf } from './order-row.ts';
import type { OrderOrigin } from './order-source.ts';
import { brokerOf } from './trading-mode.ts';

/** What becomes different; what is left out stays. Decimals as in `OrderInput`. */
export interface OrderChange {
  readonly id: number;
  /** Of the whole order, what was filled included, and more than that. */
  readonly quantity?: unknown;
  readonly limitPrice?: unknown;
  readonly stopPrice?: unknown;
}

/**
 * Changes quantity or prices of a working order. What is left of it passes every check again as if it were a new order, its old
 * terms not counted. While the broker is asked, the row has the greater of the old and the new terms; then what the broker says.
 * When it does not answer, the order is looked up. Scope `trade`. `origin`: default a person, by hand. An order of the agent stays
 * one: unless `origin` says that a person approved it, a change of it passes as the agent's does.
 *
 * @throws {DomainError} NOT_FOUND; VALIDATION; ORDER_NOT_SUPPORTED when the broker cannot change orders; CONFLICT when it does not
 * work, was placed elsewhere or by the kill switch, is being changed already, or the broker refuses; the code of the check that denied the change, and the order stays
 */
export async function replaceOrder(
  deps: OrderDeps,
  principal: Principal,
  change: OrderChange,
  origin?: OrderOrigin,
): Promise<OrderRow> {
  requireScope(principal, 'trade');
  const row = await findOwn(deps, principal, change.id);
  const request = changedRequest(row, change);
  checkChangeable(deps, row);
  const terms: NewTerms = request;
  if (request.quantity.lte(row.filledQuantity)) throw tooLittle(row, request);
  const intent = { request, origin: origin ?? byHand(row, principal), change: { orderId: row.id, terms } };
  return deps.gateway.underWay(async () => {
    const decision = await deps.gateway.decide(principal.userId, intent);
    switch (decision.kind) {
      case 'change_denied':
        throw denialError(decision.denial, row);
      case 'change_approved':
        return ask(deps, decision, terms);
      case 'change_impossible':
        throw conflict(`Order ${row.id} does not work any more, or is being changed: look at it again.`);
      case 'placed':
      case 'denied':
      case 'existing':
        throw new TypeError('A change is not decided as a new order.');
    }
  });
}

function byHand(row: OrderRow, { userId }: Principal): OrderOrigin {
  const { source, ...origin } = originOf(row);
  return { ...origin, source: source === 'agent' ? source : 'manual', actor: `user:${userId}` };
}

/** The whole order as it would be. */
function changedRequest(row: OrderRow, { quantity, limitPrice, stopPrice }: OrderChange): OrderRequest {
  const now = requestOf(row);
  const changed = { ...now, ...given({ quantity, limitPrice, stopPrice }, ['limitPrice', 'stopPrice']) };
  // Its client id may be one that we made for an order from elsewhere; that is refused for that reason.
  return parseOrderInput(changed, now);
}

function checkChangeable(deps: OrderDeps, row: OrderRow): void {
  if (row.source === 'external') {
    throw conflict(`Order ${row.id} was placed elsewhere and is only shown here: change it at the broker.`);
  }
  if (row.source === 'kill') {
    throw conflict(`Order ${row.id} closes a position for the kill switch: cancel it, or let it be.`);
  }
  if (row.status !== 'accepted' && row.status !== 'partially_filled') {
    throw conflict(`Order ${row.id} is ${row.status}: only an order that works can be changed.`, {
      status: row.status,
    });
  }
  const broker = brokerOf(deps, modeOf(row));
  if (broker.capabilities.replace) return;
  const message = `The broker "${broker.name}" cannot change orders: cancel this one and place another.`;
  throw new DomainError('ORDER_NOT_SUPPORTED', message);
}

function tooLittle(row: OrderRow, { quantity }: OrderRequest): Error {
  const filled = decimalText(decimal(row.filledQuantity));
  return invalid(
    'quantity',
    `The quantity must be more than the ${filled} that are filled, found ${decimalText(quantity)}: cancel the order to keep what is filled.`,
  );
}

async function ask(
  { gateway }: OrderDeps,
  approved: Parameters<OrderDeps['gateway']['change']>[0],
  terms: NewTerms,
): Promise<OrderRow> {
  const { row, refusal } = await gateway.change(approved, terms);
  if (refusal === null) return row;
  if (refusal.kind === 'not_sent') throw conflict(`Order ${row.id} was not changed: ${refusal.reason}`);
  throw conflict(`The broker refused to change order ${row.id}: ${refusal.reason}`);
}
