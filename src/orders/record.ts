/**
 * Stores what is heard of orders: many at once, each decided on its row as it is in the transaction, so that what was
 * overtaken (by a fill that came before its order's acceptance, by another process) changes nothing.
 */
import { dateOf, invariant } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import { listOf, type OrderRow } from '../storage/index.ts';
import type { OrderBasis } from './deps.ts';
import { isTerminal } from './order.ts';
import { statusOf } from './order-row.ts';
import { type Heard, stepOf } from './order-step.ts';
import { type Changed, storeOrders } from './store-orders.ts';
import { eventsOf, readCauses, writeTransitions } from './transitions.ts';

/** Something that was heard of an order. */
export interface Hearing {
  readonly orderId: number;
  readonly heard: Heard;
}

/**
 * Stores hearings in one transaction and answers the row of each as it is then. What is not legal is logged and changes nothing.
 *
 * @throws {RowChanged} when another transaction changed a row meanwhile; nothing is stored then, and trying again helps
 */
export function recordHearings(deps: OrderBasis, hearings: readonly Hearing[]): Promise<readonly OrderRow[]> {
  return deps.journal.write(
    async (write) => {
      const ids = [...new Set(hearings.map(({ orderId }) => orderId))];
      const rows = await write.db.$queryRaw<OrderRow[]>`
        SELECT * FROM "Order" WHERE "id" IN ${listOf(ids)} ORDER BY "id"`;
      const latest = new Map(rows.map((row) => [row.id, row]));
      const changed: Changed[] = [];
      for (const hearing of hearings) {
        const next = hear(deps, latest, hearing);
        if (next === null) continue;
        changed.push(next);
        latest.set(hearing.orderId, next.after);
      }
      const merged = rows.map((before) => ({ before, after: rowOf(latest, before.id) }));
      await storeOrders(
        write.db,
        merged.filter(({ before, after }) => before !== after),
      );
      await tell(write, changed);
      return hearings.map(({ orderId }) => rowOf(latest, orderId));
      // Before decisions that wait: what was begun is finished first, and a kill waits for exactly this.
    },
    { isUrgent: true },
  );
}

function hear(deps: OrderBasis, latest: ReadonlyMap<number, OrderRow>, { orderId, heard }: Hearing): Changed | null {
  const before = rowOf(latest, orderId);
  const { changes, isReplaced, refused } = stepOf(before, heard, deps.clock.now());
  if (refused !== null) deps.log.warn({ orderId, status: before.status, heard: heard.kind }, `${refused}; it stays`);
  if (Object.keys(changes).length === 0) return null;
  const after = { ...before, ...changes, updatedAt: dateOf(deps.clock) };
  return { before, after: isUnfilledEnd(after) ? { ...after, reservedDay: null } : after, isReplaced };
}

function isUnfilledEnd(row: OrderRow): boolean {
  return isTerminal(statusOf(row)) && row.filledQuantity === '0';
}

async function tell({ db, appendAll }: JournalWrite, changed: readonly Changed[]): Promise<void> {
  if (changed.length === 0) return;
  await writeTransitions(db, changed);
  const causes = await readCauses(
    db,
    changed.map(({ after }) => after.id),
  );
  await appendAll(changed.flatMap((each) => eventsOf(each, causes.get(each.after.id))));
}

function rowOf(rows: ReadonlyMap<number, OrderRow>, id: number): OrderRow {
  const row = rows.get(id);
  invariant(row !== undefined, 'what is heard of an order is heard of one that has a row');
  return row;
}
