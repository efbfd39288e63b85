import { type Principal, requireScope } from '../access/index.ts';
import { conflict, type Decimal, decimalText, invalid, readDecimal, unavailable } from '../core/index.ts';
import { appendAudit, lockSafety } from '../safety/index.ts';
import { type AccountValue, valueAccount } from './account.ts';
import { lockAccount } from './books.ts';
import type { OrderDeps } from './gateway.ts';
import { openAccount } from './open-account.ts';
import { WORKING_STATUSES } from './order.ts';
import { brokerOf } from './trading-mode.ts';

/** How a paper account begins again. */
export interface ResetInput {
  /** A decimal above 0; by default what the account began with. */
  readonly initialCash?: unknown;
}

/**
 * Starts the caller's paper account afresh: initial cash, no positions, today's equity as the measure of losses. Orders and
 * fills of the past stay as history. An order that is placed at the same moment may be canceled by the broker, and is then
 * found by the next comparison. Scope `admin`.
 *
 * @throws {DomainError} CONFLICT while an order is open, VALIDATION for a wrong amount
 */
export async function resetPaperAccount(
  deps: OrderDeps,
  principal: Principal,
  { initialCash }: ResetInput = {},
): Promise<AccountValue> {
  requireScope(principal, 'admin');
  const { userId: ownerId } = principal;
  const key = { ownerId, mode: 'paper' } as const;
  const broker = brokerOf(deps, 'paper');
  if (broker.reset === undefined) throw unavailable(`The broker ${broker.name} cannot start an account afresh.`);
  await openAccount(deps, key);
  await deps.gateway.book(key);
  const { account, cash } = await readBefore(deps, ownerId, initialCash);
  await broker.reset(ownerId, cash);
  await deps.database.transaction(async (db) => {
    await lockSafety(db, deps.clock, ownerId);
    await lockAccount(db, deps.clock, key);
    await db.position.deleteMany({ where: key });
    await db.account.deleteMany({ where: key });
    const before = { cash: account.cash, initialCash: account.initialCash };
    const after = { cash: decimalText(cash), initialCash: decimalText(cash) };
    const entry = { kind: 'account_reset', actor: `user:${ownerId}`, before, after } as const;
    await appendAudit(db, deps.clock, ownerId, [entry]);
  });
  // The rows come back as the broker has it now, with the event that says so.
  return valueAccount(deps, ownerId, 'paper');
}

async function readBefore({ database }: OrderDeps, ownerId: number, initialCash: unknown) {
  const key = { ownerId, mode: 'paper' };
  const account = await database.read.account.findUniqueOrThrow({ where: { ownerId_mode: key } });
  const open = await database.read.order.count({ where: { ...key, status: { in: [...WORKING_STATUSES] } } });
  if (open > 0) throw conflict(`The account has ${open} open order(s): cancel them before it starts afresh.`, { open });
  return { account, cash: parseCash(initialCash ?? account.initialCash) };
}

function parseCash(raw: unknown): Decimal {
  const cash = readDecimal(raw);
  if (cash?.gt(0)) return cash;
  throw invalid('initialCash', 'initialCash must be a decimal above 0 with at most 8 decimals.');
}
