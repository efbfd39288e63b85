import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { schedulerStatus, switchScheduler } from '../../src/scheduler/index.ts';
import { planDue } from '../../src/scheduler/plan.ts';
import { timetableOf } from '../../src/scheduler/timetable.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { claimMany, insertJobs, listMany, meter } from '../support/many-jobs.ts';
import { composeScheduler, type TestScheduler } from '../support/scheduler.ts';

const open: TestScheduler[] = [];

afterEach(async () => {
  for (const scheduler of open.splice(0)) {
    await scheduler.close();
    await scheduler.database.transaction((db) => db.scheduledJob.deleteMany());
  }
});

eachDatabase((provider, create) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await create();
  });

  describe('many jobs', () => {
    it('that are due in one minute are all claimed in five seconds, and none is late without a reason (S4, S10)', async () => {
      const clock = new ManualClock('2026-03-02T11:00:00Z');
      const deps = await composeScheduler(await test.open(clock), { clock });
      open.push(deps);
      const { cpuMs } = await claimMany(deps, 1000);

      expect(cpuMs).toBeLessThan(5000);
      expect(await schedulerStatus(deps, deps.user)).toMatchObject({ jobs: 1000, overdueJobs: 0 });
      expect(deps.errors).toEqual([]);
    }, 120_000);

    it('that are due at the same time have all begun in seconds of processor time, when they are a hundred (S4)', async () => {
      const clock = new ManualClock('2026-03-02T10:00:00Z');
      const deps = await composeScheduler(await test.open(clock), { clock });
      open.push(deps);
      await insertJobs(deps, 100, { due: new Date(clock.now()) });
      const taken = meter();
      deps.scheduler.wake();
      const begun = async () =>
        (await deps.database.read.jobRun.count({ where: { NOT: { startedAt: null } } })) === 100 ? true : null;
      await eventually('all to begin', begun, 60_000);

      // Processor time, after the test above, so that the program is warm, with room for a slow machine: one that looks at every
      // job for each takes many times as much. The soak measures what a thousand take.
      expect(taken().cpuMs).toBeLessThan(provider === 'sqlite' ? 3000 : 5000);
    }, 120_000);

    it('that were stopped for a week are started without a list of what was due', async () => {
      const clock = new ManualClock('2026-03-02T11:30:00Z');
      const deps = await composeScheduler(await test.open(clock), { clock });
      open.push(deps);
      const often = { schedule: '* * * * *', catchupPolicy: 'run_all', catchupWindowSeconds: 604_800 };
      await insertJobs(deps, 300, { due: new Date('2026-03-02T12:00:00Z'), ...often });
      await switchScheduler(deps, deps.user, { isRunning: false });
      clock.advance(8 * 86_400_000);
      const [job] = await deps.database.read.scheduledJob.findMany({ take: 1 });
      if (job === undefined) throw new Error('There is no job.');
      const list = (): void => void planDue(timetableOf(job), { after: job.handledUntil.getTime(), now: clock.now() });
      // The first ones are slower.
      for (let each = 0; each < 30; each += 1) list();
      const listing = meter();
      for (let each = 0; each < 30; each += 1) list();
      const listed = listing().cpuMs;
      const starting = meter();
      await switchScheduler(deps, deps.user, { isRunning: true });
      const started = starting().cpuMs;

      // A list for each of them would take ten times as long.
      expect(started / listed).toBeLessThan(5);
      const nextDueAt = new Date(clock.now() + 60_000);
      expect(await deps.database.read.scheduledJob.count({ where: { nextDueAt } })).toBe(300);
    });

    // Once: what takes the time is the same on both databases.
    it.skipIf(provider !== 'sqlite')(
      'ten thousand of them are looked through at once, and listed with their last results in a few queries',
      async () => {
        const clock = new ManualClock('2026-03-02T11:30:00Z');
        const deps = await composeScheduler(await test.open(clock), { clock });
        open.push(deps);
        const { loaded, listed, length } = await listMany(deps, 10_000);

        expect(length).toBe(10_000);
        expect(loaded.cpuMs).toBeLessThan(2000);
        expect(listed.cpuMs).toBeLessThan(2500);
      },
      120_000,
    );
  });
});
