/** The scheduler of an owner at a glance. */
import { type Principal, requireScope } from '../access/index.ts';
import type { SchedulerBasis } from './deps.ts';
import { countOverdue } from './self-check.ts';
import { nextRuns } from './timetable.ts';

/** How it stands. */
export interface SchedulerStatus {
  readonly isRunning: boolean;
  readonly jobs: number;
  readonly enabledJobs: number;
  /** Jobs with a run under way. */
  readonly runningJobs: number;
  /** When the next job runs; null when none will. */
  readonly nextRun: Date | null;
  /** Jobs that should have run and have not, without a reason. */
  readonly overdueJobs: number;
}

/** Jobs that are looked into for the next run: those that are due first need not run first, because of closed markets. */
const LOOKED_INTO = 50;

/** Scope `read`. */
export async function schedulerStatus(
  { database: { read }, clock }: Pick<SchedulerBasis, 'database' | 'clock'>,
  principal: Principal,
): Promise<SchedulerStatus> {
  requireScope(principal, 'read');
  const ownerId = principal.userId;
  const [state, jobs, enabledJobs, runningJobs, overdueJobs, soon] = await Promise.all([
    read.schedulerState.findUnique({ where: { ownerId } }),
    read.scheduledJob.count({ where: { ownerId, deletedAt: null } }),
    read.scheduledJob.count({ where: { ownerId, enabled: true } }),
    read.scheduledJob.count({ where: { ownerId, deletedAt: null, runs: { some: { status: 'running' } } } }),
    countOverdue({ read, clock }, ownerId),
    read.scheduledJob.findMany({
      where: { ownerId, enabled: true, pauseReason: null, nextDueAt: { not: null } },
      orderBy: { nextDueAt: 'asc' },
      take: LOOKED_INTO,
    }),
  ]);
  const isRunning = state?.isRunning ?? true;
  const next = isRunning ? Math.min(...soon.flatMap((job) => nextRuns(job, clock.now(), 1))) : Number.POSITIVE_INFINITY;
  const nextRun = Number.isFinite(next) ? new Date(next) : null;
  return { isRunning, jobs, enabledJobs, runningJobs, nextRun, overdueJobs };
}
