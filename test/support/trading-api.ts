/** What tests of orders over the API have in common: quantities that suit the market, and waiting for a broker that works on its own. */
import { expect } from 'vitest';
import { type Answer, type Call } from '../rest/described.ts';

/** Units of a symbol for about so many dollars, at least 1. */
export async function unitsFor(call: Call, symbol: string, dollars: number): Promise<number> {
  return Math.max(1, Math.floor(dollars / (await priceOf(call, symbol))));
}

/** The newest price. */
export async function priceOf(call: Call, symbol: string): Promise<number> {
  const { body } = await call('GET', `/api/data/quotes?symbols=${symbol}`);
  return body[0].price;
}

/** Asks until the order is in this state. */
export async function untilOrder(call: Call, id: number, status: string): Promise<Answer['body']> {
  const order = async () => (await call('GET', `/api/broker/orders/${id}`)).body;
  await expect.poll(order, { timeout: 60_000, interval: 50 }).toMatchObject({ status });
  return await order();
}
