/**
 * The condition on an owner's orders by status, so that few open orders are found at once, however many have ended. The modes are in
 * it, because the index begins with owner and mode; it goes without an ORDER BY, for which SQLite would rather read every order there
 * ever was: sort what was found (`oldestFirst`).
 */
import { TRADING_MODES } from '../broker/index.ts';
import type { OrderRow } from '../storage/index.ts';
import type { OrderStatus } from './order.ts';

/** See the head of this file. Of one mode, or of all. */
export function withStatus(
  { ownerId, mode }: { readonly ownerId: number; readonly mode?: string },
  statuses: readonly OrderStatus[],
) {
  return { ownerId, mode: { in: mode === undefined ? [...TRADING_MODES] : [mode] }, status: { in: [...statuses] } };
}

/** Orders in the order in which they were stored. */
export function oldestFirst<Row extends Pick<OrderRow, 'id'>>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => a.id - b.id);
}
