import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  enableScheduledJob,
  runScheduledJob,
  schedulerStatus,
  switchScheduler,
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

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const open: TestScheduler[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((scheduler) => scheduler.close()));
});

eachDatabase((_provider, create) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await create();
  });

  async function compose(options: TestSchedulerOptions = {}): Promise<TestScheduler & { readonly clock: ManualClock }> {
    const clock = new ManualClock('2026-03-02T10:00:30Z');
    const deps = await composeScheduler(await test.open(clock), { clock, ...options });
    open.push(deps);
    return { ...deps, clock };
  }

  describe('a due time while an earlier run has not ended', () => {
    it.each([
      ['skip', ['running', 'skipped(overlap)', 'skipped(overlap)']],
      ['buffer_one', ['running', 'queued', 'skipped(overlap)']],
      ['allow', ['running', 'running', 'running']],
    ])('follows the policy %s', async (overlapPolicy, expected) => {
      const work = new GatedWork();
      const deps = await compose({ scan: work.run });
      const job = await createJob(deps, { schedule: '* * * * *', overlapPolicy });
      for (const count of [1, 2, 3]) {
        deps.clock.advance(MINUTE);
        deps.scheduler.wake();
        await runsWhen(deps, job.id, (runs) => runs.length === count && runs[0]?.status === 'running');
      }
      await runsWhen(deps, job.id, (runs) => told(runs).join() === expected.join());
      await enableScheduledJob(deps, deps.user, { id: job.id, enabled: false });
      const ended = runsWhen(deps, job.id, allEnded(3));
      const releasing = setInterval(() => work.release(), 20);
      await ended.finally(() => clearInterval(releasing));

      expect(work.started).toBe(expected.filter((each) => !each.startsWith('skipped')).length);
    });

    it('that were missed are made up for one after the other', async () => {
      const deps = await compose();
      const job = await createJob(deps, { catchupPolicy: 'run_all', catchupWindowSeconds: 4 * 3600 });
      deps.clock.advance(6 * HOUR + MINUTE);
      deps.scheduler.wake();
      const runs = await runsWhen(deps, job.id, allEnded(5));

      expect(told(runs)).toEqual(['skipped(misfire)×2', ...Array.from({ length: 4 }, () => 'succeeded')]);
      expect(runs.slice(1).map(({ trigger }) => trigger)).toEqual(Array.from({ length: 4 }, () => 'catch_up'));
    });
  });

  describe('work that may place orders', () => {
    it('may do so when it is on time, and only suggests when it is late (S3)', async () => {
      const might: boolean[] = [];
      const deps = await compose({
        analysis: ({ mayPlaceOrders }) => {
          might.push(mayPlaceOrders);
          return Promise.resolve({ summary: '', output: {} });
        },
      });
      const job = await createJob(deps, { jobType: 'ai_analysis' });
      for (const [at, wait] of [HOUR - 30_000, HOUR + 2 * MINUTE].entries()) {
        deps.clock.advance(wait);
        deps.scheduler.wake();
        await runsWhen(deps, job.id, allEnded(at + 1));
      }
      await runScheduledJob(deps, deps.user, job.id);

      expect(might).toEqual([true, false, true]);
    });

    it('is refused a schedule finer than a minute', async () => {
      const deps = await compose();

      await expect(createJob(deps, { jobType: 'ai_analysis', schedule: '* * * * * *' })).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['schedule'] }],
      });
    });
  });

  describe('the switch of the scheduler', () => {
    it('is remembered, again changes nothing, counts what was due before and forgets what was due meanwhile', async () => {
      const deps = await compose();
      const job = await createJob(deps);
      deps.clock.advance(2 * HOUR + 10 * MINUTE);
      await switchScheduler(deps, deps.user, { isRunning: false, reason: 'Holidays' });
      await switchScheduler(deps, deps.user, { isRunning: false });
      const stopped = await schedulerStatus(deps, deps.user);
      deps.clock.advance(3 * HOUR);
      deps.scheduler.wake();
      const other = await compose();
      other.clock.advance(5 * HOUR);
      other.scheduler.wake();
      await switchScheduler(deps, deps.user, { isRunning: true });
      await switchScheduler(deps, deps.user, { isRunning: true });
      deps.clock.advance(50 * MINUTE);
      deps.scheduler.wake();

      const runs = await runsWhen(deps, job.id, allEnded(2));
      expect(told(runs)).toEqual(['skipped(misfire)×2', 'succeeded']);
      expect(stopped).toMatchObject({ isRunning: false, overdueJobs: 0, nextRun: null });
      const switches = (await schedulerEvents(deps)).filter((type) => type.startsWith('Scheduler'));
      expect(switches).toEqual(['SchedulerStopped', 'SchedulerStarted']);
    });

    it('forgets what was due meanwhile also when it is started by a clock that is ahead', async () => {
      const behind = await compose();
      const ahead = await compose();
      const job = await createJob(behind, { catchupPolicy: 'run_all', catchupWindowSeconds: 86_400 });
      await switchScheduler(behind, behind.user, { isRunning: false });
      behind.clock.advance(3 * HOUR + 10 * MINUTE);
      ahead.clock.advance(3 * HOUR + 15 * MINUTE);
      await switchScheduler(ahead, ahead.user, { isRunning: true });
      behind.scheduler.start();
      await behind.scheduler.requireLooking();
      const atOnce = await runsOf(behind, job.id);
      behind.clock.advance(HOUR);
      behind.scheduler.wake();

      expect(atOnce).toEqual([]);
      expect(told(await runsWhen(behind, job.id, allEnded(1)))).toEqual(['succeeded']);
      expect(await readScheduledJob(behind, job.id)).toMatchObject({ nextDueAt: expect.any(Date), pauseReason: null });
    });
  });

  describe('a damaged row', () => {
    it('pauses only itself, can be listed, and is mended by a change', async () => {
      const deps = await compose();
      const [bad, good] = [await createJob(deps), await createJob(deps)];
      await deps.database.transaction((db) =>
        db.scheduledJob.update({ where: { id: bad.id }, data: { schedule: 'garbage', config: '{' } }),
      );
      deps.clock.advance(HOUR);
      deps.scheduler.wake();
      await runsWhen(deps, good.id, allEnded(1));

      expect(await readScheduledJob(deps, bad.id)).toMatchObject({ pauseReason: 'unreadable_settings' });
      expect((await schedulerStatus(deps, deps.user)).overdueJobs).toBe(0);
      await updateScheduledJob(deps, deps.user, { id: bad.id, schedule: '0 * * * *', config: {} });
      deps.clock.advance(HOUR);
      deps.scheduler.wake();
      expect(told(await runsWhen(deps, bad.id, allEnded(1)))).toEqual(['succeeded']);
    });
  });

  describe('the self-check', () => {
    it('finds a job that nobody takes up, and none that has a reason (S10)', async () => {
      const deps = await compose();
      const jobs = [await createJob(deps), await createJob(deps), await createJob(deps)];
      await enableScheduledJob(deps, deps.user, { id: jobs[1]?.id ?? 0, enabled: false });
      const before = await schedulerStatus(deps, deps.user);
      await deps.scheduler.close();
      deps.clock.advance(HOUR);
      const after = await schedulerStatus(deps, deps.user);
      await switchScheduler({ ...deps }, deps.user, { isRunning: false });
      const stopped = await schedulerStatus(deps, deps.user);
      await switchScheduler(deps, deps.user, { isRunning: true });

      expect(before.overdueJobs).toBe(0);
      expect(after.overdueJobs).toBeGreaterThanOrEqual(2);
      expect(stopped.overdueJobs).toBe(0);
    });
  });

  describe('closing', () => {
    it('leaves nothing that keeps a process alive', async () => {
      const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      const work = new GatedWork();
      const deps = await compose({ scan: work.run });
      deps.scheduler.start();
      const job = await createJob(deps, { schedule: '0 0 1 1 *' });
      void runScheduledJob(deps, deps.user, job.id).catch(() => undefined);
      await runsWhen(deps, job.id, (runs) => runs[0]?.status === 'running');
      await deps.close();
      open.splice(0);

      await expect
        .poll(() => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, { timeout: 10_000 })
        .toBeLessThanOrEqual(before + 1);
    });
  });
});
