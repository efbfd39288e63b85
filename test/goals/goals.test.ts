import { describe, expect, it } from 'vitest';
import { localUser } from '../../src/access/index.ts';
import { createPortfolioGoal, deletePortfolioGoal, measureDrift, updatePortfolioGoal } from '../../src/goals/index.ts';
import {
  deleteScheduledJob,
  enableScheduledJob,
  nextRuns,
  runScheduledJob,
  schedulerStatus,
  updateScheduledJob,
} from '../../src/scheduler/index.ts';
import type { ScheduledJobRow } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { type GoalDesk, goalDesksOn } from '../support/goal-desk.ts';
import { refusalOf } from '../support/trading.ts';

eachDatabase((_provider, create) => {
  const desk = goalDesksOn(create);

  async function jobOf(at: GoalDesk, goalId: number): Promise<ScheduledJobRow> {
    const { scheduledJobId } = await at.row(goalId);
    return await at.database.read.scheduledJob.findUniqueOrThrow({ where: { id: scheduledJobId ?? 0 } });
  }

  describe('a goal and its job', () => {
    /** Both at once, again and again: neither waits for the other in a ring, which PostgreSQL ends with an error after a second. */
    async function race(act: (at: GoalDesk, ids: { readonly id: number; readonly jobId: number }) => Promise<unknown>) {
      const at = await desk();
      const codes = new Set<unknown>();
      for (let round = 0; round < 15; round += 1) {
        const { id, scheduledJobId } = await at.goal();
        const ids = { id, jobId: scheduledJobId ?? 0 };
        const acts = [act(at, ids), deleteScheduledJob(at, at.user, ids.jobId)];
        for (const outcome of await Promise.allSettled(acts)) {
          if (outcome.status === 'rejected') codes.add(outcome.reason.code ?? outcome.reason);
        }
      }
      return [...codes].filter((code) => code !== 'NOT_FOUND');
    }

    it('are changed and deleted at the same time', async () => {
      const changed = race((at, { id }) => updatePortfolioGoal(at, at.user, { id, checkSchedule: '0 10 * * *' }));
      const deleted = race((at, { id }) => deletePortfolioGoal(at, at.user, id));

      expect(await changed).toEqual([]);
      expect(await deleted).toEqual([]);
    });
  });

  describe('a goal', () => {
    it('has a job from its creation on, every 15 minutes of the session', async () => {
      const at = await desk();
      const goal = await at.goal();
      const job = await jobOf(at, goal.id);
      const times = nextRuns(job, Date.parse('2026-07-08T19:40:00.000Z'), 3).map((each) =>
        new Date(each).toISOString(),
      );

      expect(goal.name).toBe('SPY 60 %, QQQ 30 %');
      expect(job).toMatchObject({
        ...{ jobType: 'portfolio_check', timezone: 'America/New_York', calendar: 'XNYS', enabled: true },
        ...{ schedule: '*/15 9-15 * * 1-5', catchupPolicy: 'run_once', config: `{"goal_ids":[${goal.id}]}` },
      });
      expect(times).toEqual(['2026-07-08T19:45:00.000Z', '2026-07-09T13:30:00.000Z', '2026-07-09T13:45:00.000Z']);
    });

    it('is checked around the clock when all of it trades around the clock', async () => {
      const at = await desk();
      const goal = await at.goal({ targetWeights: [{ symbol: 'BTC-USD', weight: 0.5 }] });

      expect(await jobOf(at, goal.id)).toMatchObject({ calendar: '24/7', schedule: '*/15 * * * *' });
    });

    it('changes its job with it, and makes one that was deleted again', async () => {
      const at = await desk();
      const { id } = await at.goal();
      await updatePortfolioGoal(at, at.user, { id, checkSchedule: '0 10 * * *', name: 'Mine' });
      const changed = await jobOf(at, id);
      await updatePortfolioGoal(at, at.user, { id, rebalanceMode: 'off' });
      const off = await jobOf(at, id);
      await deleteScheduledJob(at, at.user, off.id);
      const without = await at.row(id);
      await updatePortfolioGoal(at, at.user, { id, rebalanceMode: 'alert' });
      const again = await jobOf(at, id);

      expect(changed).toMatchObject({ schedule: '0 10 * * *', name: 'Check of Mine', enabled: true });
      expect(off).toMatchObject({ schedule: '0 10 * * *', enabled: false });
      expect(without.scheduledJobId).toBeNull();
      expect(again).toMatchObject({ jobType: 'portfolio_check', enabled: true, schedule: '*/15 9-15 * * 1-5' });
      expect(again.id).not.toBe(off.id);
    });

    it('keeps what its owner made of its job, but for what the goal says', async () => {
      const at = await desk();
      const { id } = await at.goal();
      const { id: jobId } = await jobOf(at, id);
      await updateScheduledJob(at, at.user, {
        id: jobId,
        schedule: '30 15 * * 1',
        timezone: 'UTC',
        timeoutSeconds: 60,
      });
      await updatePortfolioGoal(at, at.user, { id, driftThreshold: 0.1 });

      expect(await jobOf(at, id)).toMatchObject({ schedule: '30 15 * * 1', timezone: 'UTC', timeoutSeconds: 60 });
      expect((await at.row(id)).driftThreshold).toBe('0.1');
    });

    it('leaves a job that its owner stopped alone, until the goal was off in between', async () => {
      const at = await desk();
      const { id } = await at.goal();
      const { id: jobId } = await jobOf(at, id);
      await enableScheduledJob(at, at.user, { id: jobId, enabled: false });
      await updatePortfolioGoal(at, at.user, { id, name: 'Renamed' });
      const stopped = await jobOf(at, id);
      await updatePortfolioGoal(at, at.user, { id, rebalanceMode: 'off' });
      await updatePortfolioGoal(at, at.user, { id, rebalanceMode: 'auto' });

      expect(stopped).toMatchObject({ name: 'Check of Renamed', enabled: false });
      expect((await jobOf(at, id)).enabled).toBe(true);
    });

    it('keeps weights that were rounded when something else of it is changed', async () => {
      const at = await desk();
      const targetWeights = Array.from({ length: 490 }, (_, n) => ({ symbol: `S${n}`, weight: 1 / 490 }));
      const { id } = await createPortfolioGoal(at, at.user, { targetWeights });

      expect((await updatePortfolioGoal(at, at.user, { id, name: 'Many' })).name).toBe('Many');
    });

    it('replaces its weights as a whole', async () => {
      const at = await desk();
      const { id } = await at.goal();
      const targetWeights = [{ symbol: 'spy', weight: '0.25' }];
      const changed = await updatePortfolioGoal(at, at.user, { id, targetWeights });

      expect(changed).toMatchObject({
        targetWeights: '{"SPY":"0.25"}',
        driftThreshold: '0.05',
        name: 'SPY 60 %, QQQ 30 %',
      });
    });

    it('is gone with its job when it is deleted, but not while a plan of it is carried out', async () => {
      const at = await desk();
      const { id } = await at.goal();
      const { id: jobId } = await jobOf(at, id);
      await at.check(await at.row(id));
      const [plan] = await at.plansOf(id);
      const setStatus = (status: string) =>
        at.database.transaction((db) => db.rebalancePlan.update({ where: { id: plan?.id ?? 0 }, data: { status } }));
      await setStatus('executing');
      const busy = await refusalOf(deletePortfolioGoal(at, at.user, id));
      await setStatus('blocked');
      await deletePortfolioGoal(at, at.user, id);

      expect(busy.code).toBe('CONFLICT');
      // Its plan still leads to both.
      expect(await at.plansOf(id)).toMatchObject([{ id: plan?.id, jobRunId: plan?.jobRunId }]);
      expect(await at.row(id)).toMatchObject({ deletedAt: expect.any(Date), breachedAt: null, checkDueAt: null });
      expect(await at.database.read.scheduledJob.findUnique({ where: { id: jobId } })).toMatchObject({
        deletedAt: expect.any(Date),
        enabled: false,
        nextDueAt: null,
      });
      for (const act of [
        () => deletePortfolioGoal(at, at.user, id),
        () => updatePortfolioGoal(at, at.user, { id, name: 'x' }),
        () => measureDrift(at, at.user, id),
        () => deleteScheduledJob(at, at.user, jobId),
        () => updateScheduledJob(at, at.user, { id: jobId, name: 'x' }),
        () => enableScheduledJob(at, at.user, { id: jobId, enabled: true }),
        () => runScheduledJob(at, at.user, jobId),
      ]) {
        expect((await refusalOf(act())).code, String(act)).toBe('NOT_FOUND');
      }
    });

    it('leaves nothing behind when no plan leads to it, and of its job the runs that made plans only', async () => {
      const at = await desk();
      const { id: plainId, scheduledJobId: plainJobId } = await at.goal();
      await deletePortfolioGoal(at, at.user, plainId);
      const goal = await at.goal();
      const jobId = goal.scheduledJobId ?? 0;
      for (let round = 0; round < 3; round += 1) await at.check(goal);
      const [plan] = await at.plansOf(goal.id);
      await deleteScheduledJob(at, at.user, jobId);
      const changed = await updatePortfolioGoal(at, at.user, { id: goal.id, name: 'Other' });

      const where = { id: plainJobId ?? 0 };
      expect(await at.database.read.goal.findUnique({ where: { id: plainId } })).toBeNull();
      expect(await at.database.read.scheduledJob.findUnique({ where })).toBeNull();
      expect(await at.database.read.jobRun.findMany({ where: { jobId } })).toMatchObject([{ id: plan?.jobRunId }]);
      expect(changed.scheduledJobId).not.toBe(jobId);
      expect(await schedulerStatus(at, at.user)).toMatchObject({ jobs: 1, enabledJobs: 1, overdueJobs: 0 });
    });

    it('is not there for another user', async () => {
      const at = await desk();
      const { id } = await at.goal();
      const other = localUser(at.user.userId + 1_000_000);

      expect((await refusalOf(updatePortfolioGoal(at, other, { id, name: 'x' }))).code).toBe('NOT_FOUND');
      expect((await refusalOf(deletePortfolioGoal(at, other, id))).code).toBe('NOT_FOUND');
      expect((await refusalOf(measureDrift(at, other, id))).code).toBe('NOT_FOUND');
    });

    it.each([
      ['a schedule of every second', { checkSchedule: '* * * * * *' }],
      ['a schedule that never comes', { checkSchedule: '0 0 30 2 *' }],
      ['a schedule outside of the session', { checkSchedule: '0 3 * * *' }],
      ['a threshold of 0', { driftThreshold: 0 }],
      ['a threshold of 1', { driftThreshold: '1' }],
      ['a threshold that is no number', { driftThreshold: Number.NaN }],
      ['a mode that does not exist', { rebalanceMode: 'sometimes' }],
      ['an empty name', { name: ' ' }],
      ['no weights', { targetWeights: [] }],
    ])('is refused with %s, and nothing is stored', async (_name, input) => {
      const at = await desk();

      expect((await refusalOf(at.goal(input))).code).toBe('VALIDATION');
      const where = { ownerId: at.user.userId };
      expect(await at.database.read.goal.count({ where })).toBe(0);
      expect(await at.database.read.scheduledJob.count({ where })).toBe(0);
    });
  });
});
