import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { beginPlan } from '../../src/goals/begin-plan.ts';
import { deletePortfolioGoal, Rebalancer, rebalancePortfolio, updatePortfolioGoal } from '../../src/goals/index.ts';
import { PlanLease } from '../../src/goals/plan-lease.ts';
import { cancelOrder, killTrading, placeOrder, resumeTrading } from '../../src/orders/index.ts';
import { lockJob } from '../../src/scheduler/index.ts';
import type { GoalRow, RebalancePlanRow } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { fillAtOnce, type GoalDesk, goalDesksOn } from '../support/goal-desk.ts';

eachDatabase((_provider, create) => {
  const desk = goalDesksOn(create);

  /** Of the events of goals those that checks and rebalances led to. */
  async function heard(at: GoalDesk): Promise<readonly string[]> {
    return (await at.events()).filter((type) => !['GoalCreated', 'GoalUpdated'].includes(type));
  }

  async function check(at: GoalDesk, goal: GoalRow) {
    at.clock.advance(6_000);
    return await at.check(goal);
  }

  describe('a check of an alert goal', () => {
    it('tells a breach once, suggests one plan, and tells the end of it', async () => {
      const at = await desk();
      const goal = await at.goal();
      const found = [await check(at, goal), await check(at, goal)];
      const breached = await at.row(goal.id);
      const plans = await at.plansOf(goal.id);
      await rebalancePortfolio(at, at.user, { goalId: goal.id, planHash: plans[0]?.hash });
      const after = await check(at, goal);
      at.trading.prices.set('SPY', 200);
      const again = await check(at, goal);

      expect(found).toMatchObject([
        { checked: true, max_drift: 0.6, needs_rebalance: true, breached: ['QQQ', 'SPY'], plan_status: 'suggested' },
        { needs_rebalance: true, plan_id: null },
      ]);
      expect(breached).toMatchObject({ lastDrift: '0.6', isPlanDue: false });
      expect(plans).toMatchObject([{ actor: `goal:${goal.id}`, causationId: breached.breachCursor }]);
      expect(after).toMatchObject({ needs_rebalance: false });
      expect(again).toMatchObject({ needs_rebalance: true, plan_status: 'suggested' });
      expect(await heard(at)).toEqual([
        ...['GoalDrifted', 'RebalancePlanned', 'RebalanceStarted', 'RebalanceExecuted', 'GoalRecovered'],
        ...['GoalDrifted', 'RebalancePlanned'],
      ]);
    });

    it('suggests one plan, however many check at once', async () => {
      const at = await desk();
      const goal = await at.goal();
      await check(at, await at.goal({ rebalanceMode: 'off' }));
      await Promise.all([at.checkAs({}), at.checkAs({}), at.checkAs({})]);

      expect(await at.plansOf(goal.id)).toMatchObject([{ status: 'suggested' }]);
      expect(await heard(at)).toEqual(['GoalDrifted', 'RebalancePlanned']);
    });

    it('fails when a price is missing, and tells nothing', async () => {
      const at = await desk();
      const goal = await at.goal();
      at.trading.prices.set('QQQ', null);

      await expect(check(at, goal)).rejects.toThrow(/failed.*QQQ/);
      expect(await heard(at)).toEqual([]);
      expect((await at.row(goal.id)).lastCheckedAt).toBeNull();
    });

    it('leaves a goal alone that is off', async () => {
      const at = await desk();
      const goal = await at.goal({ rebalanceMode: 'off' });

      expect(await check(at, goal)).toMatchObject({ checked: false, reason: 'The goal is off.' });
      expect(await heard(at)).toEqual([]);
    });

    it('tells a breach once more when the goal has become another', async () => {
      const at = await desk();
      const goal = await at.goal();
      await check(at, goal);
      at.clock.advance(1_000);
      await updatePortfolioGoal(at, at.user, { id: goal.id, driftThreshold: '0.1' });
      await check(at, goal);

      expect((await heard(at)).filter((type) => type === 'GoalDrifted')).toHaveLength(2);
    });
  });

  describe('a check whose job is being deleted', () => {
    it.each([
      ['suggests', { driftThreshold: '0.1' }, 'suggested'],
      ['rebalances', { rebalanceMode: 'auto' }, 'executed'],
    ])('waits for that, and %s without its run', async (_what, change, status) => {
      const at = await desk();
      const goal = await at.goal();
      await check(at, goal);
      at.clock.advance(1_000);
      await updatePortfolioGoal(at, at.user, { id: goal.id, ...change });
      const id = goal.scheduledJobId ?? 0;
      let begun = (): void => undefined;
      const hasBegun = new Promise<void>((resolve) => (begun = resolve));
      const deleting = at.database.transaction(async (db) => {
        await lockJob(db, id);
        await db.jobRun.deleteMany({ where: { jobId: id } });
        begun();
        // The check has begun to wait then, whatever it waits for.
        await sleep(300);
        await db.scheduledJob.delete({ where: { id } });
      });
      await hasBegun;
      await Promise.all([deleting, at.checkAs({})]);

      expect(await at.row(goal.id)).toMatchObject({ scheduledJobId: null });
      expect((await at.plansOf(goal.id)).at(-1)).toMatchObject({ status, jobRunId: null });
      expect(await at.plansOf(goal.id)).toHaveLength(2);
    });
  });

  describe('a check of an auto goal', () => {
    it('carries out its own plan, once per breach, and the plan knows its run', async () => {
      const at = await desk();
      const goal = await at.goal({ rebalanceMode: 'auto' });
      const found = await check(at, goal);
      const after = await check(at, goal);
      const [plan, ...others] = await at.plansOf(goal.id);
      const run = await at.database.read.jobRun.findFirst({
        where: { jobId: goal.scheduledJobId ?? 0 },
        orderBy: { id: 'asc' },
      });

      expect(found).toMatchObject({ plan_status: 'executed', reason: null });
      expect(after).toMatchObject({ needs_rebalance: false });
      expect(others).toEqual([]);
      expect(plan).toMatchObject({ jobRunId: run?.id, correlationId: run?.correlationId });
      expect((await at.books()).held).toEqual({ SPY: 600, QQQ: 600 });
    });

    it('does not try again what the broker refused, until the breach is over', async () => {
      const at = await desk();
      const goal = await at.goal({ rebalanceMode: 'auto' });
      at.trading.broker.reaction = () => ({ kind: 'rejected', reason: 'not today' });
      const found = [await check(at, goal), await check(at, goal), await check(at, goal)];

      expect(found[0]).toMatchObject({ plan_status: 'blocked' });
      const reason = `Plan ${String(found[0]?.['plan_id'])} (blocked) answered this breach; whoever wants another before it is over asks for it.`;
      expect(found.slice(1)).toMatchObject([
        { plan_id: null, reason },
        { plan_id: null, reason },
      ]);
      expect(at.trading.broker.submissions).toHaveLength(2);
    });

    it('is said once while an order of its symbols works, and carried out when that is gone', async () => {
      const at = await desk();
      const goal = await at.goal({ rebalanceMode: 'auto' });
      at.trading.broker.reaction = (order, broker) => broker.accept(order);
      const working = await at.trading.place({ orderType: 'limit', limitPrice: '90' });
      const found = [await check(at, goal), await check(at, goal), await check(at, goal)];
      await cancelOrder(at, at.user, working.id);
      fillAtOnce(at.trading);
      const free = await check(at, goal);

      expect(found).toMatchObject([
        { plan_status: 'suggested', reason: expect.stringContaining(`The order ${working.id} of SPY still works`) },
        { plan_id: null, reason: expect.stringContaining('still works') },
        { plan_id: null, reason: expect.stringContaining('still works') },
      ]);
      expect(free).toMatchObject({ plan_status: 'executed' });
      expect((await heard(at)).filter((type) => type === 'RebalancePlanned')).toHaveLength(2);
    });

    it('makes one plan, however many check at once', async () => {
      const at = await desk();
      const goal = await at.goal({ rebalanceMode: 'auto' });
      await check(at, await at.goal({ rebalanceMode: 'off' }));
      await Promise.all([at.checkAs({}), at.checkAs({}), at.checkAs({})]);

      expect(await at.plansOf(goal.id)).toMatchObject([{ status: 'executed' }]);
      expect((await heard(at)).slice(0, 4)).toEqual([
        ...['GoalDrifted', 'RebalancePlanned', 'RebalanceStarted', 'RebalanceExecuted'],
      ]);
    });

    it('only suggests when it comes too late, and trades at the next time', async () => {
      const at = await desk();
      const goal = await at.goal({ rebalanceMode: 'off' });
      await check(at, goal);
      await updatePortfolioGoal(at, at.user, { id: goal.id, rebalanceMode: 'auto' });
      const late = await at.checkAs({ mayPlaceOrders: false });
      const stillLate = await at.checkAs({ mayPlaceOrders: false });
      const sentLate = at.trading.broker.submissions.length;
      const inTime = await check(at, goal);

      expect(late.summary).toContain('too late');
      expect(late.output).toMatchObject({ goals: [{ plan_status: 'suggested' }] });
      expect(stillLate.output).toMatchObject({ goals: [{ plan_status: null }] });
      expect(sentLate).toBe(0);
      expect(inTime).toMatchObject({ plan_status: 'executed' });
    });

    it('waits while trading is halted, and makes a fresh plan when it is resumed', async () => {
      const at = await desk();
      const goal = await at.goal({ rebalanceMode: 'auto' });
      await killTrading(at, at.user, { policy: 'block' });
      const halted = await check(at, goal);
      await resumeTrading(at, at.user);
      at.trading.prices.set('SPY', 120);
      const resumed = await check(at, goal);

      expect(halted).toMatchObject({ plan_status: 'suggested', reason: 'Trading is halted.' });
      expect(resumed).toMatchObject({ plan_status: 'executed' });
      expect((await at.books()).held).toEqual({ SPY: 500, QQQ: 600 });
    });

    it('makes a fresh plan after a halt that came when its plan had begun', async () => {
      const at = await desk();
      const goal = await at.goal({ rebalanceMode: 'auto' });
      await check(at, await at.goal({ rebalanceMode: 'off' }));
      const { rebalancer } = at;
      const execute = rebalancer.execute.bind(rebalancer);
      rebalancer.execute = async (id) => {
        rebalancer.execute = execute;
        await killTrading(at, at.user, { policy: 'block' });
        await execute(id);
      };
      const caught = await check(at, goal);
      const halted = await check(at, goal);
      await resumeTrading(at, at.user);
      const resumed = await check(at, goal);

      expect(caught).toMatchObject({ plan_status: 'blocked', reason: expect.stringContaining('KILL_SWITCH_ACTIVE') });
      expect(halted).toMatchObject({ plan_id: null, reason: 'Trading is halted.' });
      expect(resumed).toMatchObject({ plan_status: 'executed' });
      expect((await at.books()).held).toEqual({ SPY: 600, QQQ: 600 });
    });

    it('waits for the next day when no trade of today is left, and says so', async () => {
      const at = await desk();
      await at.trading.limits({ maxDailyTrades: 1 });
      fillAtOnce(at.trading);
      await at.trading.place({ quantity: '1' });
      const goal = await at.goal({ rebalanceMode: 'auto' });
      const found = [await check(at, goal), await check(at, goal)];
      at.clock.advance(86_400_000);
      await at.trading.limits({ maxDailyTrades: 2 });
      const nextDay = await check(at, goal);

      expect(found).toMatchObject([
        { plan_status: 'suggested', reason: 'No trade of today is left: maxDailyTrades allows 1.' },
        { plan_id: null, reason: 'No trade of today is left: maxDailyTrades allows 1.' },
      ]);
      expect(nextDay).toMatchObject({ plan_status: 'executed' });
      expect(await at.database.read.order.count({ where: { ...at.trading.key, status: 'denied' } })).toBe(0);
    });

    it('trades coins on a Saturday after a Friday without a trade left', async () => {
      const at = await desk();
      at.clock.advance(2 * 86_400_000);
      at.trading.prices.set('BTC-USD', 100);
      await at.trading.limits({ maxDailyTrades: 1 });
      await at.trading.place({ symbol: 'BTC-USD', quantity: '1' });
      at.clock.advance(86_400_000);
      const goal = await at.goal({ rebalanceMode: 'auto', targetWeights: [{ symbol: 'BTC-USD', weight: 0.5 }] });

      expect(await check(at, goal)).toMatchObject({ plan_status: expect.stringMatching(/executed/) });
    });

    it('trades what a limit held back of its plan when the limit is gone, and nothing twice', async () => {
      const at = await desk();
      await at.trading.limits({ maxDailyTrades: 1 });
      const goal = await at.goal({ rebalanceMode: 'auto' });
      const found = [await check(at, goal), await check(at, goal)];
      const between = (await at.books()).held;
      await at.trading.limits({ maxDailyTrades: 10 });
      const raised = await check(at, goal);

      expect(found).toMatchObject([
        { plan_status: 'partially_executed', reason: expect.stringContaining('DAILY_TRADE_LIMIT') },
        { plan_id: null, reason: 'No trade of today is left: maxDailyTrades allows 1.' },
      ]);
      expect(Object.values(between)).toEqual([600]);
      expect(raised).toMatchObject({ plan_status: 'executed' });
      expect((await at.books()).held).toEqual({ SPY: 600, QQQ: 600 });
    });

    it('leaves the account to the first auto goal', async () => {
      const at = await desk();
      const first = await at.goal({ rebalanceMode: 'auto' });
      const second = await at.goal({ rebalanceMode: 'auto', targetWeights: [{ symbol: 'QQQ', weight: 1 }] });
      const found = await check(at, second);

      expect(found).toMatchObject({ reason: expect.stringContaining(`The goal ${first.id} rebalances`) });
      expect(at.trading.broker.submissions).toEqual([]);
    });

    it('has the account to itself once the one before it was deleted', async () => {
      const at = await desk();
      const first = await at.goal({ rebalanceMode: 'auto' });
      await rebalancePortfolio(at, at.user, { goalId: first.id, dryRun: true });
      await deletePortfolioGoal(at, at.user, first.id);
      const second = await at.goal({ rebalanceMode: 'auto', targetWeights: [{ symbol: 'QQQ', weight: 1 }] });

      expect(await check(at, second)).toMatchObject({ reason: null, plan_status: 'executed' });
      expect(await at.row(first.id)).toMatchObject({ deletedAt: expect.any(Date) });
    });
  });

  describe('a plan that was being carried out when its process died', () => {
    /** A plan of two trades that was begun, and of which nothing was placed. */
    async function begun(at: GoalDesk): Promise<RebalancePlanRow> {
      const goal = await at.goal();
      const plan = await rebalancePortfolio(at, at.user, { goalId: goal.id });
      await beginPlan(at, { plan, goal: await at.row(goal.id) });
      return await at.database.read.rebalancePlan.findUniqueOrThrow({ where: { id: plan.id } });
    }

    async function planOf(at: GoalDesk, { id }: RebalancePlanRow): Promise<RebalancePlanRow> {
      return await at.database.read.rebalancePlan.findUniqueOrThrow({ where: { id } });
    }

    /** As the process would have placed the first trade of it: the stage is stored before that. */
    async function placeFirst(at: GoalDesk, plan: RebalancePlanRow): Promise<void> {
      const data = { stage: 2 };
      await at.database.transaction((db) => db.rebalancePlan.update({ where: { id: plan.id }, data }));
      const [trade] = await at.tradesOf(plan.id);
      if (trade === undefined) throw new Error('The plan has no trades.');
      const { symbol, side, quantity, maxPositionPct } = trade;
      const input = { symbol, side, quantity, orderType: 'market', clientOrderId: `rebalance-${plan.id}-0` };
      const { actor, correlationId } = plan;
      const origin = { source: 'rebalance', sourceId: plan.id, rebalancePlanId: plan.id, actor } as const;
      await placeOrder(at, at.user, input, { ...origin, correlationId, maxPositionPct });
    }

    it('is gone on with, whatever was placed, and nothing is placed twice', async () => {
      const at = await desk();
      const plan = await begun(at);
      await placeFirst(at, plan);
      await at.rebalancer.resume();
      const ids = at.trading.broker.submissions.map(({ order }) => order.clientOrderId);

      expect(ids).toEqual([`rebalance-${plan.id}-0`, `rebalance-${plan.id}-1`]);
      expect(await at.plansOf(plan.goalId ?? 0)).toMatchObject([{ status: 'executed', leaseOwner: null }]);
      expect((await at.books()).held).toEqual({ SPY: 600, QQQ: 600 });
    });

    it('is left to whoever gives signs of life, and taken when those end', async () => {
      const at = await desk();
      const plan = await begun(at);
      const leaseUntil = new Date(at.clock.now() + 30_000);
      const data = { leaseOwner: 'another process', leaseUntil };
      await at.database.transaction((db) => db.rebalancePlan.update({ where: { id: plan.id }, data }));
      await at.rebalancer.resume();
      const early = at.trading.broker.submissions.length;
      const taken = await PlanLease.take(at, plan.id);
      at.clock.advance(30_000);
      await at.rebalancer.resume();

      expect(early).toBe(0);
      expect(taken).toBeNull();
      expect(await at.plansOf(plan.goalId ?? 0)).toMatchObject([{ status: 'executed' }]);
    });

    it('is given back by a process that closes, and ends with the orders that it placed', async () => {
      const at = await desk();
      at.trading.broker.reaction = (order, broker) => broker.accept(order);
      const plan = await begun(at);
      const closing = new Rebalancer(at, { waits: { lookMs: 5 } });
      const waiting = closing.execute(plan.id).catch((error: unknown) => error);
      const submissions = () => at.trading.broker.submissions.length;
      await eventually('both orders', () => (submissions() === 2 ? true : null));
      await closing.close();
      const left = await at.database.read.rebalancePlan.findUniqueOrThrow({ where: { id: plan.id } });
      for (const { order } of at.trading.broker.submissions) {
        at.trading.broker.fill(order.clientOrderId, order.quantity.toFixed(), '100');
      }
      at.trading.broker.tell();
      await at.rebalancer.resume();

      expect(await waiting).toMatchObject({ code: 'UNAVAILABLE' });
      expect(left.status).toBe('executing');
      expect(submissions()).toBe(2);
      expect(await at.plansOf(plan.goalId ?? 0)).toMatchObject([{ status: 'executed' }]);
    });

    it('loses no trade when the gateway can decide on nothing for now', async () => {
      const at = await desk();
      const plan = await begun(at);
      await at.trading.gateway.close();
      const closing = new Rebalancer(at, { waits: { lookMs: 5, againMs: 5 } });
      const waiting = closing.execute(plan.id).catch((error: unknown) => error);
      await eventually('the purchases', async () => ((await planOf(at, plan)).stage === 2 ? true : null));
      await closing.close();
      const left = { ...(await planOf(at, plan)), trades: await at.tradesOf(plan.id) };
      const heir = await desk({ heirOf: at });
      await heir.rebalancer.resume();

      expect(await waiting).toMatchObject({ code: 'UNAVAILABLE' });
      expect(left.status).toBe('executing');
      expect(left.trades).toMatchObject([{ status: 'planned' }, { status: 'planned' }]);
      expect(await planOf(at, plan)).toMatchObject({ status: 'executed' });
    });

    it('places nothing more when it is older than five minutes', async () => {
      const at = await desk();
      const plan = await begun(at);
      await placeFirst(at, plan);
      await eventually('the fill', async () => ((await at.books()).held['SPY'] === 600 ? true : null));
      at.clock.advance(300_001);
      await at.rebalancer.resume();
      const [first, second] = await at.tradesOf(plan.id);

      expect(await at.plansOf(plan.goalId ?? 0)).toMatchObject([{ status: 'partially_executed' }]);
      expect(first?.orderId).not.toBeNull();
      expect(second).toMatchObject({ orderId: null, status: 'blocked', reason: expect.stringContaining('too old') });
      expect(at.trading.broker.submissions).toHaveLength(1);
    });

    it('keeps its account from other rebalances and from checks', async () => {
      const at = await desk();
      const plan = await begun(at);
      const other = await at.goal({ rebalanceMode: 'auto' });

      expect(await check(at, other)).toMatchObject({ checked: false });
      await at.rebalancer.resume();
      fillAtOnce(at.trading);
      expect(await check(at, other)).toMatchObject({ checked: true, needs_rebalance: false });
      expect(plan.status).toBe('executing');
    });
  });
});
