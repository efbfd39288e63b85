/** Checks that fills lead to: when they come, and when they come too late to place orders. */
import { setImmediate as breathe } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { beginPlan } from '../../src/goals/begin-plan.ts';
import { createPortfolioGoal, type GoalInput, GoalMonitor, rebalancePortfolio } from '../../src/goals/index.ts';
import { OwnerTurns } from '../../src/goals/owner-turns.ts';
import { enableScheduledJob, switchScheduler } from '../../src/scheduler/index.ts';
import type { GoalRow } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type GoalDesk, goalDesksOn, NOON, SIXTY_FORTY } from '../support/goal-desk.ts';
import { createOwner } from '../support/owner.ts';
import { withRead } from '../support/with-read.ts';

eachDatabase((_provider, create) => {
  const desk = goalDesksOn(create);

  /** A goal that a fill has made due, as the monitor notes it. */
  async function due(at: GoalDesk, input: Partial<GoalInput> = {}): Promise<GoalRow> {
    const goal = await at.goal({ rebalanceMode: 'auto', ...input });
    const subject = { ownerId: at.user.userId, subjectType: 'order', subjectId: 1 };
    const fill = { ...subject, type: 'FillRecorded', payload: {}, correlationId: 'a fill' };
    return await at.journal.write(async ({ db, append }) => {
      const data = { checkCause: await append(fill), checkDueAt: new Date(at.clock.now() + 1_000) };
      return await db.goal.update({ where: { id: goal.id }, data });
    });
  }

  /** A plan that is being carried out, by nobody. */
  function executingPlan({ id: goalId, ownerId }: GoalRow, at: Date) {
    const [total, none] = ['100000', '0'];
    return {
      ...{
        ownerId,
        goalId,
        mode: 'paper',
        status: 'executing',
        reason: 'stands still',
        hash: 'x',
        actor: 'user',
        basis: '{}',
      },
      ...{ totalValue: total, cashBefore: total, cashAfter: total, estimatedCost: none, residualDrift: none },
      ...{ correlationId: 'x', createdAt: at, expiresAt: at, startedAt: at },
    };
  }

  describe('after fills', () => {
    it('the goals of an owner are checked, although the broker hangs for another one', async () => {
      const slow = await desk();
      const other = await desk();
      await due(slow);
      slow.clock.advance(1_000);
      other.clock.advance(2_000);
      const goal = await due(other, { rebalanceMode: 'alert' });
      slow.clock.advance(5_000);
      let answer = (): void => undefined;
      const answered = new Promise<void>((resolve) => (answer = resolve));
      const { reaction } = slow.trading.broker;
      slow.trading.broker.reaction = async (order, broker) => {
        await answered;
        return reaction(order, broker);
      };
      const first = slow.monitor.checkDue();
      await eventually('the order', () => (slow.trading.broker.submissions.length > 0 ? true : null));
      const whenChecked = async () => ((await other.row(goal.id)).checkDueAt === null ? true : null);
      await eventually('the check of the other', whenChecked, 5_000).finally(() => answer());

      expect(await other.row(goal.id)).toMatchObject({ breachedAt: expect.any(Date) });
      await first;
    });

    it('owners whose accounts are being rebalanced take no place of others', async () => {
      const at = await desk();
      const places = new OwnerTurns().free;
      // Due for longer than the last one.
      for (let n = 0; n < places; n += 1) {
        const user = await createOwner(at.database);
        const goal = await createPortfolioGoal(at, user, { targetWeights: SIXTY_FORTY });
        await at.database.transaction(async (db) => {
          await db.goal.update({ where: { id: goal.id }, data: { checkDueAt: new Date(at.clock.now() - 60_000) } });
          await db.rebalancePlan.create({ data: executingPlan(goal, new Date(at.clock.now())) });
        });
      }
      const goal = await due(at, { rebalanceMode: 'alert' });
      at.clock.advance(1_000);
      await at.monitor.checkDue();
      await at.database.transaction((db) =>
        db.rebalancePlan.updateMany({ where: { reason: 'stands still' }, data: { status: 'blocked' } }),
      );

      expect(await at.row(goal.id)).toMatchObject({ checkDueAt: null, breachedAt: expect.any(Date) });
    });

    it('however many owners wait, the next one is begun as soon as another is done', async () => {
      const at = await desk();
      const goals = await Promise.all(
        Array.from({ length: 3 * new OwnerTurns().free }, async () => {
          const user = await createOwner(at.database);
          return await createPortfolioGoal(at, user, { targetWeights: SIXTY_FORTY });
        }),
      );
      const where = { id: { in: goals.map(({ id }) => id) } };
      await at.database.transaction((db) =>
        db.goal.updateMany({ where, data: { checkDueAt: new Date(at.clock.now()) } }),
      );
      const waiting = (): Promise<number> => at.database.read.goal.count({ where: { ...where, lastCheckedAt: null } });
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        await at.monitor.start();
        // One look, and what it leads to: the pause before another one never ends.
        vi.advanceTimersByTime(1_000);
        const giveUpAt = performance.now() + 20_000;
        while ((await waiting()) > 0 && performance.now() < giveUpAt) await breathe();
      } finally {
        vi.useRealTimers();
      }

      expect(await waiting()).toBe(0);
    });

    it('what fails waits for the next look', async () => {
      const at = await desk();
      const goal = await due(at, { rebalanceMode: 'alert' });
      at.clock.advance(1_000);
      let failures = 0;
      const failing = {
        findMany: async () => [],
        count: async ({ where }: { readonly where: { readonly ownerId: number } }): Promise<never> => {
          if (where.ownerId === goal.ownerId) failures += 1;
          throw new Error('The database does not answer every question.');
        },
      };
      const monitor = new GoalMonitor(withRead(at, 'rebalancePlan', failing));
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        await monitor.start();
        vi.advanceTimersByTime(1_000);
        const until = performance.now() + 500;
        while (performance.now() < until) await breathe();
      } finally {
        vi.useRealTimers();
      }
      await monitor.close();
      await at.monitor.checkDue();

      expect(failures).toBe(1);
      expect(await at.row(goal.id)).toMatchObject({ checkDueAt: null, breachedAt: expect.any(Date) });
    });

    it('goals are checked once, a moment later, and the event of the fill is the cause', async () => {
      const at = await desk();
      await at.trading.limits({ maxPositionPct: '1' });
      const goal = await at.goal({ targetWeights: [{ symbol: 'SPY', weight: 0.01 }] });
      await at.monitor.start();
      await at.trading.place({ quantity: '30' });
      await at.trading.place({ symbol: 'QQQ', quantity: '1' });
      await eventually('the fills', async () => ((await at.books()).held['QQQ'] === 1 ? true : null));
      await at.monitor.settle();
      await at.monitor.checkDue();
      const early = await at.row(goal.id);
      at.clock.advance(1_000);
      await at.monitor.checkDue();
      const late = await at.row(goal.id);
      const drifted = await at.database.read.event.findFirst({ where: { type: 'GoalDrifted', subjectId: goal.id } });
      const cause = await at.database.read.event.findUnique({ where: { cursor: drifted?.causationId ?? 0n } });

      expect(early).toMatchObject({ lastCheckedAt: null, checkDueAt: new Date(Date.parse(NOON) + 1_000) });
      expect(late).toMatchObject({ lastDrift: '0.02', checkDueAt: null, breachedAt: null });
      expect(drifted).toBeNull();
      await at.trading.place({ quantity: '40' });
      await eventually('the fill', async () => ((await at.books()).held['SPY'] === 70 ? true : null));
      await at.monitor.settle();
      at.clock.advance(1_000);
      await at.monitor.checkDue();
      const breach = await at.database.read.event.findFirstOrThrow({
        where: { type: 'GoalDrifted', subjectId: goal.id },
      });
      const fill = await at.database.read.event.findUnique({ where: { cursor: breach.causationId ?? 0n } });

      expect(cause).toBeNull();
      expect(fill?.type).toBe('FillRecorded');
    });
  });

  describe('after fills, while the job of a goal is stopped', () => {
    it.each(['the job', 'the scheduler'] as const)('nothing is checked until %s is started', async (what) => {
      const at = await desk();
      const goal = await due(at);
      at.clock.advance(1_000);
      const turn = async (isOn: boolean): Promise<void> => {
        if (what === 'the scheduler') await switchScheduler(at, at.user, { isRunning: isOn });
        else await enableScheduledJob(at, at.user, { id: goal.scheduledJobId ?? 0, enabled: isOn });
      };
      await turn(false);
      await at.monitor.checkDue();
      const stopped = await at.row(goal.id);
      await turn(true);
      await at.monitor.checkDue();

      expect(stopped).toMatchObject({ lastCheckedAt: null, checkDueAt: goal.checkDueAt });
      expect(await at.row(goal.id)).toMatchObject({ checkDueAt: null, breachedAt: expect.any(Date) });
      expect(await at.plansOf(goal.id)).toMatchObject([{ status: 'executed' }]);
    });

    it('what comes more than a minute late only suggests', async () => {
      const at = await desk();
      const goal = await due(at);
      at.clock.advance(61_001);
      await at.monitor.checkDue();

      expect(await at.plansOf(goal.id)).toMatchObject([{ status: 'suggested' }]);
      expect(at.trading.broker.submissions).toEqual([]);
    });
  });

  describe('after fills, when a check failed', () => {
    it.each([
      ['is tried again in time and trades', 20_000, 'executed'],
      ['only suggests when it comes more than a minute late, however often it was tried', 60_001, 'suggested'],
    ])('it %s', async (_what, ms, status) => {
      const at = await desk();
      const goal = await due(at);
      at.trading.prices.set('QQQ', null);
      at.clock.advance(1_000);
      await at.monitor.checkDue();
      at.clock.advance(ms);
      const failed = await at.row(goal.id);
      at.trading.prices.set('QQQ', 50);
      await at.monitor.checkDue();

      expect(failed).toMatchObject({ lastCheckedAt: null, checkDueAt: new Date(Date.parse(NOON) + 21_000) });
      expect(await at.plansOf(goal.id)).toMatchObject([{ status }]);
    });

    it('it only suggests when nobody knows any more when the fill was', async () => {
      const at = await desk();
      const goal = await due(at);
      await at.database.transaction((db) => db.goal.update({ where: { id: goal.id }, data: { checkCause: null } }));
      at.clock.advance(1_000);
      await at.monitor.checkDue();

      expect(await at.plansOf(goal.id)).toMatchObject([{ status: 'suggested' }]);
    });
  });

  describe('after fills, when a rebalance kept the check waiting', () => {
    // At five minutes past the hour no scheduled check of the goal is in time to trade, either.
    it.each([
      ['trades, however long the rebalance took', 90_000, 'executed'],
      ['only suggests when the rebalance was left for longer than it may place orders', 3_840_000, 'suggested'],
    ])('it %s', async (_what, ms, status) => {
      const at = await desk();
      const planned = await at.goal();
      const plan = await rebalancePortfolio(at, at.user, { goalId: planned.id });
      await beginPlan(at, { plan, goal: await at.row(planned.id) });
      const other = await due(at, { targetWeights: [{ symbol: 'QQQ', weight: 0.9 }] });
      at.clock.advance(ms);
      await at.monitor.checkDue();
      const waited = await at.row(other.id);
      await at.rebalancer.resume();
      await at.monitor.checkDue();

      expect(waited).toMatchObject({ lastCheckedAt: null });
      expect(await at.plansOf(other.id)).toMatchObject([{ status }]);
    });
  });
});
