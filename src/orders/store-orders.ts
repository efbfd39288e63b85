/** Writes rows of orders that were worked out from what was read, on condition that nobody else changed them meanwhile. */
import { type Db, type OrderRow, updateRows } from '../storage/index.ts';

/** An order's row before and after what happened to it. */
export interface Changed {
  readonly before: OrderRow;
  readonly after: OrderRow;
  /** Whether quantity or prices became others. */
  readonly isReplaced?: boolean;
}

/** A row was changed by somebody else between its reading and its writing: the transaction has to be tried again. */
export class RowChanged extends Error {
  override readonly name = 'RowChanged';
}

/** A place among the daily trades of an account. */
type Place = Pick<OrderRow, 'ownerId' | 'mode'> & { readonly day: string };

/**
 * Writes what changed, each row (once, whatever happened to it) on condition that it is `unchanged`; then moves the places among the daily trades that orders gave back or, filled after all, took again. That may be
 * beyond the limit: a trade is a fact.
 *
 * @throws {RowChanged}
 */
export async function storeOrders(db: Db, changed: readonly Changed[]): Promise<void> {
  const updates = changed.map(({ before, after }) => {
    const { id, ...expected } = unchanged(before);
    return { id, expected, columns: difference(before, after) };
  });
  const count = await updateRows(db, 'Order', updates);
  if (count !== changed.length) throw new RowChanged('Orders were changed meanwhile.');
  await placeMoves(changed).store(db);
}

/** The places that orders gave back or took again. */
function placeMoves(changed: readonly Changed[]): PlaceMoves {
  const moves = new PlaceMoves();
  for (const { before, after } of changed) {
    const { ownerId, mode } = before;
    if (before.reservedDay === after.reservedDay) continue;
    if (before.reservedDay !== null) moves.add({ ownerId, mode, day: before.reservedDay }, -1);
    if (after.reservedDay !== null) moves.add({ ownerId, mode, day: after.reservedDay }, 1);
  }
  return moves;
}

/**
 * The condition that an order is as it was read, as far as others change it: what became of it, who asks the broker for a
 * change, and whether it is to be canceled. A reminder to look at it again, which goes with those, is then never lost.
 */
export function unchanged(row: OrderRow) {
  const { id, status, filledQuantity, claimedBy, claimUntil, cancelRequestedAt } = row;
  return { id, status, filledQuantity, claimedBy, claimUntil, cancelRequestedAt };
}

/** Only the columns that differ: what others wrote into the rest stays. */
function difference(before: OrderRow, after: OrderRow): Partial<OrderRow> {
  const was = new Map(Object.entries(before));
  return Object.fromEntries(Object.entries(after).filter(([column, value]) => was.get(column) !== value));
}

/** How the counts of days change. */
class PlaceMoves {
  readonly #moves = new Map<string, { readonly place: Place; by: number }>();

  add(place: Place, by: 1 | -1): void {
    const key = `${place.ownerId} ${place.mode} ${place.day}`;
    const move = this.#moves.get(key) ?? { place, by: 0 };
    move.by += by;
    this.#moves.set(key, move);
  }

  async store(db: Db): Promise<void> {
    for (const [, { place, by }] of [...this.#moves].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const { ownerId, mode, day: tradingDay } = place;
      if (by === 0) continue;
      await db.$executeRaw`
        UPDATE "DailyTradeCount" SET "count" = "count" + ${by}
        WHERE "ownerId" = ${ownerId} AND "mode" = ${mode} AND "tradingDay" = ${tradingDay}`;
    }
  }
}
