/** The steps that the cases of the contract share. */
import { expect } from 'vitest';
import type { BrokerFill, BrokerOrder, BrokerOrderStatus } from '../../../src/broker/index.ts';
import { type Decimal, decimalText, sumOf } from '../../../src/core/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type BrokerHarness, orderOf, type ReceivedOrder, type Wanted } from './harness.ts';

/** Submits an order that has to be taken. */
export async function take({ broker, ownerId }: BrokerHarness, wanted: Wanted): Promise<BrokerOrder> {
  const answer = await broker.submit(ownerId, orderOf(broker, wanted));
  if (answer.kind !== 'accepted') throw new Error(`${wanted.id} was ${answer.kind}: ${answer.reason}`);
  return answer.order;
}

/** A purchase far below the market, which stays open. */
export function takeResting(harness: BrokerHarness, id: string, more: Partial<Wanted> = {}): Promise<BrokerOrder> {
  return take(harness, { id, type: 'limit', limit: '400', tif: 'gtc', ...more });
}

/** Waits until the order has a status. */
export function reaches(harness: BrokerHarness, id: string, status: BrokerOrderStatus): Promise<BrokerOrder> {
  return eventually(`${id} to be ${status}`, async () => {
    const order = await harness.broker.order(harness.ownerId, id);
    return order?.status === status ? order : null;
  });
}

/** The order as it is now; it has to exist. */
export async function lookUp({ broker, ownerId }: BrokerHarness, id: string): Promise<BrokerOrder> {
  const order = await broker.order(ownerId, id);
  if (order === null) throw new Error(`The broker does not know ${id}.`);
  return order;
}

/** Every fill after a cursor, page by page, and the last cursor. */
export async function allFills({ broker, ownerId }: BrokerHarness, after = '') {
  const fills: BrokerFill[] = [];
  for (let cursor = after; ; ) {
    const page = await broker.fills(ownerId, cursor);
    expect(page.fills.length).toBeLessThanOrEqual(500);
    if (page.fills.length === 0) return { fills, cursor: page.cursor };
    fills.push(...page.fills);
    cursor = page.cursor;
  }
}

/** Fills of one order. */
export async function fillsOf(harness: BrokerHarness, id: string): Promise<readonly BrokerFill[]> {
  return (await allFills(harness)).fills.filter(({ clientOrderId }) => clientOrderId === id);
}

/** Σ quantity of fills. */
export function quantityOf(fills: readonly BrokerFill[]): string {
  return decimalText(sumOf(fills.map(({ quantity }) => quantity)));
}

/** The ids of the orders that are open. */
export async function openIds({ broker, ownerId }: BrokerHarness): Promise<readonly string[]> {
  return (await broker.openOrders(ownerId)).map(({ clientOrderId }) => clientOrderId).toSorted();
}

/** The shape in which the two sides are compared. */
export function shapeOf(order: BrokerOrder | ReturnType<typeof orderOf>): ReceivedOrder {
  const text = (value: Decimal | null): string | null => (value === null ? null : decimalText(value));
  return {
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    quantity: decimalText(order.quantity),
    orderType: order.orderType,
    limitPrice: text(order.limitPrice),
    stopPrice: text(order.stopPrice),
    timeInForce: order.timeInForce,
  };
}

/** Submits what the broker cannot take, and sees that it is refused and nothing arrives in another form. */
export async function isRefused(harness: BrokerHarness, wanted: Wanted): Promise<void> {
  const { broker, ownerId } = harness;
  const answer = await broker.submit(ownerId, orderOf(broker, wanted));

  expect(answer).toEqual({ kind: 'rejected', reason: expect.stringMatching(/\S/) });
  expect((await harness.atBroker()).filter(({ clientOrderId }) => clientOrderId === wanted.id)).toEqual([]);
  expect(await openIds(harness)).not.toContain(wanted.id);
}
