/** What the first job of a process would otherwise wait for: code that no thread has run, statements that were never made. */
import { dateOf } from '../../core/index.ts';
import { WARM_UP, type WarmUpInput } from '../engine/warm-up-task.ts';
import { readCheckpoint } from './checkpoint.ts';
import { noFindings } from './findings.ts';
import { takeJob } from './job-lease.ts';
import { storeJobEnd } from './job-outcome.ts';
import type { RunDeps } from './job-run.ts';
import { earlierJobs } from './trial-count.ts';

/** How often every thread is sent the made-up job: until its code is compiled. Who waits for a thread has it in between. */
const TURNS = 3;
/** No job has this number. */
const NO_JOB = 0;

/**
 * Runs a made-up job on every thread, and the statements of a job that does not exist. It reads and changes no row.
 *
 * @param options.isEnough as in `WarmUpInput`
 * @throws {ComputeFailure} when `signal` aborts, {DomainError} when the database cannot be used
 */
export async function warmUp(
  deps: RunDeps,
  { signal, isEnough }: WarmUpInput & { readonly signal: AbortSignal },
): Promise<void> {
  const { compute } = deps;
  const onThread = async (): Promise<void> => {
    for (let turn = 0; turn < TURNS && Atomics.load(isEnough, 0) === 0; turn++) {
      await compute.run(WARM_UP, { isEnough }, { signal });
    }
  };
  // As many at a time as there are threads: each has one.
  const threads = Array.from({ length: compute.parallelism }, onThread);
  // When this has ended, nothing is under way.
  const parts = await Promise.allSettled([...threads, makeStatements(deps)]);
  for (const part of parts) if (part.status === 'rejected') throw part.reason;
}

async function makeStatements({ database, journal, clock, ids }: RunDeps): Promise<void> {
  const [now, holder] = [dateOf(clock), { name: ids.next() }];
  const range = { id: NO_JOB, ownerId: NO_JOB, symbolKey: '', firstBar: now, lastBar: now };
  await earlierJobs(database.read, range);
  await readCheckpoint(database.read, NO_JOB, 0);
  await database.transaction((db) => takeJob(db, NO_JOB, holder, now));
  const findings = () => Promise.resolve(noFindings({ jobType: 'strategy' }));
  const told = { strategyType: null, status: 'running', correlationId: holder.name, bestSharpe: null, error: null };
  const row = { ...told, id: NO_JOB, ownerId: NO_JOB, jobType: 'strategy', totalCombinations: 0, nFolds: 0 };
  await storeJobEnd(
    { journal, database },
    { row, holder },
    { end: { status: 'complete', error: null, findings }, now },
  );
}
