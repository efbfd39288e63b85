/** What people do with alerts: create, change, delete, enable and disable, and try whether their notices arrive. */
import { type Principal, requireScope } from '../access/index.ts';
import { conflict, dateOf, given, type JsonObject, notFound, readJson } from '../core/index.ts';
import { type AlertRow, type AlertTriggerRow, type Db, lockOwner, lockRows } from '../storage/index.ts';
import { lockStrategy } from '../strategies/index.ts';
import { type AlertInput, alertInput, columnsOf, conditionOf, type ParsedAlert, parseAlert } from './alert.ts';
import { type Baseline, baselineOf, blameStrategy, noGoal } from './baseline.ts';
import type { AlertDeps } from './deps.ts';
import { alertEvent } from './events.ts';
import { DISABLED } from './level-state.ts';
import { lockAlerts } from './lock-alerts.ts';
import { storeTriggers } from './trigger.ts';

/** Alerts that an owner may have. */
const MAX_ALERTS = 100_000;

/** How often a change is worked out anew, because somebody else changed the alert meanwhile. */
const MAX_ROUNDS = 5;

/**
 * Creates an alert. One that is beyond its level already fires at the next fresh crossing. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong; CONFLICT when the owner has too many
 */
export async function createAlert(deps: AlertDeps, principal: Principal, input: AlertInput): Promise<AlertRow> {
  requireScope(principal, 'trade');
  const parsed = parseAlert(input);
  const baseline = await baselineOf(deps, principal, parsed);
  const ownerId = principal.userId;
  const now = dateOf(deps.clock);
  return await deps.journal.write(async (write) => {
    await lockOwner(write.db, ownerId);
    const observed = await write.db.alert.count({ where: { ownerId } });
    if (observed >= MAX_ALERTS) {
      const facts = { limit: MAX_ALERTS, observed };
      throw conflict(`There are ${observed} alerts; more than ${MAX_ALERTS} cannot be. Delete some first.`, facts);
    }
    await requireWatched(write.db, principal, parsed.columns);
    const data = { ...parsed.columns, ...baseline, ownerId, createdAt: now, updatedAt: now };
    const row = await write.db.alert.create({ data });
    await write.append(alertEvent('AlertCreated', row, { cause: ownCause(deps) }));
    return row;
  });
}

/**
 * Changes the given settings, which arms the alert anew; what changes nothing does not. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION, NOT_FOUND; CONFLICT when others change it all the time
 */
export async function updateAlert(
  deps: AlertDeps,
  principal: Principal,
  { id, ...input }: AlertInput & { readonly id: number },
): Promise<AlertRow> {
  requireScope(principal, 'trade');
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const seen = await deps.database.read.alert.findFirst({ where: { id, ownerId: principal.userId } });
    if (seen === null) throw notFound('alert', id);
    const parsed = parseAlert(merged(seen, input));
    if (isSame(parsed.columns, seen)) return seen;
    const row = await storeChange(deps, principal, { seen, data: await changed(deps, principal, { seen, parsed }) });
    if (row !== null) return row;
  }
  throw conflict(`The alert ${id} is being changed by others; try again.`);
}

/** What an alert becomes. One that is only disabled is not looked at: what it watches may be gone. */
async function changed(
  deps: AlertDeps,
  principal: Principal,
  { seen, parsed }: { readonly seen: AlertRow; readonly parsed: ParsedAlert },
): Promise<Change['data']> {
  const { columns } = parsed;
  const isSameThing = columns.alertType === seen.alertType && columns.condition === seen.condition;
  if (columns.enabled || !isSameThing) return { ...columns, ...(await baselineOf(deps, principal, parsed)) };
  const { strategyId, goalId } = seen;
  return { ...columns, strategyId, goalId, ...DISABLED };
}

/** A change of type or condition without a hysteresis takes the default that goes with it. */
function merged(seen: AlertRow, input: AlertInput): AlertInput {
  const before = alertInput(seen);
  const isOther = input.alertType !== undefined || input.condition !== undefined;
  return { ...before, ...(isOther ? { hysteresis: keptHysteresis(seen, input) } : {}), ...given(input) };
}

/** What was set by hand stays, as far as the type has one. */
function keptHysteresis(seen: AlertRow, { alertType }: AlertInput): string | null {
  const isSameType = alertType === undefined || alertType === seen.alertType;
  const usual = parseAlert({ ...alertInput(seen), hysteresis: null }).columns.hysteresis;
  return isSameType && seen.hysteresis !== usual ? seen.hysteresis : null;
}

function isSame(a: Parameters<typeof columnsOf>[0], b: Parameters<typeof columnsOf>[0]): boolean {
  return JSON.stringify(columnsOf(a)) === JSON.stringify(columnsOf(b));
}

/**
 * Locks the goal or the strategy that an alert is to watch, if any, until the alert is stored: either may keep its row when it is
 * deleted, and nobody would disable what was stored after that.
 *
 * @throws {DomainError} VALIDATION when it was deleted
 */
async function requireWatched(
  db: Db,
  principal: Principal,
  { goalId, strategyId }: Pick<ParsedAlert['columns'], 'goalId' | 'strategyId'>,
): Promise<void> {
  if (strategyId !== null) await lockStrategy(db, principal, strategyId).catch(blameStrategy);
  if (goalId === null) return;
  await lockRows(db, 'Goal', [goalId]);
  const isThere = (await db.goal.count({ where: { id: goalId, deletedAt: null } })) > 0;
  if (!isThere) throw noGoal(goalId);
}

interface Change {
  readonly seen: AlertRow;
  readonly data: ReturnType<typeof parseAlert>['columns'] & Baseline;
}

/** Null when the alert is no longer what was seen. */
async function storeChange(deps: AlertDeps, principal: Principal, { seen, data }: Change): Promise<AlertRow | null> {
  return await deps.journal.write(async (write) => {
    if (data.enabled) await requireWatched(write.db, principal, data);
    const [locked] = await lockAlerts(write.db, [seen.id]);
    if (locked === undefined) throw notFound('alert', seen.id);
    if (!isSame(locked, seen)) return null;
    const row = await write.db.alert.update({
      where: { id: seen.id },
      data: { ...data, updatedAt: dateOf(deps.clock) },
    });
    await write.append(alertEvent('AlertUpdated', row, { cause: ownCause(deps) }));
    return row;
  });
}

/**
 * Deletes an alert; what it told stays in the history. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function deleteAlert(deps: AlertDeps, principal: Principal, id: number): Promise<number> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async (write) => {
    const [row] = await lockAlerts(write.db, [id]);
    if (row?.ownerId !== principal.userId) throw notFound('alert', id);
    await write.db.alert.delete({ where: { id } });
    await write.append(alertEvent('AlertDeleted', row, { cause: ownCause(deps) }));
    return id;
  });
}

/**
 * Sends a notice that says that it is a test to subscribers and to webhooks that want tests; its state stays. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function testAlert(deps: AlertDeps, principal: Principal, id: number): Promise<AlertTriggerRow> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async (write) => {
    const row = await write.db.alert.findFirst({ where: { id, ownerId: principal.userId } });
    if (row === null) throw notFound('alert', id);
    const { ownerId, name } = row;
    const context = { name, ...readJson<JsonObject>(row.condition), test: true };
    const alertType = conditionOf(row).type;
    const message = `This is a test of the alert ${name}.`;
    const draft = { ownerId, alertId: id, alertType, message, context, cause: ownCause(deps), isTest: true };
    const [stored] = await storeTriggers(deps, write, [draft]);
    if (stored === undefined) throw notFound('alert', id);
    return stored;
  });
}

function ownCause({ ids }: AlertDeps) {
  return { correlationId: ids.next(), causationId: null };
}
