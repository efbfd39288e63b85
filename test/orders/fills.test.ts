/** Fills: early, late, twice, out of order, of orders of others; and money that equals the broker's to the last digit. */
import { expect, it } from 'vitest';
import { decimal, decimalText, seededRandom, sumOf } from '../../src/core/index.ts';
import { valueAccount } from '../../src/orders/index.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn, WIDE } from '../support/open-trading.ts';
import type { Trading } from '../support/trading.ts';

eachDatabase((_, create) => {
  const { open, openApart } = tradingOn(create);

  it('books a fill that comes before the acceptance, which then overwrites nothing', async () => {
    const trading = await open();
    trading.broker.reaction = async (order, broker) => {
      const answer = broker.accept(order);
      broker.fill(order.clientOrderId, '1', '100.5');
      await trading.book();
      return answer;
    };

    const row = await trading.place();

    expect(row).toMatchObject({ status: 'filled', filledQuantity: '1', averageFillPrice: '100.5', claimedBy: null });
    await expectSameMoney(trading);
  });

  it('books each execution once, whatever is told twice and by whomever', async () => {
    const a = await open();
    const b = await openApart({ user: a.user, broker: a.broker });
    await a.place({ clientOrderId: 'a', quantity: '3' });
    a.broker.fill('a', '1', '100', { executionId: 'x1' });
    a.broker.executions.push(...a.broker.executions);

    await Promise.all([a.book(), b.book(), a.book(), b.book()]);
    const row = await a.database.read.order.findFirstOrThrow({ where: a.key });

    expect(row).toMatchObject({ status: 'partially_filled', filledQuantity: '1', filledValue: '100' });
    expect(await a.database.read.fill.count({ where: a.key })).toBe(1);
    await expectSameMoney(a);
  });

  it('lets a late fill of a canceled order count, and the order stay canceled', async () => {
    const trading = await open();
    const { id } = await trading.place({ clientOrderId: 'a', quantity: '2', orderType: 'limit', limitPrice: '100' });
    trading.broker.end('a', 'canceled');
    trading.broker.tell();
    await expect.poll(async () => (await trading.row(id)).status).toBe('canceled');

    trading.broker.fill('a', '1', '99');
    await trading.book();

    expect(await trading.row(id)).toMatchObject({ status: 'canceled', filledQuantity: '1' });
    await expectSameMoney(trading);
  });

  it('believes an end only when every fill before it is booked', async () => {
    const trading = await open();
    trading.broker.reaction = (order, broker) => {
      broker.accept(order);
      broker.fill(order.clientOrderId, '1', '100');
      broker.end(order.clientOrderId, 'canceled');
      const taken = broker.orders.get(order.clientOrderId);
      return taken === undefined ? { kind: 'unknown', reason: '' } : { kind: 'accepted', order: taken };
    };

    const row = await trading.place({ quantity: '2' });

    expect(row).toMatchObject({ status: 'canceled', reasonCode: 'broker_canceled', filledQuantity: '1' });
    expect(row.reservedDay).not.toBeNull();
    await expectSameMoney(trading);
  });

  it('books what the broker fills beyond the order, and says so', async () => {
    const trading = await open();
    await trading.place({ clientOrderId: 'a' });
    trading.broker.fill('a', '1', '100');
    trading.broker.fill('a', '0.5', '100');

    await trading.book();

    const row = await trading.database.read.order.findFirstOrThrow({ where: trading.key });
    expect(row).toMatchObject({ status: 'filled', filledQuantity: '1.5' });
    expect(trading.logged).toMatchObject([{ level: 'error', facts: { orderId: row.id, excess: '0.5' } }]);
    await expectSameMoney(trading);
  });

  it('adopts orders that were placed elsewhere when they are filled', async () => {
    const trading = await open();
    await trading.place({ clientOrderId: 'mine' });
    const foreign = { clientOrderId: '', mode: 'paper', symbol: 'QQQ', side: 'buy', orderType: 'limit' } as const;
    const terms = { quantity: decimal(4), limitPrice: decimal(50), stopPrice: null, timeInForce: 'gtc' } as const;
    trading.broker.accept({ ...foreign, ...terms });
    trading.broker.fill('', '1', '50');

    await trading.book();

    const row = await trading.database.read.order.findFirstOrThrow({ where: { ...trading.key, source: 'external' } });
    expect(row).toMatchObject({ status: 'partially_filled', quantity: '4', limitPrice: '50', filledQuantity: '1' });
    await expectSameMoney(trading);
  });

  it('equals the broker to the last digit after random fills, commissions and cancels', async () => {
    const seed = 'money-1';
    const random = seededRandom(seed);
    const trading = await open();
    await trading.limits({ ...WIDE, maxPositionPct: 10, maxDailyLossPct: 1, maxDrawdownPct: 1 });
    for (let i = 0; i < 40; i += 1) await step(trading, random.uniform, i);

    await trading.book();

    await expectSameMoney(trading);
    const value = await valueAccount(trading, trading.user.userId, 'paper');
    const parts = [value.cash, ...value.positions.map(({ marketValue }) => marketValue ?? decimal(Number.NaN))];
    expect(decimalText(value.equity ?? decimal(0)), seed).toBe(decimalText(sumOf(parts)));
  });
});

/** Places an order and fills some of it at a price with many digits; perhaps ends it. */
async function step(trading: Trading, uniform: () => number, i: number): Promise<void> {
  const digits = (upTo: number): string => (uniform() * upTo + 0.000_000_01).toFixed(8);
  const clientOrderId = `r-${i}`;
  const input = { clientOrderId, quantity: digits(20), side: uniform() < 0.5 ? 'buy' : 'sell' };
  const row = await trading.place({ ...input, symbol: uniform() < 0.5 ? 'SPY' : 'QQQ' }).catch(() => null);
  if (row === null) return;
  const part = decimal(row.quantity).times(uniform()).toDecimalPlaces(8);
  if (part.gt(0)) trading.broker.fill(clientOrderId, decimalText(part), digits(200), { commission: digits(1) });
  if (uniform() < 0.3) trading.broker.end(clientOrderId, 'canceled');
  if (uniform() < 0.5) trading.broker.tell();
}

/** Cash and positions of ours are the broker's. */
async function expectSameMoney({ database, broker, key }: Trading): Promise<void> {
  const account = await database.read.account.findUniqueOrThrow({ where: { ownerId_mode: key } });
  const positions = await database.read.position.findMany({ where: key, orderBy: { symbol: 'asc' } });
  const theirs = [...broker.holdings].toSorted(([a], [b]) => (a < b ? -1 : 1));

  expect(account.cash).toBe(decimalText(broker.cash));
  expect(positions.map(({ symbol, quantity, costBasis }) => [symbol, quantity, costBasis])).toEqual(
    theirs.map(([symbol, { quantity, costBasis }]) => [symbol, decimalText(quantity), decimalText(costBasis)]),
  );
}
