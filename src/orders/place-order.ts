/** The one function through which every order is placed, whoever wants it. */
import { type Principal, requireScope } from '../access/index.ts';
import type { OrderRequest, TradingMode } from '../broker/index.ts';
import { conflict, DomainError } from '../core/index.ts';
import { readSafety } from '../safety/index.ts';
import type { OrderRow } from '../storage/index.ts';
import { denialError, storedDenial } from './denied-order.ts';
import type { OrderDeps } from './gateway.ts';
import { type OrderInput, parseOrderInput, sameRequest } from './order-input.ts';
import type { OrderOrigin } from './order-source.ts';
import { canTradeLive, effectiveMode } from './trading-mode.ts';

/**
 * Places an order: checked, stored, then sent, once. Answers when the broker has answered; when it has not in time, or what it
 * answers says nothing, the row is `unknown` and is looked up. A repeat under the same client id is the same order and is not
 * sent again. Scope `trade`, of the kill's own orders `kill`. `origin`: default a person, by hand.
 *
 * @throws {DomainError} VALIDATION; the code of the check that denied it (the row is kept); CONFLICT when the client id is
 * another order's; UNAVAILABLE when it could not be decided (then nothing was sent), or when it was sent and what came of it
 * could not be stored yet (then the facts name the order)
 */
export async function placeOrder(
  deps: OrderDeps,
  principal: Principal,
  input: OrderInput,
  origin?: OrderOrigin,
): Promise<OrderRow> {
  requireScope(principal, origin?.source === 'kill' ? 'kill' : 'trade');
  const { userId } = principal;
  const clientOrderId = deps.ids.next();
  const by = origin ?? byHand(deps, userId);
  const request = parseOrderInput(input, { clientOrderId, mode: await modeNow(deps, userId), source: by.source });
  const decision = await deps.gateway.decide(userId, { request, origin: by });
  switch (decision.kind) {
    case 'placed':
      return sent(deps, decision.row);
    case 'denied':
      throw denialError(decision.denial, decision.row);
    case 'existing':
      return repeated(deps, decision.row, request);
    case 'change_approved':
    case 'change_denied':
    case 'change_impossible':
      throw new TypeError('An intent without a change is not decided as one.');
  }
}

function byHand({ ids }: OrderDeps, userId: number): OrderOrigin {
  return { source: 'manual', sourceId: null, actor: `user:${userId}`, correlationId: ids.next() };
}

/** The mode of an order that names none. */
async function modeNow(deps: OrderDeps, ownerId: number): Promise<TradingMode> {
  if (!canTradeLive(deps)) return 'paper';
  return effectiveMode(deps, await readSafety(deps.database.read, ownerId));
}

async function repeated(deps: OrderDeps, row: OrderRow, request: OrderRequest): Promise<OrderRow> {
  if (!sameRequest(row, request)) {
    throw conflict(`The clientOrderId ${row.clientOrderId} belongs to another order: choose a new one.`, {
      orderId: row.id,
      clientOrderId: row.clientOrderId,
    });
  }
  if (row.status === 'denied') throw denialError(await storedDenial(deps.database.read, row), row);
  if (deps.gateway.isSending(row.id)) return sent(deps, row);
  // Its send may have ended since it was read.
  return deps.database.read.order.findUniqueOrThrow({ where: { id: row.id } });
}

async function sent({ gateway }: OrderDeps, row: OrderRow): Promise<OrderRow> {
  try {
    return await gateway.sent(row);
  } catch (cause) {
    const { id, clientOrderId } = row;
    const message = `Order ${id} was sent, and what came of it could not be stored yet: look at it again later.`;
    throw new DomainError('UNAVAILABLE', message, { facts: { orderId: id, clientOrderId }, cause });
  }
}
