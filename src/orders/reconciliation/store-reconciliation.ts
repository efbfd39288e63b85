/** What a comparison leaves behind. One that found what the one before it found leaves nothing but its time. */
import { dateOf, readJson } from '../../core/index.ts';
import { appendAudit, lockSafety, safetyEvent } from '../../safety/index.ts';
import type { Db } from '../../storage/index.ts';
import type { AccountKey } from '../books.ts';
import type { OrderBasis } from '../deps.ts';
import { type Difference, differenceList, standingText } from './differences.ts';

/** What came of a comparison. */
export type Outcome =
  | { readonly kind: 'agreed' }
  | { readonly kind: 'differed'; readonly differences: readonly Difference[] }
  | { readonly kind: 'failed'; readonly reason: string };

type StoreDeps = Pick<OrderBasis, 'journal' | 'clock' | 'ids'>;

/** Stores it; what is new is audited, and differences are told. */
export function storeReconciliation(deps: StoreDeps, key: AccountKey, outcome: Outcome): Promise<void> {
  const { journal, clock, ids } = deps;
  return journal.write(async ({ db, append }) => {
    const { ownerId, mode } = key;
    await lockSafety(db, clock, ownerId);
    const at = dateOf(clock);
    const reconciledOk = outcome.kind !== 'failed' && standingText(differencesIn(outcome)) === standingText([]);
    const reconciled = { reconciledOk, ...(outcome.kind !== 'failed' && { reconciledAt: at }) };
    await db.account.updateMany({ where: key, data: reconciled });
    if (!(await isNew(db, key, outcome))) return;
    const differences = differenceList(differencesIn(outcome));
    const reason = outcome.kind === 'failed' ? outcome.reason : null;
    const row = { ...key, outcome: outcome.kind, differences: JSON.stringify(differences), reason, at };
    await db.reconciliation.create({ data: row });
    const after = { mode, outcome: outcome.kind, differences };
    const [eventId] = await appendAudit(db, clock, ownerId, [{ kind: 'reconciled', actor: 'system', reason, after }]);
    if (outcome.kind !== 'differed' || eventId === undefined) return;
    const payload = { mode, differences };
    await append(safetyEvent('BooksDiffered', { ownerId, eventId, mode, payload, correlationId: ids.next() }));
  });
}

function differencesIn(outcome: Outcome): readonly Difference[] {
  return outcome.kind === 'differed' ? outcome.differences : [];
}

/** Whether it says something else than the newest row, which is not there while everything always agreed. */
async function isNew(db: Db, key: AccountKey, outcome: Outcome): Promise<boolean> {
  const last = await db.reconciliation.findFirst({ where: key, orderBy: { id: 'desc' } });
  if (outcome.kind === 'differed' && outcome.differences.some(({ kind }) => kind === 'foreign_order')) return true;
  if (last === null) return outcome.kind !== 'agreed';
  if (outcome.kind === 'failed') return last.outcome !== 'failed' || last.reason !== outcome.reason;
  const before = last.outcome === 'failed' ? null : standingText(readJson<Difference[]>(last.differences));
  return before !== standingText(differencesIn(outcome));
}
