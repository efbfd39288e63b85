import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  deleteScheduledJob,
  enableScheduledJob,
  lockJob,
  lockJobOfRun,
  runScheduledJob,
  updateScheduledJob,
} from '../../src/scheduler/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import {
  allEnded,
  composeScheduler,
  createJob,
  GatedWork,
  readScheduledJob,
  runsOf,
  runsWhen,
  schedulerEvents,
  type TestScheduler,
  type TestSchedulerOptions,
  told,
} from '../support/scheduler.ts';

const HOUR = 3_600_000;
const open: TestScheduler[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((scheduler) => scheduler.close()));
});

eachDatabase((_provider, create) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await create();
  });

  async function compose(options: TestSchedulerOptions = {}): Promise<TestScheduler> {
    const deps = await composeScheduler(await test.open(options.clock), options);
    open.push(deps);
    return deps;
  }

  describe('a run that is locked with its job', () => {
    it('is not there when it went away while the lock was waited for, also when its job stays', async () => {
      const deps = await compose();
      const { database } = deps;
      const job = await createJob(deps);
      const { id: runId } = await runScheduledJob(deps, deps.user, job.id);
      await database.transaction((db) => db.scheduledJob.update({ where: { id: job.id }, data: { lastRunId: null } }));
      let remove = (): void => undefined;
      const removed = new Promise<void>((resolve) => (remove = resolve));
      const removing = database.transaction(async (db) => {
        await lockJob(db, job.id);
        await db.jobRun.delete({ where: { id: runId } });
        remove();
        await sleep(300);
      });
      await removed;
      const [isThere] = await Promise.all([database.transaction((db) => lockJobOfRun(db, runId)), removing]);

      expect(isThere).toBe(false);
      expect(await readScheduledJob(deps, job.id)).toMatchObject({ deletedAt: null });
    });
  });

  describe('a due time', () => {
    it('is run once, with its lateness, its events and its place as the last run', async () => {
      const clock = new ManualClock('2026-03-02T10:30:00Z');
      const deps = await compose({ clock });
      const job = await createJob(deps);
      clock.advance(HOUR / 2 + 700);
      deps.scheduler.wake();
      const runs = await runsWhen(deps, job.id, allEnded(1));
      deps.scheduler.wake();

      expect(runs[0]).toMatchObject({
        occurrence: '2026-03-02T11:00:00+00:00',
        status: 'succeeded',
        trigger: 'cron',
        latenessMs: 700,
        summary: 'Done.',
        output: '{}',
        leaseOwner: null,
      });
      expect((await readScheduledJob(deps, job.id)).lastRunId).toBe(runs[0]?.id);
      const events = await deps.database.read.event.findMany({
        where: { subjectId: job.id },
        orderBy: { cursor: 'asc' },
      });
      expect(events.map(({ type }) => type)).toEqual(['JobCreated', 'JobRunStarted', 'JobRunFinished']);
      expect(events[2]).toMatchObject({ causationId: events[1]?.cursor, correlationId: runs[0]?.correlationId });
      expect(await runsOf(deps, job.id)).toHaveLength(1);
    });

    it('is not run again when the clock is set back, also not after a change of the job (S6)', async () => {
      const clock = new ManualClock('2026-03-02T10:30:00Z');
      const deps = await compose({ clock });
      const job = await createJob(deps);
      clock.advance(HOUR / 2);
      deps.scheduler.wake();
      await runsWhen(deps, job.id, allEnded(1));
      clock.advance(-HOUR);
      await updateScheduledJob(deps, deps.user, { id: job.id, name: 'Back' });
      clock.advance(HOUR);
      deps.scheduler.wake();
      clock.advance(HOUR);
      deps.scheduler.wake();

      const runs = await runsWhen(deps, job.id, allEnded(2));
      expect(runs.map(({ occurrence }) => occurrence.slice(11, 16))).toEqual(['11:00', '12:00']);
    });

    it('that was missed before a change is counted and not forgotten', async () => {
      const clock = new ManualClock('2026-03-02T10:30:00Z');
      const deps = await compose({ clock });
      const job = await createJob(deps);
      clock.advance(6 * HOUR);
      await updateScheduledJob(deps, deps.user, { id: job.id, name: 'Changed' });

      expect(told(await runsOf(deps, job.id))).toEqual(['skipped(misfire)×6']);
    });
  });

  describe('a run', () => {
    it('that takes too long is timed out, even when it ignores its signal', async () => {
      const deps = await compose({ scan: () => new Promise(() => undefined) });
      const job = await createJob(deps, { timeoutSeconds: 1 });

      const run = await runScheduledJob(deps, deps.user, job.id);

      expect(run).toMatchObject({ status: 'timed_out', error: 'It took longer than 1 s.', trigger: 'manual' });
    });

    it('that fails says why; the fifth in a row pauses the job until it is started again', async () => {
      const deps = await compose({ scan: () => Promise.reject(new Error('No bars.')) });
      const job = await createJob(deps);
      for (let round = 0; round < 5; round += 1) {
        expect(await runScheduledJob(deps, deps.user, job.id)).toMatchObject({ status: 'failed', error: 'No bars.' });
      }

      const paused = await readScheduledJob(deps, job.id);
      const events = await deps.database.read.event.count({ where: { subjectId: job.id, type: 'JobPaused' } });
      const resumed = await enableScheduledJob(deps, deps.user, { id: job.id, enabled: true });

      expect(paused).toMatchObject({ pauseReason: 'failures', failuresInRow: 5, enabled: true });
      expect(events).toBe(1);
      expect(resumed).toMatchObject({ pauseReason: null, failuresInRow: 0 });
    });

    it('of a job that was deleted meanwhile goes on to its end, and is forgotten with the job', async () => {
      const work = new GatedWork();
      const deps = await compose({ scan: work.run });
      const job = await createJob(deps);
      const running = runScheduledJob(deps, deps.user, job.id).catch((error: unknown) => error);
      await runsWhen(deps, job.id, (runs) => runs[0]?.status === 'running');
      await deleteScheduledJob(deps, deps.user, job.id);
      const meanwhile = await runsOf(deps, job.id);
      work.release();

      expect(await running).toMatchObject({ code: 'NOT_FOUND' });
      expect(told(meanwhile)).toEqual(['running']);
      expect(await runsOf(deps, job.id)).toEqual([]);
      expect(await deps.database.read.scheduledJob.findUnique({ where: { id: job.id } })).toBeNull();
      const events = await deps.database.read.event.findMany({
        where: { subjectId: job.id },
        orderBy: { cursor: 'asc' },
      });
      expect(events.map(({ type }) => type)).toEqual(['JobCreated', 'JobRunStarted', 'JobDeleted', 'JobRunFinished']);
      expect(deps.errors).toEqual([]);
    });

    it('under way when the server closes is interrupted and queued again, unless it may place orders', async () => {
      const [scan, analysis] = [new GatedWork(), new GatedWork()];
      const deps = await compose({ scan: scan.run, analysis: analysis.run });
      const jobs = [await createJob(deps), await createJob(deps, { jobType: 'ai_analysis' })];
      for (const job of jobs) void runScheduledJob(deps, deps.user, job.id);
      for (const job of jobs) await runsWhen(deps, job.id, (runs) => runs[0]?.status === 'running');
      await deps.scheduler.close();

      expect(await Promise.all(jobs.map(async ({ id }) => told(await runsOf(deps, id))))).toEqual([
        ['interrupted(shutdown)', 'queued'],
        ['interrupted(shutdown)'],
      ]);
      const next = await compose({ isStarted: true });
      const runs = await runsWhen(next, jobs[0]?.id ?? 0, allEnded(2));
      expect(runs.map(({ attempt, status }) => `${attempt} ${status}`)).toEqual(['1 interrupted', '2 succeeded']);
    });

    it('whose process died is interrupted when its lease is over, and tried three times at most', async () => {
      const clock = new ManualClock('2026-03-02T10:30:00Z');
      const dead = await compose({ clock, scan: new GatedWork().run, analysis: new GatedWork().run });
      const jobs = [await createJob(dead), await createJob(dead, { jobType: 'ai_analysis' })];
      for (const job of jobs) void runScheduledJob(dead, dead.user, job.id);
      for (const job of jobs) await runsWhen(dead, job.id, (runs) => runs[0]?.status === 'running');
      const next = await compose({ clock, scan: new GatedWork().run });
      clock.advance(59_000);
      next.scheduler.wake();
      await new Promise((resolve) => setTimeout(resolve, 200));
      const before = await runsOf(next, jobs[0]?.id ?? 0);
      clock.advance(2_000);
      next.scheduler.wake();
      await runsWhen(next, jobs[0]?.id ?? 0, (runs) => runs[1]?.status === 'running');

      expect(told(before)).toEqual(['running']);
      expect(told(await runsOf(next, jobs[0]?.id ?? 0))).toEqual(['interrupted(process_died)', 'running']);
      expect(told(await runsOf(next, jobs[1]?.id ?? 0))).toEqual(['interrupted(process_died)']);
      for (const expected of [3, 3]) {
        clock.advance(61_000);
        const other = await compose({ clock, scan: new GatedWork().run });
        other.scheduler.wake();
        await runsWhen(other, jobs[0]?.id ?? 0, (runs) => runs.length === expected && runs.at(-1)?.status !== 'queued');
      }
      await runsWhen(next, jobs[0]?.id ?? 0, allEnded(3));
      expect(await schedulerEvents(next)).toContain('JobRunFinished');
    });
  });
});
