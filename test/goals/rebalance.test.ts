import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/index.ts';
import { type RebalanceInput, rebalancePortfolio, updatePortfolioGoal } from '../../src/goals/index.ts';
import { killTrading, placeOrder, resumeTrading } from '../../src/orders/index.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { fillAtOnce, type GoalDesk, goalDesksOn } from '../support/goal-desk.ts';
import { refusalOf } from '../support/trading.ts';

eachDatabase((_provider, create) => {
  const desk = goalDesksOn(create);

  /** Asks for a rebalance a while after whatever came before. */
  async function rebalance(on: GoalDesk, input: RebalanceInput) {
    on.clock.advance(6_000);
    return await rebalancePortfolio(on, on.user, input);
  }

  describe('a rebalance', () => {
    it('of an alert goal only suggests, and is carried out with its hash, sales before purchases', async () => {
      const at = await desk();
      const goal = await at.goal();
      const first = await rebalance(at, { goalId: goal.id });
      const bought = await rebalance(at, { goalId: goal.id, planHash: first.hash });
      at.trading.prices.set('SPY', 200);
      const suggested = await rebalance(at, { goalId: goal.id });
      const submitted = at.trading.broker.submissions.length;
      const executed = await rebalance(at, { goalId: goal.id, planHash: suggested.hash });
      const orders = await at.ordersOf(executed.id);
      const sent = at.trading.broker.submissions.slice(submitted).map(({ order }) => `${order.side} ${order.symbol}`);

      expect(first).toMatchObject({ status: 'suggested', cashBefore: '100000', cashAfter: '10000' });
      expect(bought.status).toBe('executed');
      // 600 SPY at 200 and 600 QQQ at 50 beside 10,000: 160,000, of which 60 % are 480 SPY and 30 % are 960 QQQ.
      expect(executed).toMatchObject({ status: 'executed', residualDrift: '0', reason: null });
      expect(sent).toEqual(['sell SPY', 'buy QQQ']);
      expect(orders.map((order) => [order.clientOrderId, order.source, order.sourceId, order.quantity])).toEqual([
        [`rebalance-${executed.id}-0`, 'rebalance', executed.id, '120'],
        [`rebalance-${executed.id}-1`, 'rebalance', executed.id, '360'],
      ]);
      expect(await at.books()).toEqual({ cash: 16_000, held: { SPY: 480, QQQ: 960 } });
      expect(orders[1]?.correlationId).toBe(executed.correlationId);
      expect(orders[1]?.causationId).toBe(executed.startedCursor);
      expect(await at.events()).toEqual([
        'GoalCreated',
        ...['RebalancePlanned', 'RebalanceStarted', 'RebalanceExecuted'],
        ...['RebalancePlanned', 'RebalanceStarted', 'RebalanceExecuted'],
      ]);
    });

    it('answers what came of a plan when it is asked for again, and does nothing twice', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      const { hash: planHash } = await rebalance(at, { goalId });
      const once = await rebalance(at, { goalId, planHash });
      const again = await rebalance(at, { goalId, planHash });

      expect(again).toEqual(once);
      expect(at.trading.broker.submissions).toHaveLength(2);
    });

    it('is not needed while no symbol is breached, and an auto goal carries out its own plan unless it is dry', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal({ rebalanceMode: 'auto' });
      const dry = await rebalance(at, { goalId, dryRun: true });
      const executed = await rebalance(at, { goalId });
      const after = await rebalance(at, { goalId });

      expect(dry.status).toBe('suggested');
      expect(executed.status).toBe('executed');
      expect(after).toMatchObject({ status: 'not_needed', estimatedCost: '0' });
      expect(await at.tradesOf(after.id)).toEqual([]);
      expect(executed.hash).toBe(dry.hash);
    });

    it('may bring a symbol to its weight and threshold, whatever maxPositionPct is, and no further', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal({ targetWeights: [{ symbol: 'SPY', weight: 0.6 }] });
      const plan = await rebalance(at, { goalId });
      const trades = await at.tradesOf(plan.id);
      await rebalance(at, { goalId, planHash: plan.hash });
      const order = { symbol: 'SPY', side: 'buy', quantity: '60', orderType: 'market' };
      const origin = { source: 'rebalance', sourceId: plan.id, actor: 'goal:1', correlationId: 'c' } as const;
      const beyond = placeOrder(at, at.user, order, { ...origin, maxPositionPct: trades[0]?.maxPositionPct ?? '' });

      expect(trades[0]).toMatchObject({ quantity: '600', maxPositionPct: '0.65' });
      expect((await at.books()).held).toEqual({ SPY: 600 });
      expect(await refusalOf(beyond)).toMatchObject({ code: 'POSITION_LIMIT', facts: { limit: 65_000 } });
    });

    it('is blocked while trading is halted, with the order and the reason of each trade', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      const { hash: planHash } = await rebalance(at, { goalId });
      await killTrading(at, at.user, { reason: 'enough', policy: 'block' });
      const blocked = await rebalance(at, { goalId, planHash });
      await resumeTrading(at, at.user, { reason: 'again' });
      const trades = await at.tradesOf(blocked.id);
      const orders = await at.ordersOf(blocked.id);

      expect(blocked).toMatchObject({ status: 'blocked', reason: expect.stringContaining('KILL_SWITCH_ACTIVE') });
      expect(orders.map(({ status, reasonCode }) => `${status} ${reasonCode}`)).toEqual(
        trades.map(() => 'denied KILL_SWITCH_ACTIVE'),
      );
      expect(trades.map(({ orderId }) => orderId)).toEqual(orders.map(({ id }) => id));
      expect(trades[0]?.reason).toContain('Trading is halted');
      expect((await at.events()).at(-1)).toBe('RebalanceFailed');
      expect(at.trading.broker.submissions).toEqual([]);
    });

    it('buys nothing before its sales are filled', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      await rebalance(at, { goalId, planHash: (await rebalance(at, { goalId })).hash });
      at.trading.prices.set('SPY', 200);
      const { hash: planHash } = await rebalance(at, { goalId });
      const { broker } = at.trading;
      const before = broker.submissions.length;
      broker.reaction = (order, on) => on.accept(order);
      const underWay = rebalance(at, { goalId, planHash });
      const sale = await eventually('the sale', () => broker.submissions[before]?.order);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const sentBefore = broker.submissions.length - before;
      fillAtOnce(at.trading);
      broker.fill(sale.clientOrderId, sale.quantity.toFixed(), '200');
      broker.tell();

      expect(sentBefore).toBe(1);
      const executed = await underWay;
      expect(executed.status).toBe('executed');
      // All that was planned: with the cash from before the sale it would have been less.
      expect((await at.tradesOf(executed.id))[1]).toMatchObject({ side: 'buy', quantity: '360' });
    });

    it('spends what the sales brought, and is partial when that is less than planned', async () => {
      // Long enough for a busy machine to book the quarter of the sale.
      const at = await desk({ waits: { sellMs: 2_000, buyMs: 50, lookMs: 5 } });
      const { id: goalId } = await at.goal();
      const { hash } = await rebalance(at, { goalId });
      await rebalance(at, { goalId, planHash: hash });
      // It waits for purchases for a moment only.
      await eventually('the fills', async () => ((await at.books()).held['QQQ'] === 600 ? true : null));
      at.trading.prices.set('SPY', 200);
      const { hash: planHash } = await rebalance(at, { goalId });
      // A quarter of every order is filled; the rest works on.
      fillAtOnce(at.trading, decimal('0.25'));
      const short = await rebalance(at, { goalId, planHash });
      const [sell, buy] = await at.tradesOf(short.id);

      expect(short.status).toBe('partially_executed');
      expect(sell?.quantity).toBe('120');
      // 10,000 and the 6,000 of 30 SPY, less the buffer of 400, for QQQ at 50.
      expect(buy).toMatchObject({ quantity: '312', reason: expect.stringContaining('cash buffer') });
    });
  });

  describe('a plan is refused', () => {
    it('when it is older than five minutes', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      const { hash: planHash } = await rebalance(at, { goalId });
      at.clock.advance(294_001);

      expect(await refusalOf(rebalance(at, { goalId, planHash }))).toMatchObject({ code: 'EXPIRED' });
      expect(at.trading.broker.submissions).toEqual([]);
    });

    it('when a price moved by more than 1 %, and not at exactly 1 %', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      const { hash: planHash } = await rebalance(at, { goalId });
      at.trading.prices.set('QQQ', 50.500_001);
      const stale = await refusalOf(rebalance(at, { goalId, planHash }));
      at.trading.prices.set('QQQ', 50.5);
      const carriedOut = await rebalance(at, { goalId, planHash });

      expect(stale).toMatchObject({ code: 'PLAN_STALE', facts: { limit: 0.01 } });
      expect(carriedOut.status).toBe('executed');
    });

    it('when a position or the goal is another', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      const { hash } = await rebalance(at, { goalId });
      await at.trading.limits({ maxPositionPct: '1' });
      await at.trading.place({ symbol: 'QQQ', quantity: '1' });
      await eventually('the fill', async () => ((await at.books()).held['QQQ'] === 1 ? true : null));
      const { hash: fresh } = await rebalance(at, { goalId });
      await updatePortfolioGoal(at, at.user, { id: goalId, driftThreshold: '0.06' });

      expect(await refusalOf(rebalance(at, { goalId, planHash: hash }))).toMatchObject({ code: 'PLAN_STALE' });
      expect(await refusalOf(rebalance(at, { goalId, planHash: fresh }))).toMatchObject({ code: 'PLAN_STALE' });
    });

    it('when only a position is another, as after a split', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      const { hash: planHash } = await rebalance(at, { goalId });
      const held = { ...at.trading.key, symbol: 'SPY', quantity: '1', costBasis: '0', realizedPnl: '0' };
      const updatedAt = new Date(at.clock.now());
      await at.database.transaction((db) => db.position.create({ data: { ...held, updatedAt } }));

      expect(await refusalOf(rebalance(at, { goalId, planHash }))).toMatchObject({ code: 'PLAN_STALE' });
      expect(at.trading.broker.submissions).toEqual([]);
    });

    it('while another one is carried out, or an order of its symbols works', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      const { hash: planHash, id } = await rebalance(at, { goalId });
      const executing = (status: string) =>
        at.database.transaction((db) => db.rebalancePlan.update({ where: { id: other.id }, data: { status } }));
      const other = await rebalance(at, { goalId: (await at.goal({ driftThreshold: '0.01' })).id });
      await executing('executing');
      const busy = await refusalOf(rebalance(at, { goalId, planHash }));
      await executing('blocked');
      at.trading.broker.reaction = (order, broker) => broker.accept(order);
      const { id: orderId } = await at.trading.place({ symbol: 'QQQ' });
      const working = await refusalOf(rebalance(at, { goalId, planHash }));

      expect(busy).toMatchObject({ code: 'CONFLICT' });
      expect(working).toMatchObject({ code: 'CONFLICT', facts: { orderId } });
      expect(await at.ordersOf(id)).toEqual([]);
    });

    it('when there is none of that hash, or it is only to be suggested', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      const { id: otherId } = await at.goal({ driftThreshold: '0.01' });
      const { hash: planHash } = await rebalance(at, { goalId });

      expect((await refusalOf(rebalance(at, { goalId, planHash: 'abc' }))).code).toBe('VALIDATION');
      expect((await refusalOf(rebalance(at, { goalId: otherId, planHash }))).code).toBe('VALIDATION');
      expect((await refusalOf(rebalance(at, { goalId, planHash, dryRun: true }))).code).toBe('VALIDATION');
      expect((await refusalOf(rebalance(at, { goalId: 1_000_000 }))).code).toBe('NOT_FOUND');
    });

    it('when a price is missing, naming the symbols', async () => {
      const at = await desk();
      const { id: goalId } = await at.goal();
      at.trading.prices.set('QQQ', null);
      const { id: unknownId } = await at.goal({ targetWeights: [{ symbol: 'NONE', weight: 1 }] });

      expect(await refusalOf(rebalance(at, { goalId }))).toMatchObject({
        code: 'UNAVAILABLE',
        facts: { symbols: ['SPY', 'QQQ'], retryAfterSeconds: 5 },
      });
      expect(await refusalOf(rebalance(at, { goalId: unknownId }))).toMatchObject({
        code: 'UNKNOWN_SYMBOL',
        facts: { symbols: ['NONE'] },
      });
    });

    it('when many prices are missing, naming ten of them', async () => {
      const at = await desk();
      const symbols = Array.from({ length: 30 }, (_, i) => `S${i}`);
      for (const symbol of symbols) at.trading.prices.set(symbol, null);
      const { id: goalId } = await at.goal({ targetWeights: symbols.map((symbol) => ({ symbol, weight: '0.03' })) });

      const { message, facts } = await refusalOf(rebalance(at, { goalId }));

      expect(message).toContain(': S0, S1, S2, S3, S4, S5, S6, S7, S8, S9 and 20 more.');
      expect(facts['symbols']).toHaveLength(30);
    });
  });
});
