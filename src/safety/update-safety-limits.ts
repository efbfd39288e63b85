/** Changing what an owner allows: limits, the mode, and whether only reducing orders pass. */
import { type Principal, requireScope } from '../access/index.ts';
import { type Clock, conflict, DomainError, dateOf, type IdSource, invariant, type Json } from '../core/index.ts';
import type { Journal } from '../events/index.ts';
import type { Db } from '../storage/index.ts';
import { appendAudit } from './audit.ts';
import { safetyEvent } from './events.ts';
import { type HaltChange, haltedEvent, haltTrading } from './halt.ts';
import { LIMITS, type LimitRule, type LimitValue, limitsBy, readLimit } from './limits.ts';
import { parseSafetyChanges, type SafetyChanges, type SafetyLimitsInput } from './limits-input.ts';
import { lockRow } from './lock-safety.ts';
import type { SafetySettings } from './settings.ts';
import { limitColumns, type SafetyColumns, settingsOf, unreadableColumns } from './stored-settings.ts';

/** What changing limits needs. */
export interface SafetyDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Whether the operator set LIVE_TRADING=enabled. */
  readonly isLiveEnabled: boolean;
  /** Whether a live broker is configured. */
  readonly hasLiveBroker: boolean;
}

/**
 * Changes what `input` names and leaves the rest; answers the settings after it. Nothing happens when everything is so
 * already. Stored settings that cannot be read are mended by naming those that cannot; trading is then halted until it is
 * resumed, as after every halt.
 *
 * @throws {DomainError} VALIDATION; LIVE_DISABLED for live trading that the server or the brokers do not allow; CONFLICT for
 * a state while trading is halted, or when stored limits cannot be read and are not named; FORBIDDEN without `admin`
 */
export async function updateSafetyLimits(
  deps: SafetyDeps,
  principal: Principal,
  input: SafetyLimitsInput,
): Promise<SafetySettings> {
  requireScope(principal, 'admin');
  const changes = parseSafetyChanges(input);
  refuseLive(deps, changes);
  const { clock, ids, journal } = deps;
  const { userId: ownerId } = principal;
  return journal.write(async ({ db, appendAll }) => {
    const { row, halt } = await lockForChanges(db, { clock, ownerId, changes });
    const columns = changedColumns(row, changes);
    const { before, after } = difference(row, columns);
    const isChanged = Object.keys(after).length > 0;
    const facts = { ownerId, correlationId: ids.next(), mode: columns.paperMode ? 'paper' : 'live' } as const;
    const events = halt === null ? [] : [haltedEvent(halt, { ...facts, actor: 'system' })];
    const updated = { ...columns, ...(isChanged && { updatedAt: dateOf(clock) }) };
    if (isChanged) {
      await db.safetyState.updateMany({ where: { ownerId }, data: updated });
      const payload = { actor: `user:${ownerId}`, reason: changes.reason, before, after };
      const [eventId] = await appendAudit(db, clock, ownerId, [{ kind: 'limits_updated', ...payload }]);
      invariant(eventId !== undefined, 'an event that is appended has an id');
      events.push(safetyEvent('SafetyLimitsUpdated', { ...facts, eventId, payload }));
    }
    await appendAll(events);
    return settingsOf({ ...row, ...updated });
  });
}

/** @throws {DomainError} LIVE_DISABLED when live trading is asked for and cannot be had */
function refuseLive({ isLiveEnabled, hasLiveBroker }: SafetyDeps, changes: SafetyChanges): void {
  if (changes.paperMode !== false || (isLiveEnabled && hasLiveBroker)) return;
  const missing = isLiveEnabled
    ? 'no live broker is configured'
    : 'the server was started without LIVE_TRADING=enabled';
  throw new DomainError('LIVE_DISABLED', `paperMode cannot be false: ${missing}.`);
}

/**
 * The locked row that the changes are made to. One that cannot be read is halted first, so that mending it lets no order
 * through by itself.
 */
async function lockForChanges(
  db: Db,
  { clock, ownerId, changes }: { readonly clock: Clock; readonly ownerId: number; readonly changes: SafetyChanges },
): Promise<{ row: SafetyColumns; halt: HaltChange | null }> {
  const row = await lockRow(db, clock, ownerId);
  const settings = settingsOf(row);
  if (changes.state !== null && settings.state === 'halted') {
    throw conflict(`The state cannot become ${changes.state}: trading is halted. Resume it first.`);
  }
  const unreadable = unreadableColumns(row);
  const unnamed = LIMITS.map(({ key }) => key).filter((key) => unreadable.includes(key) && !changes.limits.has(key));
  if (unnamed.length > 0) {
    throw conflict(`The stored ${unnamed.join(', ')} cannot be read: set all of them in one change.`);
  }
  if (unreadable.length === 0 || row.state === 'halted') return { row, halt: null };
  const { haltReason: reason, killPolicy } = settings;
  const cause = 'unreadable_settings';
  const halt = await haltTrading(db, clock, ownerId, { cause, reason, policy: killPolicy ?? 'block', actor: 'system' });
  return { row: await lockRow(db, clock, ownerId), halt };
}

/** All columns that a change may touch, as they are to be; what could not be read is so no more. */
function changedColumns(row: SafetyColumns, { limits, paperMode, state }: SafetyChanges) {
  const kept = (rule: LimitRule): LimitValue => {
    const value = readLimit(rule, row[rule.key]);
    invariant(value !== undefined, 'a limit that cannot be read is named by the change');
    return value;
  };
  return {
    ...(state !== null && { state }),
    // A number that cannot be read was made one by `settingsOf`.
    epoch: settingsOf(row).epoch,
    paperMode: paperMode ?? row.paperMode !== false,
    ...limitColumns(limitsBy((rule) => limits.get(rule.key) ?? (limits.has(rule.key) ? null : kept(rule)))),
  };
}

/** What was and what is, of the columns that differ. */
function difference(row: SafetyColumns, columns: ReturnType<typeof changedColumns>) {
  const before: Record<string, Json> = {};
  const after: Record<string, Json> = {};
  const found: Readonly<Record<string, unknown>> = row;
  for (const [name, value] of Object.entries(columns)) {
    if (found[name] === value) continue;
    before[name] = jsonOf(found[name]);
    after[name] = value;
  }
  return { before, after };
}

/** What a column held, as far as JSON can say it. */
function jsonOf(found: unknown): Json {
  if (found === null || typeof found === 'string' || typeof found === 'boolean') return found;
  return typeof found === 'number' && Number.isFinite(found) ? found : 'unreadable';
}
