/**
 * Alerts whose goal or strategy was deleted can never fire again: they are disabled, and their owner is told, once for all of them.
 */
import { dateOf, type JsonObject, readJson } from '../core/index.ts';
import type { JournalEvent, JournalWrite } from '../events/index.ts';
import type { AlertRow } from '../storage/index.ts';
import type { AlertBasis } from './deps.ts';
import { alertEvent } from './events.ts';
import { DISABLED } from './level-state.ts';
import { lockAlerts } from './lock-alerts.ts';
import { storeTriggers } from './trigger.ts';

/** What tells that something watched is gone. */
export const DELETIONS: readonly string[] = ['GoalDeleted', 'StrategyDeleted'];

/** So many of them are named; the others are counted. */
const MOST_NAMED = 10;

/** Disables the alerts on what a deletion tells of. */
export async function disableOrphans(deps: AlertBasis, write: JournalWrite, event: JournalEvent): Promise<void> {
  const { ownerId, subjectId, subjectType, payload, correlationId, cursor } = event;
  const [alertType, key] = event.type === 'GoalDeleted' ? ['rebalance', 'goal_id'] : ['signal', 'strategy_id'];
  // The columns that name what is watched lose it with the row; the condition keeps it.
  const enabled = await write.db.alert.findMany({
    where: { ownerId, alertType, enabled: true },
    orderBy: { id: 'asc' },
  });
  const isOrphan = (row: AlertRow): boolean =>
    row.enabled && row.alertType === alertType && readJson<JsonObject>(row.condition)[key] === subjectId;
  const found = enabled.filter(isOrphan).map(({ id }) => id);
  const ids: number[] = [];
  // All locks before the first event. Whoever changed one meanwhile had it first.
  for (const page of pagesOf(found)) {
    for (const row of await lockAlerts(write.db, page)) if (isOrphan(row)) ids.push(row.id);
  }
  if (ids.length === 0) return;
  const rows: AlertRow[] = [];
  for (const page of pagesOf(ids)) {
    const changed = await write.db.alert.updateManyAndReturn({
      where: { id: { in: [...page] } },
      data: { ...DISABLED, enabled: false, updatedAt: dateOf(deps.clock) },
    });
    rows.push(...changed.toSorted((a, b) => a.id - b.id));
  }
  const cause = { correlationId, causationId: cursor };
  const named = rows.slice(0, MOST_NAMED).map(({ name }) => JSON.stringify(name));
  const others = rows.length > MOST_NAMED ? ` and ${rows.length - MOST_NAMED} others` : '';
  const gone = `the ${subjectType} ${JSON.stringify(payload['name'] ?? subjectId)}`;
  const context: JsonObject = {
    ...{ event: event.type, [key]: subjectId },
    ...{ alert_ids: ids.slice(0, MOST_NAMED), alerts: ids.length },
  };
  const message = `No longer watched, because ${gone} was deleted: ${named.join(', ')}${others}.`;
  await storeTriggers(deps, write, [{ ownerId, alertId: null, alertType: 'system', message, context, cause }]);
  await write.appendAll(rows.map((row) => alertEvent('AlertUpdated', row, { cause })));
}

/** So many ids fit into a statement on every database. */
const PAGE = 1000;

function pagesOf(ids: readonly number[]): readonly (readonly number[])[] {
  return Array.from({ length: Math.ceil(ids.length / PAGE) }, (_, page) => ids.slice(page * PAGE, (page + 1) * PAGE));
}
