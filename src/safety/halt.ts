/**
 * Halting and resuming, as changes of the stored state: what a kill does beside that (draining, cancelling, closing) is a use
 * case of `orders`. Either is once: doing it again changes nothing, except that a policy may become stronger.
 */
import { type Clock, conflict, dateOf, invariant, type JsonObject } from '../core/index.ts';
import type { EventDraft } from '../events/index.ts';
import type { Db } from '../storage/index.ts';
import { appendAudit, keptText } from './audit.ts';
import { type SafetyEventFacts, safetyEvent } from './events.ts';
import { lockRow } from './lock-safety.ts';
import { type HaltCause, KILL_POLICIES, type KillPolicy, type SafetySettings, type TradingState } from './settings.ts';
import { type SafetyColumns, settingsOf, unreadableColumns } from './stored-settings.ts';

/** Why trading halts, who says so, and what happens beside refusing orders. */
export interface Halt {
  readonly cause: HaltCause;
  readonly reason: string | null;
  readonly policy: KillPolicy;
  /** `user:1`, `system`. */
  readonly actor: string;
}

/** Who resumes trading and why. */
export interface Resumption {
  readonly actor: string;
  readonly reason: string | null;
  /** What the limits on losses measure against, where resuming made that others; for the audit. */
  readonly measures?: { readonly before: JsonObject; readonly after: JsonObject } | null;
}

/** What came of halting or resuming. */
export interface StateChange {
  readonly settings: SafetySettings;
  /** The audit event of the halt that stands, or of the resumption that this call made; null when there was nothing to resume. */
  readonly eventId: number | null;
  /** Whether this call changed anything. */
  readonly changed: boolean;
}

/** A halt always has its event. */
export interface HaltChange extends StateChange {
  readonly eventId: number;
  /** The audit event of this call and its reason, where it made the policy of a standing halt stronger. */
  readonly strengthened?: { readonly eventId: number; readonly reason: string | null };
}

/**
 * Halts trading: state, cause, reason and policy, and one epoch more. While it is halted already, only a stronger policy
 * changes anything. Takes the lock of the settings; the first statement of its transaction.
 */
export async function haltTrading(db: Db, clock: Clock, ownerId: number, halt: Halt): Promise<HaltChange> {
  const row = await lockRow(db, clock, ownerId);
  const standing = row.state === 'halted' ? await findHalt(db, ownerId) : null;
  if (standing === null) return beginHalt(db, clock, row, halt);
  const { killPolicy } = settingsOf(row);
  if (!isStronger(halt.policy, killPolicy)) return { settings: settingsOf(row), eventId: standing.id, changed: false };
  const changes = { killPolicy: halt.policy, updatedAt: dateOf(clock) };
  await db.safetyState.updateMany({ where: { ownerId }, data: changes });
  const { actor, reason } = halt;
  const policies = { before: { killPolicy }, after: { killPolicy: halt.policy } };
  const entry = { kind: 'policy_strengthened', actor, reason, ...policies } as const;
  const [eventId] = await appendAudit(db, clock, ownerId, [entry]);
  invariant(eventId !== undefined, 'an event that is appended has an id');
  const strengthened = { eventId, reason: reason === null ? null : keptText(reason) };
  return { settings: settingsOf({ ...row, ...changes }), eventId: standing.id, changed: true, strengthened };
}

/**
 * Lets trading go on, in the state before the halt: a person who let only reducing orders pass before has to lift that too.
 * Changes nothing unless halted. Takes the lock of the settings; the first statement of its transaction.
 *
 * @throws {DomainError} CONFLICT while stored limits cannot be read
 */
export async function resumeState(
  db: Db,
  clock: Clock,
  ownerId: number,
  { measures, ...by }: Resumption,
): Promise<StateChange> {
  const row = await lockRow(db, clock, ownerId);
  const settings = settingsOf(row);
  if (settings.state !== 'halted') return { settings, eventId: null, changed: false };
  const state = stateBefore(await findHalt(db, ownerId));
  const noHalt = { haltCause: null, haltReason: null, haltedAt: null, killPolicy: null };
  const changes = { state, ...noHalt, updatedAt: dateOf(clock) };
  const resumed = { ...row, ...changes };
  const unreadable = unreadableColumns(resumed);
  if (unreadable.length > 0) {
    throw conflict(
      `Trading cannot be resumed: the stored ${unreadable.join(', ')} cannot be read. Set the limits first.`,
    );
  }
  await db.safetyState.updateMany({ where: { ownerId }, data: changes });
  const { haltCause, haltReason, killPolicy } = settings;
  const before = { state: 'halted', haltCause, haltReason, killPolicy, ...(measures && { measures: measures.before }) };
  const [eventId = null] = await appendAudit(db, clock, ownerId, [
    { kind: 'resumed', ...by, before, after: { state, ...(measures && { measures: measures.after }) } },
  ]);
  return { settings: settingsOf(resumed), eventId, changed: true };
}

/** The event that tells of a halt, or of a policy that became stronger: then with the reason and audit event of that. */
export function haltedEvent(
  { settings, eventId: haltId, strengthened }: HaltChange,
  facts: Omit<SafetyEventFacts, 'ownerId' | 'eventId' | 'payload'> & { readonly actor: string },
): EventDraft {
  const { ownerId, haltCause: cause, haltReason, killPolicy: policy, epoch } = settings;
  const { eventId, reason } = strengthened ?? { eventId: haltId, reason: haltReason };
  const { actor, ...rest } = facts;
  return safetyEvent('TradingHalted', { ...rest, ownerId, eventId, payload: { actor, cause, reason, policy, epoch } });
}

async function beginHalt(db: Db, clock: Clock, row: SafetyColumns, halt: Halt): Promise<HaltChange> {
  const { ownerId, epoch, killPolicy: standing } = settingsOf(row);
  const { cause: haltCause, reason, actor } = halt;
  // A halt whose event is gone from the audit is begun anew, and not with a weaker policy.
  const killPolicy = standing === null || isStronger(halt.policy, standing) ? halt.policy : standing;
  const haltReason = reason === null ? null : keptText(reason);
  const state: TradingState = 'halted';
  const haltedAt = dateOf(clock);
  const changes = { state, epoch: epoch + 1, haltCause, haltReason, haltedAt, killPolicy, updatedAt: haltedAt };
  await db.safetyState.updateMany({ where: { ownerId }, data: changes });
  const before = { state: String(row.state) };
  const after = { state, haltCause, killPolicy, epoch: epoch + 1 };
  const [eventId] = await appendAudit(db, clock, ownerId, [{ kind: 'halted', actor, reason, before, after }]);
  invariant(eventId !== undefined, 'an event that is appended has an id');
  return { settings: settingsOf({ ...row, ...changes }), eventId, changed: true };
}

/** The newest halt, which is the one that stands while trading is halted; null when its event is not there. */
function findHalt(db: Db, ownerId: number): Promise<{ id: number; before: string | null } | null> {
  return db.safetyEvent.findFirst({
    where: { ownerId, kind: 'halted' },
    orderBy: { sequence: 'desc' },
    select: { id: true, before: true },
  });
}

function stateBefore(halt: { readonly before: string | null } | null): TradingState {
  return halt?.before === JSON.stringify({ state: 'reducing' }) ? 'reducing' : 'active';
}

function isStronger(policy: KillPolicy, than: KillPolicy | null): boolean {
  return than === null || KILL_POLICIES.indexOf(policy) > KILL_POLICIES.indexOf(than);
}
