/**
 * Closing every position, for a kill that flattens: market orders that go through the gateway like any other, with the source
 * `kill`. One order per position at a time, and never while another order could still close the same position: so nothing is
 * turned from long to short, whatever is filled meanwhile. Whoever comes next, in this process or another, goes on where this
 * ends: an order's client id is made from the halt, the symbol and how many there were before.
 */
import { createHash } from 'node:crypto';
import type { Principal } from '../../access/index.ts';
import { type BrokerPosition, type Side, TRADING_MODES, type TradingMode } from '../../broker/index.ts';
import { type Decimal, DomainError, decimalText, minOf } from '../../core/index.ts';
import type { OrderRow } from '../../storage/index.ts';
import type { OrderDeps } from '../gateway.ts';
import { isTerminal, WORKING_STATUSES } from '../order.ts';
import { statusOf } from '../order-row.ts';
import type { OrderOrigin } from '../order-source.ts';
import { placeOrder } from '../place-order.ts';
import { brokerOf } from '../trading-mode.ts';
import { type HeldPosition, heldPositions, type StandingHalt } from './kill-report.ts';

/** Pause after a closing order that ended without closing, in ms; it doubles with each, up to a minute. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/** Reasons for which a closing order is not placed now and may be later; everything else is thrown. */
const LATER: ReadonlySet<string> = new Set([
  'CONFLICT',
  'KILL_SWITCH_ACTIVE',
  'UNAVAILABLE',
  'RUNAWAY',
  'ORDER_RATE_LIMIT',
]);

/**
 * Places the closing orders that can be placed now; answers whether every position is closed. Safe at any time and in
 * several processes at once. Nothing is placed once trading was resumed.
 *
 * @throws {DomainError} UNAVAILABLE when broker or database do not answer
 */
export async function flatten(deps: OrderDeps, halt: StandingHalt): Promise<boolean> {
  for (const mode of await modesHeld(deps, halt.ownerId)) await flattenMode(deps, halt, mode);
  const left = await heldPositions(deps, halt.ownerId);
  return left.length === 0;
}

async function modesHeld(deps: OrderDeps, ownerId: number): Promise<readonly TradingMode[]> {
  const held = new Set((await heldPositions(deps, ownerId)).map(({ mode }) => mode));
  return TRADING_MODES.filter((mode) => held.has(mode));
}

async function flattenMode(deps: OrderDeps, halt: StandingHalt, mode: TradingMode): Promise<void> {
  const { ownerId } = halt;
  const broker = brokerOf(deps, mode);
  // What is closing in our books already must be in our books before it is decided how much is left.
  await deps.gateway.book({ ownerId, mode });
  const theirs = await broker.positions(ownerId);
  const held = (await heldPositions(deps, ownerId)).filter((position) => position.mode === mode);
  for (const position of held) await closePosition(deps, halt, { position, theirs });
}

async function closePosition(
  deps: OrderDeps,
  halt: StandingHalt,
  { position, theirs }: { readonly position: HeldPosition; readonly theirs: readonly BrokerPosition[] },
): Promise<void> {
  const { symbol } = position;
  const side: Side = position.quantity.isNeg() ? 'buy' : 'sell';
  const quantity = closable(
    position,
    theirs.find((their) => their.symbol === symbol),
  );
  if (quantity === null) return;
  const earlier = await deps.database.read.order.findMany({
    where: { ownerId: halt.ownerId, symbol, killEventId: halt.eventId },
    orderBy: { id: 'asc' },
  });
  if (await isClosing(deps, halt, { position, side })) return;
  if (!isDue(deps, earlier)) return;
  const input = { symbol, side, quantity: decimalText(quantity), orderType: 'market', mode: position.mode };
  const clientOrderId = closingId(halt.eventId, symbol, earlier.length + 1);
  try {
    const origin = await originOf(deps, halt);
    await placeOrder(deps, principalOf(halt.ownerId), { ...input, clientOrderId }, origin);
  } catch (error) {
    // Somebody else's order was faster, or a resumption was: the next look sees what is left.
    if (!(error instanceof DomainError) || !LATER.has(error.code)) throw error;
    deps.log.info({ ownerId: halt.ownerId, symbol, code: error.code }, 'A position is not closed yet');
  }
}

/** How much may be sold or bought back: no more than we and the broker agree is held. Null when we do not agree at all. */
function closable({ quantity }: HeldPosition, theirs: BrokerPosition | undefined): Decimal | null {
  if (theirs === undefined || theirs.quantity.isNeg() !== quantity.isNeg()) return null;
  return minOf(quantity.abs(), theirs.quantity.abs());
}

/** Whether an order that may still be filled closes the position too. */
async function isClosing(
  { database }: OrderDeps,
  { ownerId }: StandingHalt,
  { position, side }: { readonly position: HeldPosition; readonly side: Side },
): Promise<boolean> {
  const { mode, symbol } = position;
  const where = { ownerId, mode, symbol, side, status: { in: [...WORKING_STATUSES] } };
  return (await database.read.order.findFirst({ where, select: { id: true } })) !== null;
}

/** Orders that ended without closing (the broker refused them, the market was shut) are not tried without a pause. */
function isDue({ clock }: OrderDeps, earlier: readonly OrderRow[]): boolean {
  const last = earlier.at(-1);
  if (last === undefined || !isTerminal(statusOf(last)) || last.status === 'filled') return true;
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (earlier.length - 1), LONGEST_PAUSE_MS);
  return clock.now() >= (last.endedAt ?? last.updatedAt).getTime() + pauseMs;
}

/** 1 to 48 of `A-Z a-z 0-9 _ -`, the same in every process. */
function closingId(eventId: number, symbol: string, attempt: number): string {
  return `kill-${eventId}-${createHash('sha256').update(symbol).digest('hex').slice(0, 12)}-${attempt}`;
}

/** The closing orders belong to what halted trading. */
async function originOf({ database, ids }: OrderDeps, { ownerId, eventId }: StandingHalt): Promise<OrderOrigin> {
  const cause = await database.read.event.findFirst({
    where: { ownerId, subjectType: 'safety', subjectId: eventId, type: 'TradingHalted' },
    orderBy: { cursor: 'asc' },
    select: { cursor: true, correlationId: true },
  });
  return {
    source: 'kill',
    sourceId: null,
    actor: 'system',
    correlationId: cause?.correlationId ?? ids.next(),
    ...(cause !== null && { causationId: cause.cursor }),
    killEventId: eventId,
  };
}

function principalOf(ownerId: number): Principal {
  return { userId: ownerId, scopes: new Set(['kill']) };
}
