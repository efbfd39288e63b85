/**
 * Comparing our books with the broker's. Fills that we do not have are booked, orders that we do not have are adopted, and what
 * became of orders meanwhile is recorded; what differs beyond that is told, and never written over: whether the broker or we
 * are wrong, a person has to find out.
 */
import type { Broker, BrokerAccount, BrokerOrder, BrokerPosition } from '../../broker/index.ts';
import { unavailable } from '../../core/index.ts';
import type { OrderRow } from '../../storage/index.ts';
import { adoptForeign } from '../adopt-foreign.ts';
import type { AccountKey } from '../books.ts';
import type { OrderDeps } from '../gateway.ts';
import { openAccount } from '../open-account.ts';
import { type OrderStatus, statusHeard } from '../order.ts';
import { requestOf, statusOf } from '../order-row.ts';
import { brokerOf } from '../trading-mode.ts';
import { oldestFirst, withStatus } from '../with-status.ts';
import { type Difference, differencesOf, foreignOrder, missingOrder } from './differences.ts';
import { type Outcome, storeReconciliation } from './store-reconciliation.ts';

/** How often the broker is read again when a fill came while it was read. */
const MAX_READS = 5;

/** Questions about single orders at the same time. */
const PARALLEL = 8;

/** Orders that the broker has, by all that we know. What is being sent or is unknown is looked up by itself. */
const AT_BROKER: readonly OrderStatus[] = ['submitted', 'accepted', 'partially_filled'];

/** The broker's books, read while no fill came. */
interface Theirs {
  readonly open: readonly BrokerOrder[];
  readonly positions: readonly BrokerPosition[];
  readonly account: BrokerAccount;
}

/**
 * Compares an account with the broker's and stores what is new about it. Only open orders are looked at, however many
 * there were. Doing it again changes nothing.
 *
 * @throws {DomainError} UNAVAILABLE when the broker does not answer; that is stored too
 */
export async function reconcile(deps: OrderDeps, key: AccountKey): Promise<Outcome> {
  try {
    const differences = await compare(deps, key);
    const outcome: Outcome = differences.length === 0 ? { kind: 'agreed' } : { kind: 'differed', differences };
    await storeReconciliation(deps, key, outcome);
    return outcome;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await storeReconciliation(deps, key, { kind: 'failed', reason }).catch((err: unknown) => {
      deps.log.error({ err, ...key }, 'A failed reconciliation could not be stored');
    });
    throw error;
  }
}

async function compare(deps: OrderDeps, key: AccountKey): Promise<readonly Difference[]> {
  const broker = brokerOf(deps, key.mode);
  await openAccount(deps, key);
  const { open } = await readTheirs(deps, broker, key);
  const { rowOf, adopted } = await adoptForeign(deps, key, open);
  for (const order of open) await hearOpen(deps, rowOf(order), order);
  const missing = await settleBeyond(deps, broker, { key, open });
  // Once more: what was heard of orders may have been fills.
  const { positions: theirPositions, account: theirAccount } = await readTheirs(deps, broker, key);
  const { read } = deps.database;
  const account = await read.account.findUniqueOrThrow({ where: { ownerId_mode: key } });
  const positions = await read.position.findMany({ where: { ...key, quantity: { not: '0' } } });
  return [
    ...differencesOf({ account, positions, theirAccount, theirPositions }),
    ...missing.map(missingOrder),
    ...adopted.map(foreignOrder),
  ];
}

/** The broker's books when every fill in them is in ours. */
async function readTheirs(deps: OrderDeps, broker: Broker, key: AccountKey): Promise<Theirs> {
  const { ownerId } = key;
  const cursor = async (): Promise<string | undefined> => {
    await deps.gateway.book(key);
    const where = { ownerId_mode: key };
    return (await deps.database.read.account.findUnique({ where, select: { fillCursor: true } }))?.fillCursor;
  };
  let before = await cursor();
  for (let attempt = 0; attempt < MAX_READS; attempt += 1) {
    const [open, positions, account] = await Promise.all([
      broker.openOrders(ownerId),
      broker.positions(ownerId),
      broker.account(ownerId),
    ]);
    const after = await cursor();
    if (after === before) return { open, positions, account };
    before = after;
  }
  throw unavailable('The broker’s books could not be read, because fills came all the time: they are compared again.');
}

/** Records what the broker says of an open order, where that is news. */
async function hearOpen({ gateway }: OrderDeps, row: OrderRow | undefined, order: BrokerOrder): Promise<void> {
  if (row === undefined || !isNews(row, order)) return;
  await gateway.apply(row, order);
}

function isNews(row: OrderRow, order: BrokerOrder): boolean {
  const status = statusOf(row);
  if (statusHeard(status, order.status) !== status || row.brokerOrderId !== order.brokerOrderId) return true;
  const ours = requestOf(row);
  return (
    !ours.quantity.eq(order.quantity) ||
    !sameOrNull(ours.limitPrice, order.limitPrice) ||
    !sameOrNull(ours.stopPrice, order.stopPrice)
  );
}

function sameOrNull(a: BrokerOrder['limitPrice'], b: BrokerOrder['limitPrice']): boolean {
  return a === null || b === null ? a === b : a.eq(b);
}

/** What became of the orders that work for us and not for the broker; answers those that it does not know at all. */
async function settleBeyond(
  deps: OrderDeps,
  broker: Broker,
  { key, open }: { readonly key: AccountKey; readonly open: readonly BrokerOrder[] },
): Promise<readonly OrderRow[]> {
  const names = new Set(open.map(({ clientOrderId }) => clientOrderId));
  const brokerIds = new Set(open.map(({ brokerOrderId }) => brokerOrderId));
  const rows = await deps.database.read.order.findMany({ where: withStatus(key, AT_BROKER) });
  const beyond = oldestFirst(rows).filter(
    (row) => !names.has(row.clientOrderId) && !brokerIds.has(row.brokerOrderId ?? ''),
  );
  const missing: OrderRow[] = [];
  const worker = async (): Promise<void> => {
    for (let row = beyond.shift(); row !== undefined; row = beyond.shift()) {
      if (!(await settle(deps, broker, row))) missing.push(row);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return oldestFirst(missing);
}

/**
 * False when the broker does not know the order: until it has been saying so for a minute, that changes nothing. One that was
 * placed elsewhere cannot be asked for by name, so it has only ended.
 */
async function settle({ gateway }: OrderDeps, broker: Broker, row: OrderRow): Promise<boolean> {
  const isExternal = row.source === 'external';
  const order = isExternal ? null : await broker.order(row.ownerId, row.clientOrderId);
  if (order === null) await gateway.hear(row.id, { kind: 'missing' });
  else await gateway.apply(row, order);
  return order !== null || isExternal;
}
