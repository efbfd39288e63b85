import type { BrokerOrder } from '../broker/index.ts';
import type { OrderRow } from '../storage/index.ts';
import { adoptOrders, findRows } from './adopt-orders.ts';
import { type AccountKey, lockAccount } from './books.ts';
import type { OrderBasis } from './deps.ts';
import { orderEvent } from './events.ts';

/** What a broker told of, beside our rows. */
export interface Adoption {
  /** Our row of an order that was told; undefined when there is none, because the account is not opened here. */
  readonly rowOf: (order: BrokerOrder) => OrderRow | undefined;
  /** The rows that were made. */
  readonly adopted: readonly OrderRow[];
}

/** Makes rows of what a broker told of and we have no row of; see `adoptOrders`. Nothing is written when there is nothing. */
export async function adoptForeign(
  deps: OrderBasis,
  key: AccountKey,
  orders: readonly BrokerOrder[],
): Promise<Adoption> {
  const { database, journal, clock, ids } = deps;
  const known = await findRows(database.read, key, orders);
  if (orders.every((order) => known(order) !== undefined)) return { rowOf: known, adopted: [] };
  return journal.write(async ({ db, appendAll }) => {
    if ((await lockAccount(db, clock, key)) === null) return { rowOf: known, adopted: [] };
    const adopted = await adoptOrders(db, clock, { key, orders, correlationId: ids.next() });
    await appendAll(adopted.map((row) => orderEvent('OrderAccepted', row)));
    return { rowOf: await findRows(db, key, orders), adopted };
  });
}
