/**
 * What the row of a job does not tell: whether its owner's scheduler is stopped, and which jobs run. Both are the same for all
 * rows that are answered together, so they are read once for them and not selected with each row: lists are long.
 */
import type { GraphQLContext } from './context.ts';

/** See the head of this file. */
export interface Circumstances {
  /** Whether the scheduler was stopped. */
  readonly isStopped: boolean;
  /** Ids of jobs with a run under way. */
  readonly running: ReadonlySet<number>;
}

/** What of a job's row decides, together with the circumstances, what it is doing. */
export interface JobSwitches {
  readonly id: number;
  readonly enabled: boolean;
  readonly pauseReason: string | null;
}

const shared = new WeakMap<JobSwitches, Circumstances>();
const reading = new WeakMap<GraphQLContext, Promise<Circumstances>>();

/** Reads them for a list: its rows then wait for nothing. */
export async function shareCircumstances(jobs: readonly JobSwitches[], context: GraphQLContext): Promise<void> {
  const circumstances = await read(context);
  for (const job of jobs) shared.set(job, circumstances);
}

/** What a field of a job is, once its circumstances are known. Jobs that ask at the same time are answered by one reading. */
export function inCircumstances<Value>(
  job: JobSwitches,
  context: GraphQLContext,
  tell: (circumstances: Circumstances) => Value,
): Value | Promise<Value> {
  const known = shared.get(job);
  if (known !== undefined) return tell(known);
  // Not kept for the request: a later mutation in it may change them.
  const circumstances = reading.get(context) ?? read(context).finally(() => reading.delete(context));
  reading.set(context, circumstances);
  return circumstances.then(tell);
}

async function read({ caller, services: { database } }: GraphQLContext): Promise<Circumstances> {
  const ownerId = caller.principal.userId;
  const [state, runs] = await Promise.all([
    database.read.schedulerState.findUnique({ where: { ownerId }, select: { isRunning: true } }),
    database.read.jobRun.findMany({ where: { ownerId, status: 'running' }, select: { jobId: true } }),
  ]);
  return { isStopped: state?.isRunning === false, running: new Set(runs.map(({ jobId }) => jobId)) };
}
