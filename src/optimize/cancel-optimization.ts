/** Cancels a job: asks whoever computes it to stop, and answers when it has. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Principal, requireScope } from '../access/index.ts';
import { conflict, dateOf, notFound } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { OptimizationRow } from '../storage/index.ts';
import { optimizationEvent } from './job/events.ts';
import { noFindings } from './job/findings.ts';
import type { OptimizeDeps } from './job/submit-job.ts';
import { isFinal, type OptimizationStatus } from './optimization.ts';

/** How long the process that computes the job has to keep its partial results. */
const GRACE_MS = 1500;
const POLL_MS = 25;

/**
 * Cancels a waiting or running job, keeping what it has computed as partial results. Scope `trade`.
 *
 * The request is stored first, so that it holds whichever process computes the job. When nobody has answered after
 * 1.5 s (the process is gone or stuck), the job is ended here without results.
 *
 * @throws {DomainError} NOT_FOUND; CONFLICT when the job has ended, or ends otherwise before it can be stopped
 */
export async function cancelOptimization(
  deps: OptimizeDeps,
  principal: Principal,
  id: number,
): Promise<OptimizationRow> {
  requireScope(principal, 'trade');
  await requestCancellation(deps, principal, id);
  deps.runner.cancel(id);
  const row = (await waitForEnd(deps, id)) ?? (await endWithoutResults(deps, id));
  if (row.status !== 'cancelled') throw hasEnded(row);
  return row;
}

/** Marks the request; a job that nobody has taken yet ends at once. */
async function requestCancellation(deps: OptimizeDeps, principal: Principal, id: number): Promise<void> {
  await deps.journal.write(async (write) => {
    if (await end(deps, write, { id, ownerId: principal.userId, status: 'pending' })) return;
    const marked = await write.db.optimization.updateMany({
      // Its process may have given it back meanwhile; whoever takes it next sees the mark.
      where: { id, ownerId: principal.userId, status: { in: ['pending', 'running'] } },
      data: { cancelRequestedAt: dateOf(deps.clock) },
    });
    if (marked.count === 1) return;
    const row = await write.db.optimization.findFirst({ where: { id, ownerId: principal.userId } });
    throw row === null ? notFound('optimization', id) : hasEnded(row);
  });
}

/** The row once it is final, null when it is not within the grace. */
async function waitForEnd(deps: OptimizeDeps, id: number): Promise<OptimizationRow | null> {
  const deadline = performance.now() + GRACE_MS;
  while (performance.now() < deadline) {
    const row = await readJob(deps, id);
    if (isFinal(row)) return row;
    await sleep(POLL_MS);
  }
  return null;
}

/** Ends a job that nobody has ended; the process that computes it, if there is one, learns that it has lost it. */
async function endWithoutResults(deps: OptimizeDeps, id: number): Promise<OptimizationRow> {
  await deps.journal.write((write) => end(deps, write, { id, status: { in: ['pending', 'running'] } }));
  return await readJob(deps, id);
}

/**
 * Ends the job without results if it is (still) in a state that `where` names: one conditional update, so that of a
 * cancellation and a result at the same time one wins. Returns whether it did.
 */
async function end(
  deps: OptimizeDeps,
  write: JournalWrite,
  where: { id: number; ownerId?: number; status: OptimizationStatus | { in: OptimizationStatus[] } },
): Promise<boolean> {
  const now = dateOf(deps.clock);
  const job = await write.db.optimization.findFirst({ where, select: { jobType: true } });
  if (job === null) return false;
  const { done, columns } = noFindings(job);
  const ended = await write.db.optimization.updateMany({
    where,
    data: {
      ...columns,
      progressCombo: done,
      status: 'cancelled',
      partial: true,
      cancelRequestedAt: now,
      finishedAt: now,
      leaseOwner: null,
      leaseUntil: null,
    },
  });
  if (ended.count === 0) return false;
  await write.db.optimizationCheckpoint.deleteMany({ where: { optimizationId: where.id } });
  const row = await write.db.optimization.findUniqueOrThrow({ where: { id: where.id } });
  await write.append(optimizationEvent('OptimizationCancelled', row));
  return true;
}

async function readJob(deps: OptimizeDeps, id: number): Promise<OptimizationRow> {
  return await deps.database.read.optimization.findUniqueOrThrow({ where: { id } });
}

function hasEnded({ id, status }: OptimizationRow): Error {
  return conflict(`Optimization ${id} has ended (${status}) and cannot be cancelled.`, { status });
}
