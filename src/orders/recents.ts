/**
 * What an owner ordered, and changed, in the last minute, kept in memory so that a decision need not count a minute of rows. Under the lock
 * of the settings nobody else adds orders or changes, and ids only grow: so each decision reads what is newer than the newest known.
 */
import { type OrderRequest, TRADING_MODES } from '../broker/index.ts';
import { decimalText } from '../core/index.ts';
import type { Db, OrderChangeRow } from '../storage/index.ts';
import type { RecentOrders } from './decision/view.ts';
import { type OrderOrigin, sourceKey } from './order-source.ts';

/** How far back orders and changes of orders count, in ms. */
const WINDOW_MS = 60_000;

/** One order that was not denied, as far as it counts here. */
export interface RecentOrder {
  readonly id: number;
  readonly source: string;
  readonly sourceId: number | null;
  readonly symbol: string;
  readonly side: string;
  /** A decimal text. */
  readonly quantity: string;
  readonly createdAt: Date;
}

/** The row of a change that was decided. */
type RecentChange = Pick<OrderChangeRow, 'id' | 'source' | 'sourceId' | 'symbol' | 'denialCode' | 'decidedAt'>;

/** The recent orders of one owner. Changed only inside a deciding transaction's turn. */
export class Recents {
  #orders: RecentOrder[] = [];
  #newestId: number | null = null;
  /** When changes were approved, epoch ms. */
  #changes: number[] = [];
  #newestChangeId = 0;
  /** What was denied, for a symbol by a source, at epoch ms. */
  #denied: { readonly key: string; readonly at: number }[] = [];
  readonly #bySourceAndSymbol = new Map<string, number>();
  readonly #lastSame = new Map<string, RecentOrder[]>();

  /** Reads what came since the last time, by this process and by others, and forgets what is over. Needs the lock. */
  async refresh(db: Db, ownerId: number, now: number): Promise<void> {
    const since = new Date(now - WINDOW_MS);
    this.#newestId ??= await idBefore(db, ownerId, since);
    const rows = await db.$queryRaw<(RecentOrder & { status: string; reasonCode: string | null })[]>`
      SELECT "id", "source", "sourceId", "symbol", "side", "quantity", "createdAt", "status", "reasonCode" FROM "Order"
      WHERE "ownerId" = ${ownerId} AND "id" > ${this.#newestId} AND "createdAt" > ${since} ORDER BY "id"`;
    this.#newestId = rows.at(-1)?.id ?? this.#newestId;
    for (const { status, reasonCode, ...order } of rows) {
      if (status === 'denied') this.#deny(order, reasonCode, order.createdAt);
      else if (order.source !== 'external') this.#add(order);
    }
    await this.#readChanges(db, ownerId, since);
    this.#forget(since.getTime());
  }

  /** What counts against a request; `exceptId` is the order that it changes. */
  of(request: OrderRequest, origin: OrderOrigin, exceptId?: number): RecentOrders {
    const quantity = decimalText(request.quantity);
    const { source, sourceId } = origin;
    const order = { source, sourceId, symbol: request.symbol, side: request.side, quantity };
    const key = sourceKey(order);
    const same = this.#lastSame.get(sameKey(order))?.findLast(({ id }) => id !== exceptId);
    return {
      inLastMinute: this.#orders.length + this.#changes.length,
      ofSourceAndSymbolInLastMinute: this.#bySourceAndSymbol.get(key) ?? 0,
      deniedOfSourceAndSymbolInLastMinute: this.#denied.filter((each) => each.key === key).length,
      sameAt: same?.createdAt.getTime() ?? null,
    };
  }

  async #readChanges(db: Db, ownerId: number, since: Date): Promise<void> {
    const changes = await db.$queryRaw<RecentChange[]>`
      SELECT "id", "source", "sourceId", "symbol", "denialCode", "decidedAt" FROM "OrderChange"
      WHERE "ownerId" = ${ownerId} AND "id" > ${this.#newestChangeId} AND "decidedAt" > ${since} ORDER BY "id"`;
    this.#newestChangeId = changes.at(-1)?.id ?? this.#newestChangeId;
    for (const { denialCode, decidedAt, ...change } of changes) {
      if (denialCode === null) this.#changes.push(decidedAt.getTime());
      else this.#deny(change, denialCode, decidedAt);
    }
  }

  #add(order: RecentOrder): void {
    this.#orders.push(order);
    const key = sourceKey(order);
    this.#bySourceAndSymbol.set(key, (this.#bySourceAndSymbol.get(key) ?? 0) + 1);
    const same = this.#lastSame.get(sameKey(order));
    if (same === undefined) this.#lastSame.set(sameKey(order), [order]);
    else same.push(order);
  }

  /** What a stopped source tries does not keep it stopped. */
  #deny(intent: Parameters<typeof sourceKey>[0], code: string | null, at: Date): void {
    if (code !== 'RUNAWAY') this.#denied.push({ key: sourceKey(intent), at: at.getTime() });
  }

  #forget(since: number): void {
    this.#changes = this.#changes.filter((at) => at > since);
    this.#denied = this.#denied.filter(({ at }) => at > since);
    const firstKept = this.#orders.findIndex(({ createdAt }) => createdAt.getTime() > since);
    const gone = this.#orders.splice(0, firstKept === -1 ? this.#orders.length : firstKept);
    for (const order of gone) {
      const key = sourceKey(order);
      const left = (this.#bySourceAndSymbol.get(key) ?? 1) - 1;
      if (left === 0) this.#bySourceAndSymbol.delete(key);
      else this.#bySourceAndSymbol.set(key, left);
      const same = this.#lastSame.get(sameKey(order));
      same?.shift();
      if (same?.length === 0) this.#lastSame.delete(sameKey(order));
    }
  }
}

/** The newest order that is over for sure, so that the first read need not begin with the first order there ever was. */
async function idBefore(db: Db, ownerId: number, since: Date): Promise<number> {
  const mode = { in: [...TRADING_MODES] };
  const first = { where: { ownerId, mode, createdAt: { gt: since } }, orderBy: { id: 'asc' } } as const;
  const recent = await db.order.findFirst({ ...first, select: { id: true } });
  if (recent !== null) return recent.id - 1;
  const newest = await db.order.findFirst({ where: { ownerId }, orderBy: { id: 'desc' }, select: { id: true } });
  return newest?.id ?? 0;
}

function sameKey(order: Omit<RecentOrder, 'id' | 'createdAt'>): string {
  return `${sourceKey(order)} ${order.side} ${order.quantity}`;
}
