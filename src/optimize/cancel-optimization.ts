/** Cancels a job: asks whoever computes it to stop, and answers when it has. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Principal, requireScope } from '../access/index.ts';
import { conflict, dateOf, notFound } from '../core/index.ts';
import type { OptimizationRow } from '../storage/index.ts';
import { optimizationEvent } from './events.ts';
import { isFinal } from './optimization.ts';
import type { OptimizeDeps } from './start-optimization.ts';

/** How long the process that computes the job has to keep its partial results. */
const GRACE_MS = 1500;
const POLL_MS = 25;

/**
 * Cancels a waiting or running job, keeping what it has computed as partial results. Scope `trade`.
 *
 * The request is stored first, so that it holds whichever process computes the job. When nobody has answered after
 * 1.5 s (the process is gone or stuck), the job is ended here without results.
 *
 * @throws {DomainError} NOT_FOUND; CONFLICT when the job has ended
 */
export async function cancelOptimization(
  deps: OptimizeDeps,
  principal: Principal,
  id: number,
): Promise<OptimizationRow> {
  requireScope(principal, 'trade');
  await requestCancellation(deps, principal, id);
  deps.runner.cancel(id);
  const deadline = deps.clock.now() + GRACE_MS;
  while (deps.clock.now() < deadline) {
    const row = await readJob(deps, id);
    if (isFinal(row)) return row;
    await sleep(POLL_MS);
  }
  return await endWithoutResults(deps, id);
}

/** Marks the request; a job that nobody has taken yet ends at once. */
async function requestCancellation(deps: OptimizeDeps, principal: Principal, id: number): Promise<void> {
  await deps.journal.write(async (write) => {
    const row = await write.db.optimization.findFirst({ where: { id, ownerId: principal.userId } });
    if (row === null) throw notFound('optimization', id);
    if (isFinal(row)) {
      throw conflict(`Optimization ${id} has ended (${row.status}) and cannot be cancelled.`, { status: row.status });
    }
    const now = dateOf(deps.clock);
    const ended = row.status === 'pending' ? { status: 'cancelled', partial: true, finishedAt: now } : {};
    const after = await write.db.optimization.update({ where: { id }, data: { cancelRequestedAt: now, ...ended } });
    if (row.status === 'pending') await write.append(optimizationEvent('OptimizationCancelled', after));
  });
}

async function endWithoutResults(deps: OptimizeDeps, id: number): Promise<OptimizationRow> {
  return await deps.journal.write(async (write) => {
    const ended = await write.db.optimization.updateMany({
      where: { id, status: { in: ['pending', 'running'] } },
      data: { status: 'cancelled', partial: true, finishedAt: dateOf(deps.clock), leaseOwner: null, leaseUntil: null },
    });
    const row = await write.db.optimization.findUniqueOrThrow({ where: { id } });
    if (ended.count === 1) await write.append(optimizationEvent('OptimizationCancelled', row));
    return row;
  });
}

async function readJob(deps: OptimizeDeps, id: number): Promise<OptimizationRow> {
  return await deps.database.read.optimization.findUniqueOrThrow({ where: { id } });
}
