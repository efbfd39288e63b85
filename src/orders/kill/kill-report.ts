/** What a kill answers. It is read from the rows, and completed by what brokers said a moment ago: so asking again says the same. */
import { type Decimal, decimal } from '../../core/index.ts';
import type { KillPolicy } from '../../safety/index.ts';
import type { OrderRow } from '../../storage/index.ts';
import type { OrderDeps } from '../gateway.ts';
import type { OrderStatus } from '../order.ts';
import { statusOf } from '../order-row.ts';
import { oldestFirst, withStatus } from '../with-status.ts';
import type { CancelOutcome } from './cancel-open-orders.ts';
import type { Drained } from './drain.ts';

/** The state of a kill. */
export interface KillReport extends Drained {
  /** The policy that stands: that of this kill, or a stronger one of an earlier one. */
  readonly policy: KillPolicy;
  /** Every order that was open when trading was halted, and those that were placed elsewhere; none under `block`. */
  readonly orders: readonly { readonly clientOrderId: string; readonly outcome: CancelOutcome }[];
  /** Symbols whose positions are or were closed by this kill; none unless the policy is `flatten`. */
  readonly positionsClosing: readonly string[];
  /** When trading was halted. */
  readonly at: Date;
  /** The audit event of the halt. */
  readonly eventId: number;
}

/** The halt that stands. */
export interface StandingHalt {
  readonly ownerId: number;
  readonly eventId: number;
  readonly epoch: number;
  readonly policy: KillPolicy;
  readonly at: Date;
}

type ReportDeps = Pick<OrderDeps, 'database'>;

/** Orders that the broker has, and what became of those that it had. The others are in flight, or never were at the broker. */
const OPEN: readonly OrderStatus[] = ['submitted', 'accepted', 'partially_filled'];
const ENDED: readonly OrderStatus[] = ['filled', 'canceled', 'expired'];

/** The orders of a report; `answers` is what the brokers said in this call. */
export async function reportOrders(
  deps: ReportDeps,
  halt: StandingHalt,
  answers: ReadonlyMap<string, CancelOutcome>,
): Promise<KillReport['orders']> {
  if (halt.policy === 'block') return [];
  const { order } = deps.database.read;
  const source = { not: 'kill' };
  // One after the other: what ends in between is in both, and not in neither.
  const open = await order.findMany({ where: { ...withStatus(halt, OPEN), source } });
  const ended = await order.findMany({ where: { ...withStatus(halt, ENDED), source, endedAt: { gte: halt.at } } });
  const outcomes = new Map<string, CancelOutcome>();
  for (const row of oldestFirst([...open, ...ended]))
    if (row.reasonCode !== 'not_sent') outcomes.set(row.clientOrderId, outcomeOfRow(row));
  for (const [clientOrderId, outcome] of answers) {
    if (outcomes.get(clientOrderId) !== 'canceled') outcomes.set(clientOrderId, outcome);
  }
  return [...outcomes].map(([clientOrderId, outcome]) => ({ clientOrderId, outcome }));
}

function outcomeOfRow(row: OrderRow): CancelOutcome {
  const status = statusOf(row);
  if (status === 'filled') return 'failed';
  return status === 'canceled' || status === 'expired' ? 'canceled' : 'pending';
}

/** The symbols of a report, in alphabetical order. */
export async function reportClosing(deps: ReportDeps, halt: StandingHalt): Promise<readonly string[]> {
  if (halt.policy !== 'flatten') return [];
  const held = await heldPositions(deps, halt.ownerId);
  const orders = await deps.database.read.order.findMany({
    where: { ownerId: halt.ownerId, killEventId: halt.eventId },
    select: { symbol: true },
  });
  return [...new Set([...held, ...orders].map(({ symbol }) => symbol))].toSorted();
}

/** A position that is not closed. */
export interface HeldPosition {
  readonly mode: string;
  readonly symbol: string;
  /** Negative when short; not 0. */
  readonly quantity: Decimal;
}

/** What an owner holds, in every mode. */
export async function heldPositions({ database }: ReportDeps, ownerId: number): Promise<readonly HeldPosition[]> {
  const rows = await database.read.position.findMany({
    where: { ownerId, quantity: { not: '0' } },
    orderBy: { symbol: 'asc' },
    select: { mode: true, symbol: true, quantity: true },
  });
  return rows.map((row) => ({ ...row, quantity: decimal(row.quantity) }));
}
