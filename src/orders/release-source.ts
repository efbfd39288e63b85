import { type Principal, requireScope } from '../access/index.ts';
import { dateOf, notFound } from '../core/index.ts';
import { appendAudit, lockSafety, safetyEvent } from '../safety/index.ts';
import type { OrderBasis } from './deps.ts';

/** A source that was stopped for a symbol because it ordered without end. */
export interface SourceStop {
  readonly id: number;
  readonly source: string;
  readonly sourceId: number | null;
  readonly symbol: string;
  readonly stoppedAt: Date;
  /** Null while it is stopped; then when and by whom it was released. */
  readonly releasedAt: Date | null;
  readonly releasedBy: string | null;
}

/**
 * Lets a stopped source order again; a person has to have found out why it was stopped. Releasing it once more changes
 * nothing. Scope `admin`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function releaseSource(deps: OrderBasis, principal: Principal, id: number): Promise<SourceStop> {
  requireScope(principal, 'admin');
  const { journal, clock, ids } = deps;
  const ownerId = principal.userId;
  const actor = `user:${ownerId}`;
  return journal.write(async ({ db, append }) => {
    await lockSafety(db, clock, ownerId);
    const stop = await db.runawayStop.findFirst({ where: { id, ownerId } });
    if (stop === null) throw notFound('stopped source', id);
    if (stop.releasedAt !== null) return stop;
    const { source, sourceId, symbol } = stop;
    const released = await db.runawayStop.update({
      where: { id },
      data: { releasedAt: dateOf(clock), releasedBy: actor },
    });
    const payload = { source, sourceId, symbol };
    const [eventId = 0] = await appendAudit(db, clock, ownerId, [{ kind: 'source_released', actor, after: payload }]);
    await append(safetyEvent('SourceReleased', { ownerId, eventId, payload, correlationId: ids.next() }));
    return released;
  });
}
