/** A scheduler of one process on a test database, with job types that do what a test tells them. */
import { localUser, type Principal } from '../../src/access/index.ts';
import { type Clock, type JsonObject, randomIds, systemClock } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import {
  createScheduledJob,
  type JobInput,
  type JobType,
  JobTypeRegistry,
  type RunContext,
  type RunOutput,
  Scheduler,
  type SchedulerDeps,
} from '../../src/scheduler/index.ts';
import { type Database, ensureDefaultUser, type JobRunRow, type ScheduledJobRow } from '../../src/storage/index.ts';
import { eventually } from './jobs.ts';
import { keptLog } from './log.ts';

/** What a run does; default: it succeeds at once. */
export type Work = (context: RunContext) => Promise<RunOutput>;

/** What a test may choose. */
export interface TestSchedulerOptions {
  readonly clock?: Clock;
  /** Of `market_scan`, which places no orders. */
  readonly scan?: Work;
  /** Of `ai_analysis`, which may place orders. */
  readonly analysis?: Work;
  /** Default: not, so that a test acts before anything runs. */
  readonly isStarted?: boolean;
}

/** The scheduler and what it works with. */
export interface TestScheduler extends SchedulerDeps {
  readonly database: Database;
  readonly user: Principal;
  /** What was logged as an error. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Work that succeeds at once. */
export const DONE: RunOutput = { summary: 'Done.', output: {} };

/** Composes it; it has to be closed. */
export async function composeScheduler(database: Database, options: TestSchedulerOptions = {}): Promise<TestScheduler> {
  const { clock = systemClock, isStarted = false } = options;
  const user = localUser(await ensureDefaultUser(database, clock));
  const journal = new Journal({ database, clock, pollMs: 50 });
  await journal.start();
  const { log, errors } = keptLog();
  const done: Work = () => Promise.resolve(DONE);
  const jobTypes = new JobTypeRegistry(
    [
      jobType('market_scan', { placesOrders: false, catchupPolicy: 'skip', run: options.scan ?? done }),
      jobType('ai_analysis', { placesOrders: true, catchupPolicy: 'run_once', run: options.analysis ?? done }),
    ],
    { alert_check: 'it has no alerts yet.' },
  );
  const basis = { database, journal, clock, ids: randomIds, log, jobTypes };
  const scheduler = new Scheduler(basis);
  if (isStarted) scheduler.start();
  const close = async (): Promise<void> => {
    await scheduler.close();
    await journal.close();
  };
  return { ...basis, scheduler, user, errors, close };
}

function jobType(name: JobType['name'], rest: Pick<JobType, 'placesOrders' | 'catchupPolicy' | 'run'>): JobType {
  return { name, description: 'A test.', parseConfig: (raw) => Promise.resolve(raw as JsonObject), ...rest };
}

/** Creates a job of the default user: a scan every hour, unless said otherwise. */
export function createJob(deps: TestScheduler, input: JobInput = {}): Promise<ScheduledJobRow> {
  return createScheduledJob(deps, deps.user, { jobType: 'market_scan', schedule: '0 * * * *', config: {}, ...input });
}

/** The job as it is stored. */
export function readScheduledJob({ database }: TestScheduler, id: number): Promise<ScheduledJobRow> {
  return database.read.scheduledJob.findUniqueOrThrow({ where: { id } });
}

/** Runs and skips of a job, oldest first. */
export function runsOf({ database }: TestScheduler, jobId: number): Promise<readonly JobRunRow[]> {
  return database.read.jobRun.findMany({ where: { jobId }, orderBy: { id: 'asc' } });
}

/** Waits until a job has runs that satisfy. */
export function runsWhen(
  deps: TestScheduler,
  jobId: number,
  isEnough: (runs: readonly JobRunRow[]) => boolean,
): Promise<readonly JobRunRow[]> {
  return eventually(`the runs of job ${jobId}`, async () => {
    const runs = await runsOf(deps, jobId);
    return isEnough(runs) ? runs : null;
  });
}

/** Whether all have ended, and there are as many as given. */
export function allEnded(count: number): (runs: readonly JobRunRow[]) => boolean {
  return (runs) => runs.length === count && runs.every(({ finishedAt }) => finishedAt !== null);
}

/** `status(reason)×count` of each run, the way a person would tell it. */
export function told(runs: readonly JobRunRow[]): readonly string[] {
  return runs.map(({ status, reason, count }) => {
    return `${status}${reason === null ? '' : `(${reason})`}${count === 1 ? '' : `×${count}`}`;
  });
}

/** Types of the stored events of scheduled jobs. */
export async function schedulerEvents({ database }: TestScheduler): Promise<readonly string[]> {
  const where = { subjectType: { in: ['scheduled_job', 'scheduler'] } };
  const rows = await database.read.event.findMany({ where, orderBy: { cursor: 'asc' } });
  return rows.map(({ type }) => type);
}

/** Work that ends when it is told to, or when its signal aborts; `started` counts its runs. */
export class GatedWork {
  started = 0;
  #open: (() => void)[] = [];

  readonly run: Work = ({ signal }) => {
    this.started += 1;
    return new Promise((resolve, reject) => {
      this.#open.push(() => resolve(DONE));
      signal.addEventListener('abort', () => reject(new Error('Stopped.')), { once: true });
    });
  };

  /** Ends those that are under way. */
  release(): void {
    for (const open of this.#open.splice(0)) open();
  }
}
