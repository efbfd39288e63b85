/** Placing, canceling and changing orders, and starting afresh: one transaction each, which locks the account first. */
import { type Decimal, dateOf, decimalText } from '../../core/index.ts';
import { calendarOf } from '../../market/index.ts';
import type { Db } from '../../storage/index.ts';
import type { ChangeAnswer, OrderChanges, SubmitAnswer } from '../broker.ts';
import { firstDifference } from '../confirmation.ts';
import type { OrderRequest } from '../order-request.ts';
import { type Claim, claimOf } from './books.ts';
import { type LockedAccount, lockAccount, openOrdersOf, orderOf, readBooks } from './ledger.ts';
import type { PaperDeps } from './paper-deps.ts';
import { brokerOrderOf, isOpen, OPEN_STATUSES, type PaperOrder, paperOrderOf } from './paper-order.ts';
import { refuseChanges, refuseFunds, refuseShape } from './refusal.ts';
import { closingAfter, openingAfter } from './session.ts';

/** Whose account, and when the caller gives up: nothing is changed after that. */
export interface Caller {
  readonly ownerId: number;
  readonly signal?: AbortSignal | undefined;
}

/** An account while a transaction has its lock. */
interface Held {
  readonly tx: Db;
  readonly account: LockedAccount;
  readonly now: Date;
}

/** Places the order, or answers the one that is there when it is the same. What is rejected leaves no trace. */
export async function submitOrder(deps: PaperDeps, caller: Caller, request: OrderRequest): Promise<SubmitAnswer> {
  const wrong = refuseShape(request);
  if (wrong !== null) return { kind: 'rejected', reason: wrong };
  return inAccount(deps, caller, async (held) => {
    const existing = await orderOf(held.tx, caller.ownerId, request.clientOrderId);
    if (existing !== null) return answerRepeat(existing, request);
    const refusal = await refuseInAccount(deps, held, { ...request, remaining: request.quantity });
    if (refusal !== null) return { kind: 'rejected', reason: refusal };
    return { kind: 'accepted', order: brokerOrderOf(await insertOrder(held, request)) };
  });
}

/** Cancels what is not filled. */
export function cancelOrder(deps: PaperDeps, caller: Caller, clientOrderId: string): Promise<ChangeAnswer> {
  return changeOrder(deps, caller, { clientOrderId, change: () => ({ status: 'canceled' }) });
}

/** Changes quantity and prices. Quotes from before the change do nothing more; a quantity that is filled already ends the order. */
export function replaceOrder(
  deps: PaperDeps,
  caller: Caller,
  { clientOrderId, changes }: { readonly clientOrderId: string; readonly changes: OrderChanges },
): Promise<ChangeAnswer> {
  return changeOrder(deps, caller, {
    clientOrderId,
    change: async (order, held) => {
      const refusal = refuseChanges(order, changes);
      if (refusal !== null) return refusal;
      const changed: PaperOrder = { ...order, ...changes };
      const lack = await refuseInAccount(deps, held, { ...claimOf(changed), id: order.id });
      if (lack !== null) return lack;
      return {
        quantity: decimalText(changed.quantity),
        limitPrice: textOf(changed.limitPrice),
        stopPrice: textOf(changed.stopPrice),
        quotedAt: held.now,
        ...(changed.quantity.eq(order.filledQuantity) ? { status: 'filled' } : {}),
      };
    },
  });
}

/** Cancels what is open, forgets the positions and starts with other cash. Fills go on being counted, so cursors stay valid. */
export function resetAccount(deps: PaperDeps, ownerId: number, initialCash: Decimal): Promise<void> {
  return inAccount(deps, { ownerId }, async ({ tx, now }) => {
    await tx.paperOrder.updateMany({
      where: { ownerId, status: { in: [...OPEN_STATUSES] } },
      data: { status: 'canceled', reason: 'The account was reset.', updatedAt: now },
    });
    await tx.paperPosition.deleteMany({ where: { ownerId } });
    const cash = decimalText(initialCash);
    await tx.paperAccount.update({ where: { ownerId }, data: { initialCash: cash, cash } });
  });
}

function inAccount<T>(deps: PaperDeps, { ownerId, signal }: Caller, work: (held: Held) => Promise<T>): Promise<T> {
  return deps.database.transaction(async (tx) => {
    const account = await lockAccount(tx, deps.settings, { ownerId, now: dateOf(deps.clock) });
    signal?.throwIfAborted();
    // Waiting for the lock may have taken a while: what is placed now has this time.
    return work({ tx, account, now: dateOf(deps.clock) });
  });
}

/** The same order again is that order; another one with the same client id does not exist and never will. */
function answerRepeat(existing: PaperOrder, request: OrderRequest): SubmitAnswer {
  const order = brokerOrderOf(existing);
  if (firstDifference(order, request) === null) return { kind: 'accepted', order };
  return { kind: 'rejected', reason: `Another order has the client order id ${request.clientOrderId}.` };
}

/** Whether the account can take the order (with an id: one that is there already, as it will be). */
async function refuseInAccount(
  { settings }: PaperDeps,
  { tx, account }: Held,
  wanted: Claim & { readonly id?: number },
): Promise<string | null> {
  const books = await readBooks(tx, settings, account);
  const open = await openOrdersOf(tx, account.ownerId);
  const others = open.filter(({ id }) => id !== wanted.id).map(claimOf);
  return refuseFunds({ books, settings }, others, wanted);
}

async function insertOrder({ tx, account, now }: Held, request: OrderRequest): Promise<PaperOrder> {
  const { clientOrderId, symbol, side, orderType, timeInForce } = request;
  const row = await tx.paperOrder.create({
    data: {
      ownerId: account.ownerId,
      ...{ clientOrderId, symbol, side, orderType, timeInForce },
      quantity: decimalText(request.quantity),
      limitPrice: textOf(request.limitPrice),
      stopPrice: textOf(request.stopPrice),
      status: 'accepted',
      expiresAt: expiryOf(request, now),
      createdAt: now,
      updatedAt: now,
    },
  });
  return paperOrderOf(row);
}

/** Day orders last until the session closes, between two sessions the next one; those for the opening until that session closes. */
function expiryOf({ symbol, timeInForce }: OrderRequest, now: Date): Date | null {
  const calendar = calendarOf(symbol);
  switch (timeInForce) {
    case 'gtc':
      return null;
    case 'day':
      return new Date(closingAfter(calendar, now.getTime()));
    case 'opg':
      return new Date(openingAfter(calendar, now.getTime()).closesAt);
  }
}

/** What a change writes; a text says why it is refused. */
type Change = Readonly<Record<string, string | Date | null>> | string;

function changeOrder(
  deps: PaperDeps,
  caller: Caller,
  asked: {
    readonly clientOrderId: string;
    readonly change: (order: PaperOrder, held: Held) => Change | Promise<Change>;
  },
): Promise<ChangeAnswer> {
  return inAccount(deps, caller, async (held) => {
    const order = await orderOf(held.tx, caller.ownerId, asked.clientOrderId);
    if (order === null) return refused(`There is no order ${asked.clientOrderId}.`, null);
    if (!isOpen(order)) return refused(`The order has ended: it is ${order.status}.`, order);
    const change = await asked.change(order, held);
    if (typeof change === 'string') return refused(change, order);
    const data = { ...change, updatedAt: held.now };
    const row = await held.tx.paperOrder.update({ where: { id: order.id }, data });
    return { kind: 'done', order: brokerOrderOf(paperOrderOf(row)) };
  });
}

function refused(reason: string, order: PaperOrder | null): ChangeAnswer {
  return { kind: 'refused', reason, order: order === null ? null : brokerOrderOf(order) };
}

function textOf(price: Decimal | null): string | null {
  return price === null ? null : decimalText(price);
}
