/** How our books of an account begin. */
import { expect, it } from 'vitest';
import { decimal } from '../../src/core/index.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn } from '../support/open-trading.ts';

/** Made at the broker before we knew the account. */
const A_PURCHASE = {
  clientOrderId: 'earlier',
  mode: 'paper',
  symbol: 'SPY',
  side: 'buy',
  quantity: decimal(7),
  orderType: 'market',
  limitPrice: null,
  stopPrice: null,
  timeInForce: 'day',
} as const;

eachDatabase((_provider, create) => {
  const { open } = tradingOn(create);

  it('begins with what was filled before, which is booked by nobody', async () => {
    const trading = await open();
    await trading.broker.submit(trading.key.ownerId, A_PURCHASE);
    trading.broker.fill(A_PURCHASE.clientOrderId, '7', '100');

    await trading.place();

    const { key, database } = trading;
    expect(await database.read.position.findMany({ where: key })).toMatchObject([{ symbol: 'SPY', quantity: '7' }]);
    expect(await database.read.fill.count({ where: key })).toBe(0);
  });

  it('places nothing while the fills of a broker have no end', async () => {
    const trading = await open();
    const { broker } = trading;
    await broker.submit(trading.key.ownerId, A_PURCHASE);
    const fill = broker.fill(A_PURCHASE.clientOrderId, '1', '100');
    broker.fills = async (_ownerId, after) => ({ fills: [fill], cursor: String(Number(after) + 1) });

    expect((await trading.refusal()).code).toBe('UNAVAILABLE');
    expect(broker.submissions).toHaveLength(1);
  });
});
