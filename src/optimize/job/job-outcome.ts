/** Stores what came of a job: its final state, results and trials, with the event, in one transaction. */
import type { Journal } from '../../events/index.ts';
import { type Database, type Db, lockOwner, updateRow } from '../../storage/index.ts';
import { optimizationEvent, type ToldColumns } from './events.ts';
import type { Findings } from './findings.ts';
import { type Holder, heldBy } from './job-lease.ts';

const EVENT_OF = {
  complete: 'OptimizationCompleted',
  cancelled: 'OptimizationCancelled',
  error: 'OptimizationFailed',
} as const;

/** How a job ended. */
export interface JobEnd {
  readonly status: keyof typeof EVENT_OF;
  /** Why it failed; null unless the status is `error`. */
  readonly error: string | null;
  /** What was found, asked in the transaction: what depends on other jobs is as of now. */
  readonly findings: (db: Db) => Promise<Findings>;
}

/** The job, and who computed it. */
export interface EndedJob {
  /** As it was taken. */
  readonly row: ToldColumns;
  readonly holder: Holder;
}

/** @returns whether it was stored: false when the job is no longer held by `holder` */
export async function storeJobEnd(
  deps: { readonly journal: Journal; readonly database: Pick<Database, 'provider'> },
  job: EndedJob,
  { end, now }: { readonly end: JobEnd; readonly now: Date },
): Promise<boolean> {
  return await deps.journal.write(async (write) => {
    // Of two that end at the same time each would not count the other.
    if (end.status === 'complete') await lockOwner(write.db, job.row.ownerId);
    const findings = await end.findings(write.db);
    const { id } = job.row;
    const columns = endColumns(job.row, { ...end, findings }, now);
    if (!(await updateRow(write.db, 'Optimization', { where: heldBy(id, job.holder), columns }))) return false;
    await write.db.$executeRaw`DELETE FROM "OptimizationCheckpoint" WHERE "optimizationId" = ${id}`;
    await findings.storeRows({ db: write.db, database: deps.database, optimizationId: id, now });
    await write.append(optimizationEvent(EVENT_OF[end.status], { ...job.row, ...columns }));
    return true;
  });
}

function endColumns(
  job: ToldColumns,
  { status, error, findings }: Omit<JobEnd, 'findings'> & { readonly findings: Findings },
  now: Date,
) {
  const { done, columns } = findings;
  const isWhole = done === job.totalCombinations;
  return {
    ...columns,
    status,
    error,
    partial: !isWhole,
    progressCombo: done,
    ...(isWhole ? { progressFold: job.nFolds } : {}),
    leaseOwner: null,
    leaseUntil: null,
    finishedAt: now,
  };
}
