/** The work of one run in this process: its lease, its time limit, and what may stop it. */
import { localUser } from '../access/index.ts';
import type { JsonObject } from '../core/index.ts';
import { readJson } from '../core/index.ts';
import type { JobRunRow } from '../storage/index.ts';
import type { SchedulerBasis } from './deps.ts';
import { failure, type RunEnd, storeEnd } from './end-run.ts';
import { type BegunRun, LEASE_MS } from './job-run.ts';
import type { JobType, RunOutput } from './job-type.ts';
import { GRACE_MS } from './plan.ts';

/** How often a run gives a sign of life, in ms. */
const RENEW_MS = 15_000;

/** What may stop a run before its work is done. */
type StopCause = 'closing' | 'timeout' | 'lost';

/** The one signal of a run, and why it was given. */
class Stop {
  readonly #abort = new AbortController();
  cause: StopCause | null = null;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The first cause counts. */
  because(cause: StopCause): void {
    if (this.cause !== null) return;
    this.cause = cause;
    this.#abort.abort(new Error(`The run was stopped: ${cause}.`));
  }
}

/** Does the work of a begun run and stores its end; `closing` aborts when the server closes. Never rejects. */
export async function performRun(deps: SchedulerBasis, begun: BegunRun, closing: AbortSignal): Promise<void> {
  const { run, job } = begun;
  const stop = new Stop();
  const close = (): void => stop.because('closing');
  const timeout = setTimeout(() => stop.because('timeout'), job.timeoutSeconds * 1000);
  const renewal = setInterval(() => void renewLease(deps, run, stop), RENEW_MS);
  closing.addEventListener('abort', close, { once: true });
  if (closing.aborted) close();
  try {
    const end = await workOf(deps, begun, stop);
    if (stop.cause !== 'lost') await storeEnd(deps, { job, run, end });
  } catch (err) {
    // Its lease runs out, and it becomes `interrupted`.
    deps.log.error({ err, run: run.id }, 'The end of a run could not be stored');
  } finally {
    clearTimeout(timeout);
    clearInterval(renewal);
    closing.removeEventListener('abort', close);
  }
}

async function renewLease({ database, clock, log }: SchedulerBasis, run: JobRunRow, stop: Stop): Promise<void> {
  try {
    const renewed = await database.transaction((db) =>
      db.jobRun.updateMany({
        where: { id: run.id, status: 'running', leaseOwner: run.leaseOwner },
        data: { leaseUntil: new Date(clock.now() + LEASE_MS) },
      }),
    );
    if (renewed.count === 0) stop.because('lost');
  } catch (err) {
    log.warn({ err, run: run.id }, 'The lease of a run could not be renewed; it is tried again');
  }
}

async function workOf(deps: SchedulerBasis, begun: BegunRun, stop: Stop): Promise<RunEnd> {
  const { run, job } = begun;
  const type = deps.jobTypes.find(job.jobType);
  if (type === undefined) return failure('failed', `This server has no job type ${job.jobType}.`);
  try {
    const { summary, output } = await Promise.race([perform(type, begun, stop.signal), stopped(stop.signal)]);
    return { status: 'succeeded', reason: null, summary, output: JSON.stringify(output), error: null };
  } catch (error) {
    if (stop.cause === 'closing') return failure('interrupted', 'The server closed.', 'shutdown');
    if (stop.cause === 'timeout') return failure('timed_out', `It took longer than ${job.timeoutSeconds} s.`);
    deps.log.warn({ err: error, run: run.id, job: job.id }, 'A scheduled run failed');
    return failure('failed', error instanceof Error ? error.message : String(error));
  }
}

async function perform(type: JobType, { run, job }: BegunRun, signal: AbortSignal): Promise<RunOutput> {
  const latenessMs = run.latenessMs ?? 0;
  return await type.run({
    principal: localUser(job.ownerId),
    config: readJson<JsonObject>(job.config),
    runId: run.id,
    scheduledFor: run.scheduledFor,
    latenessMs,
    mayPlaceOrders: run.trigger === 'manual' || latenessMs <= GRACE_MS,
    correlationId: run.correlationId,
    causationId: run.startedCursor ?? 0n,
    signal,
  });
}

/** Rejects when the signal aborts: work that ignores its signal does not hold the run open. */
function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(new Error('The run was stopped.'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
