/**
 * Going on with kills: what could not be canceled or closed at once, or what a process began that died. Any process does it,
 * several at once too. When nothing is open any more, and under `flatten` nothing is held, that is told, once.
 */
import { appendAudit, lockSafety, readSafety, safetyEvent } from '../../safety/index.ts';
import type { Db } from '../../storage/index.ts';
import { WORKING_STATUSES } from '../order.ts';
import { withStatus } from '../with-status.ts';
import { CancelRound } from './cancel-open-orders.ts';
import { flatten } from './flatten.ts';
import { heldPositions, type StandingHalt } from './kill-report.ts';
import { haltOf } from './kill-switch.ts';
import type { KillDeps } from './kill-trading.ts';

/** Goes on with the kill of an owner; nothing happens when there is none, or nothing is left to do. */
export async function sweepKill(deps: KillDeps, ownerId: number): Promise<void> {
  const halt = await readStandingHalt(deps, ownerId);
  if (halt === null || halt.policy === 'block') return;
  const isOpen = (await countOpen(deps, ownerId)) > 0;
  const isHeld = halt.policy === 'flatten' && (await heldPositions(deps, ownerId)).length > 0;
  if (!isOpen && !isHeld && (await wasTold(deps.database.read, halt))) return;
  const cancels = new CancelRound(deps, { ownerId, epoch: halt.epoch, isPatient: true });
  await cancels.run();
  await cancels.recorded();
  if (halt.policy === 'flatten') await flatten(deps, halt);
  await tellWhenDone(deps, halt);
}

/** The halt that stands; null while the owner may trade. */
export async function readStandingHalt(
  { database }: Pick<KillDeps, 'database'>,
  ownerId: number,
): Promise<StandingHalt | null> {
  const settings = await readSafety(database.read, ownerId);
  if (settings.state !== 'halted') return null;
  const event = await database.read.safetyEvent.findFirst({
    where: { ownerId, kind: 'halted' },
    orderBy: { sequence: 'desc' },
    select: { id: true },
  });
  return event === null ? null : { ...haltOf(settings), eventId: event.id };
}

/** Orders that may still be filled, those of the kill itself too. */
function countOpen({ database }: Pick<KillDeps, 'database'>, ownerId: number): Promise<number> {
  return database.read.order.count({ where: withStatus({ ownerId }, WORKING_STATUSES) });
}

async function wasTold(db: Db, { ownerId, eventId, policy }: StandingHalt): Promise<boolean> {
  const event = await db.safetyEvent.findFirst({
    where: { ownerId, kind: 'kill_progressed' },
    orderBy: { sequence: 'desc' },
    select: { id: true, after: true },
  });
  return event !== null && event.id > eventId && event.after === afterOf(policy);
}

function afterOf(policy: string): string {
  return JSON.stringify({ policy, openOrders: 0, ...(policy === 'flatten' && { positions: 0 }) });
}

async function tellWhenDone(deps: KillDeps, halt: StandingHalt): Promise<void> {
  const { ownerId, policy, epoch } = halt;
  if ((await countOpen(deps, ownerId)) > 0) return;
  if (policy === 'flatten' && (await heldPositions(deps, ownerId)).length > 0) return;
  const { journal, clock, ids } = deps;
  await journal.write(async ({ db, append }) => {
    const settings = await lockSafety(db, clock, ownerId);
    if (settings.state !== 'halted' || settings.epoch !== epoch || (await wasTold(db, halt))) return;
    const after = { policy, openOrders: 0, ...(policy === 'flatten' && { positions: 0 }) };
    const [eventId] = await appendAudit(db, clock, ownerId, [{ kind: 'kill_progressed', actor: 'system', after }]);
    if (eventId === undefined) return;
    await append(safetyEvent('KillProgressed', { ownerId, eventId, payload: after, correlationId: ids.next() }));
  });
}
