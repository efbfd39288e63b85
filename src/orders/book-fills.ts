/**
 * Books the broker's fills: each execution once, with what it does to its order, the position and the money, in one
 * transaction per page. How far the fills were read is in the account's row, whose lock is taken first: when another process
 * has read on meanwhile, this one begins again there.
 */
import type { BrokerFill, BrokerOrder } from '../broker/index.ts';
import { invariant, unavailable } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { Db, OrderRow } from '../storage/index.ts';
import { adoptOrders, findRows, orderOfFills } from './adopt-orders.ts';
import { type AccountKey, lockAccount } from './books.ts';
import { answerOf } from './broker-answer.ts';
import type { OrderBasis } from './deps.ts';
import { unbookedFills } from './fill-order.ts';
import { Ledger } from './ledger.ts';
import { RowChanged } from './store-orders.ts';
import { brokerOf } from './trading-mode.ts';

/** Pages are read so often in a row without a new fill: because a row was changed meanwhile, or because they had none. */
const MAX_ATTEMPTS = 20;

/** A page of fills, and where it began. */
interface Page {
  readonly key: AccountKey;
  readonly from: string;
  readonly fills: readonly BrokerFill[];
  readonly cursor: string;
  /** The broker's open orders, when the page may have fills of orders that are not ours. */
  readonly open: readonly BrokerOrder[];
}

/**
 * Books every fill that the broker has and we do not; answers how many. Nothing happens before the account is opened. The broker
 * has `timeoutMs` for each answer.
 *
 * @throws {DomainError} UNAVAILABLE when broker or database do not answer; what was booked stays, the rest comes the next time
 */
export async function bookAllFills(deps: OrderBasis, key: AccountKey, timeoutMs: number): Promise<number> {
  const broker = brokerOf(deps, key.mode);
  let booked = 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; ) {
    const from = await readCursor(deps.database.read, key);
    if (from === null) return booked;
    const { fills, cursor } = await answerOf((call) => broker.fills(key.ownerId, from, call), timeoutMs);
    if (fills.length === 0 && cursor === from) return booked;
    const rowOf = await findRows(deps.database.read, key, fills);
    const isOurs = fills.every((fill) => rowOf(fill) !== undefined);
    const open = isOurs ? [] : await answerOf((call) => broker.openOrders(key.ownerId, call), timeoutMs);
    const count = await bookPage(deps, { key, from, fills, cursor, open });
    // A broker that has nothing new and another cursor each time would be read for ever.
    attempt = count === null || count === 0 ? attempt + 1 : 0;
    booked += count ?? 0;
  }
  throw unavailable('The fills could not be read to their end, because they were others again and again: try again.');
}

async function readCursor(db: Db, key: AccountKey): Promise<string | null> {
  const row = await db.account.findUnique({ where: { ownerId_mode: key }, select: { fillCursor: true } });
  return row?.fillCursor ?? null;
}

/** Books a page; answers how many fills were new, null when somebody else was faster and it has to be read again. */
async function bookPage(deps: OrderBasis, page: Page): Promise<number | null> {
  try {
    return await deps.journal.write(async (write) => {
      const account = await lockAccount(write.db, deps.clock, page.key);
      if (account?.fillCursor !== page.from) return null;
      const fills = await newFills(write.db, page);
      if (fills.length === 0) {
        await write.db.account.updateMany({ where: page.key, data: { fillCursor: page.cursor } });
        return 0;
      }
      const rowOf = await findOrAdopt(deps, write, { page, fills });
      const ledger = await Ledger.open(deps, write.db, { account, symbols: fills.map(({ symbol }) => symbol) });
      for (const fill of fills) {
        const row = rowOf(fill);
        invariant(row !== undefined, 'a fill belongs to an order that was found or adopted');
        ledger.enter(fill, row);
      }
      await ledger.store(write, page.cursor);
      return fills.length;
    });
  } catch (error) {
    if (error instanceof RowChanged) return null;
    throw error;
  }
}

async function newFills(db: Db, { key, fills }: Page): Promise<readonly BrokerFill[]> {
  const rows = await db.fill.findMany({
    where: { ...key, executionId: { in: fills.map(({ executionId }) => executionId) } },
    select: { executionId: true },
  });
  return unbookedFills(fills, new Set(rows.map(({ executionId }) => executionId)));
}

/** Our orders of the fills; those that were placed elsewhere become rows first. */
async function findOrAdopt(
  deps: OrderBasis,
  { db }: JournalWrite,
  { page, fills }: { readonly page: Page; readonly fills: readonly BrokerFill[] },
): Promise<(fill: BrokerFill) => OrderRow | undefined> {
  const rowOf = await findRows(db, page.key, fills);
  const foreign = fills.filter((fill) => rowOf(fill) === undefined);
  if (foreign.length === 0) return rowOf;
  const ids = [...new Set(foreign.map(({ brokerOrderId }) => brokerOrderId))];
  const orders = ids.flatMap((id) => {
    const open = page.open.find(({ brokerOrderId }) => brokerOrderId === id);
    return open ?? orderOfFills(foreign.filter(({ brokerOrderId }) => brokerOrderId === id)) ?? [];
  });
  await adoptOrders(db, deps.clock, { key: page.key, orders, correlationId: deps.ids.next() });
  deps.log.warn({ ...page.key, brokerOrderIds: ids }, 'Fills of orders that were placed elsewhere are booked');
  return findRows(db, page.key, fills);
}
