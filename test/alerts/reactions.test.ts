/** Alerts on signals, goals, risks and what every owner is told, from the event to the history; and the job that checks them all. */
import { describe, expect, it } from 'vitest';
import { alertCheck, createAlert, shownAlertState, updateAlert } from '../../src/alerts/index.ts';
import type { EventDraft } from '../../src/events/index.ts';
import type { RunContext } from '../../src/scheduler/index.ts';
import type { AlertRow } from '../../src/storage/index.ts';
import { createStrategy, deleteStrategy } from '../../src/strategies/index.ts';
import { alertsOn, type TestAlerts } from '../support/alerts.ts';
import { eachDatabase } from '../support/database.ts';
import { withRead } from '../support/with-read.ts';

const MINUTE = 60_000;

eachDatabase((_provider, create) => {
  const { start, database } = alertsOn(create);

  /** Time passes, then events are appended, and everything that they lead to is stored. */
  async function happen(alerts: TestAlerts, ...drafts: readonly Partial<EventDraft>[]): Promise<readonly bigint[]> {
    alerts.clock.advance(1_000);
    const ownerId = alerts.user.userId;
    const base = { ownerId, type: 'Happened', subjectType: 'thing', subjectId: 1, payload: {}, correlationId: 'c' };
    const cursors = await alerts.journal.write(({ appendAll }) =>
      appendAll(drafts.map((draft) => ({ ...base, ...draft }))),
    );
    await alerts.alerts.reactions.settle();
    return cursors;
  }

  function make(alerts: TestAlerts, alertType: string, condition: object, more: object = {}): Promise<AlertRow> {
    return createAlert(alerts, alerts.user, { alertType, condition, ...more });
  }

  describe('an alert on what was deleted', () => {
    it('is disabled, and its owner is told once of all of them', async () => {
      const alerts = await start();
      const strategy = await createStrategy(alerts, alerts.user, {
        ...{ name: 'Trend', strategyType: 'momentum', symbols: ['SPY'] },
      });
      const [kept, ...orphans] = [
        await make(alerts, 'risk', { metric: 'drawdown', above: 0.5 }),
        await make(alerts, 'signal', { strategy_id: strategy.id }, { name: 'Turns' }),
        await make(alerts, 'signal', { strategy_id: strategy.id, signal: 'sell' }, { name: 'Sales' }),
      ];
      await deleteStrategy(alerts, alerts.user, strategy.id);
      await alerts.alerts.reactions.settle();
      const rows = await Promise.all(orphans.map(({ id }) => alerts.row(id)));
      const told = await database().read.alertTrigger.findMany({ where: { ownerId: alerts.user.userId } });

      expect(rows).toMatchObject([
        { enabled: false, phase: 'disabled' },
        { enabled: false, phase: 'disabled' },
      ]);
      expect((await alerts.row(kept?.id ?? 0)).enabled).toBe(true);
      expect(told).toMatchObject([
        {
          alertType: 'system',
          message: 'No longer watched, because the strategy "Trend" was deleted: "Turns", "Sales".',
        },
      ]);
      await expect(updateAlert(alerts, alerts.user, { id: orphans[0]?.id ?? 0, enabled: true })).rejects.toMatchObject({
        code: 'VALIDATION',
      });
    });
  });

  it('an alert is stored on no goal that is deleted after it was looked at', async () => {
    const alerts = await start();
    const ownerId = alerts.user.userId;
    const goal = await database().transaction((db) =>
      db.goal.create({
        data: {
          ...{ ownerId, name: 'Core', targetWeights: '{"SPY":"1"}', driftThreshold: '0.05', rebalanceMode: 'alert' },
          ...{ createdAt: new Date(), updatedAt: new Date(), deletedAt: new Date() },
        },
      }),
    );
    const late = withRead(alerts, 'goal', { findFirst: () => Promise.resolve({ breachedAt: null }) });

    await expect(
      createAlert(late, alerts.user, { alertType: 'rebalance', condition: { goal_id: goal.id } }),
    ).rejects.toMatchObject({ code: 'VALIDATION', message: `There is no goal ${goal.id}.` });
    expect(await database().read.alert.count({ where: { ownerId } })).toBe(0);
  });

  it('an alert is stored, or enabled, on no strategy that is deleted after it was looked at', async () => {
    const alerts = await start();
    const ownerId = alerts.user.userId;
    const strategy = await createStrategy(alerts, alerts.user, {
      ...{ name: 'Trend', strategyType: 'momentum', symbols: ['SPY'] },
    });
    const { id } = await make(alerts, 'signal', { strategy_id: strategy.id }, { enabled: false });
    const deletedAt = new Date();
    await database().transaction((db) => db.strategy.update({ where: { id: strategy.id }, data: { deletedAt } }));
    const late = withRead(alerts, 'strategy', { findFirst: () => Promise.resolve(strategy) });

    for (const command of [
      () => createAlert(late, alerts.user, { alertType: 'signal', condition: { strategy_id: strategy.id } }),
      () => updateAlert(late, alerts.user, { id, enabled: true }),
    ]) {
      await expect(command()).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['condition', 'strategy_id'], message: `There is no strategy ${strategy.id}.` }],
      });
    }
    expect(await database().read.alert.findMany({ where: { ownerId } })).toMatchObject([{ id, enabled: false }]);
  });

  describe('an alert on signals', () => {
    const turn = (changes: object = {}) => {
      const payload = { symbol: 'SPY', date: '2026-02-27', signal: 'buy', target: 1, previousTarget: 0, ...changes };
      return { type: 'StrategySignaled', subjectType: 'strategy', payload };
    };

    it('tells of each symbol and bar once, and of two symbols that turn together', async () => {
      const alerts = await start();
      const strategy = await createStrategy(alerts, alerts.user, {
        ...{ name: 'Trend', strategyType: 'momentum', symbols: ['SPY'] },
      });
      const subjectId = strategy.id;
      const any = await make(alerts, 'signal', { strategy_id: subjectId });
      const sells = await make(alerts, 'signal', { strategy_id: subjectId, signal: 'sell' });
      const [cursor] = await happen(alerts, { ...turn(), subjectId }, { ...turn({ symbol: 'QQQ' }), subjectId });
      await happen(alerts, { ...turn(), subjectId });
      const within = await alerts.told(any.id);
      await happen(alerts, { ...turn({ date: '2026-03-02', signal: 'sell', target: 0 }), subjectId });
      const cooled = await alerts.told(any.id);
      alerts.clock.advance(5 * MINUTE);
      await happen(alerts, { ...turn(), subjectId });
      await happen(alerts, { ...turn({ date: '2026-03-03', signal: 'sell', target: 0 }), subjectId });

      expect(within.map(({ edge }) => edge)).toEqual(['SPY 2026-02-27', 'QQQ 2026-02-27']);
      expect(within[0]).toMatchObject({ message: 'Trend says buy SPY (2026-02-27).', causationId: cursor });
      expect(cooled).toHaveLength(2);
      expect((await alerts.told(any.id)).map(({ edge }) => edge).at(-1)).toBe('SPY 2026-03-03');
      expect((await alerts.told(sells.id)).map(({ edge }) => edge)).toEqual(['SPY 2026-03-02', 'SPY 2026-03-03']);
      const row = await alerts.row(any.id);
      expect(row.triggerCount).toBe(3);
      expect(shownAlertState(row, alerts.clock.now())).toBe('cooling_down');
      expect(shownAlertState(row, alerts.clock.now() + 5 * MINUTE)).toBe('armed');
    });

    it('is armed anew by a change, whatever it told a moment ago', async () => {
      const alerts = await start();
      const { id: subjectId } = await createStrategy(alerts, alerts.user, {
        ...{ name: 'Trend', strategyType: 'momentum', symbols: ['SPY'] },
      });
      const { id } = await make(alerts, 'signal', { strategy_id: subjectId });
      await happen(alerts, { ...turn(), subjectId });
      alerts.clock.advance(1_000);
      await updateAlert(alerts, alerts.user, { id, name: 'Changed' });
      await happen(alerts, { ...turn({ date: '2026-03-02', signal: 'sell', target: 0 }), subjectId });

      expect(await alerts.told(id)).toHaveLength(2);
    });

    it.each(['gone', 'deleted'])(
      'can be disabled when its strategy is %s, and says why it decides nothing',
      async (how) => {
        const alerts = await start();
        const strategy = { name: 'Trend', strategyType: 'momentum', symbols: ['SPY'] };
        const { id: strategyId } = await createStrategy(alerts, alerts.user, strategy);
        const { id } = await make(alerts, 'signal', { strategy_id: strategyId });
        const where = { id: strategyId };
        await database().transaction((db) =>
          how === 'gone'
            ? db.strategy.delete({ where })
            : db.strategy.update({ where, data: { deletedAt: new Date() } }),
        );
        await happen(alerts, { ...turn(), subjectId: strategyId });
        const told = await alerts.told(id);
        const type = alertCheck(alerts);
        const { output } = await type.run(contextOf(alerts, await type.parseConfig({}, alerts.user)));
        const disabled = await updateAlert(alerts, alerts.user, { id, enabled: false });

        const reason = 'The strategy was deleted.';
        expect(told).toEqual([]);
        expect(output).toMatchObject({ evaluations: [{ alert_id: id, outcome: 'no_data', reason }] });
        expect(disabled).toMatchObject({
          enabled: false,
          phase: 'disabled',
          strategyId: how === 'gone' ? null : strategyId,
        });
        await expect(updateAlert(alerts, alerts.user, { id, enabled: true })).rejects.toMatchObject({
          fields: [{ path: ['condition', 'strategy_id'] }],
        });
      },
    );
  });

  describe('an alert on a goal', () => {
    it('tells of a breach once, and again when the goal was reached in between and the cooldown is over', async () => {
      const alerts = await start();
      const ownerId = alerts.user.userId;
      const at = new Date(0);
      const goal = await database().transaction((db) =>
        db.goal.create({
          data: {
            ...{ ownerId, name: 'Core', targetWeights: '{}', driftThreshold: '0.05', rebalanceMode: 'alert' },
            ...{ createdAt: at, updatedAt: at },
          },
        }),
      );
      const drift = { maxDrift: '0.07', threshold: '0.05', symbols: ['SPY'], totalValue: '100000' };
      const about = { subjectType: 'goal', subjectId: goal.id, payload: { goalId: goal.id, name: 'Core', ...drift } };
      const { id } = await make(alerts, 'rebalance', { goal_id: goal.id });
      await happen(alerts, { ...about, type: 'GoalDrifted' });
      const [first] = await alerts.told(id);
      await happen(alerts, { ...about, type: 'GoalRecovered' }, { ...about, type: 'GoalDrifted' });
      const silent = await alerts.told(id);
      await happen(alerts, { ...about, type: 'GoalRecovered' });
      alerts.clock.advance(5 * MINUTE);
      await happen(alerts, { ...about, type: 'GoalDrifted' });

      expect(first).toMatchObject({
        ...{ alertType: 'rebalance', value: '0.07', level: '0.05' },
        message: 'The portfolio differs from the goal Core by 7 %, more than 5 %.',
      });
      expect(JSON.parse(first?.context ?? '')).toMatchObject({ goal_id: goal.id, max_drift: 0.07, symbols: ['SPY'] });
      expect(silent).toHaveLength(1);
      expect(await alerts.told(id)).toHaveLength(2);
      alerts.clock.advance(5 * MINUTE);
      await happen(alerts, { ...about, type: 'GoalUpdated' }, { ...about, type: 'GoalDrifted' });
      expect(await alerts.told(id)).toHaveLength(2);
      const payload = { ...about.payload, isBreachForgotten: true };
      await happen(alerts, { ...about, type: 'GoalUpdated', payload }, { ...about, type: 'GoalDrifted' });
      expect(await alerts.told(id)).toHaveLength(3);
      await expect(make(alerts, 'rebalance', { goal_id: 99_999 })).rejects.toMatchObject({
        fields: [{ path: ['condition', 'goal_id'] }],
      });
    });
  });

  describe('an alert on a risk', () => {
    it('fires when the account crosses its level, and is checked when the account changes', async () => {
      const alerts = await start();
      const { id } = await make(alerts, 'risk', { metric: 'drawdown', above: 0.05 });
      const exposed = await make(alerts, 'risk', { metric: 'exposure', above: 0.5 });
      await alerts.alerts.watch.settle();
      await hold(alerts, { cash: '60000', quantity: '200' });
      await alerts.quote(200);
      await measured(alerts);
      const quiet = await alerts.told(id);
      await alerts.quote(174.99);
      await measured(alerts);
      const [fired] = await alerts.told(id);
      await alerts.quote(300);
      await measured(alerts);
      const exactly = await alerts.told(exposed.id);
      await alerts.quote(301);
      await measured(alerts);
      const [alone] = await alerts.told(exposed.id);
      alerts.provider.isDown = true;
      await alerts.alerts.watch.measure();

      expect(quiet).toEqual([]);
      expect(fired).toMatchObject({ value: '0.05002', message: 'The drawdown from the peak is 5 %, above 5 %.' });
      expect(exactly).toEqual([]);
      expect(alone).toMatchObject({ alertType: 'risk', value: '0.50083195', level: '0.5' });
    });
  });

  /** The account of the owner, worth 100,000 with AAPL at 200. */
  async function hold(alerts: TestAlerts, { cash, quantity }: { cash: string; quantity: string }): Promise<void> {
    const key = { ownerId: alerts.user.userId, mode: 'paper' };
    const updatedAt = new Date(0);
    await database().transaction(async (db) => {
      await db.account.updateMany({ where: key, data: { cash, peakEquity: '100000', lastEquity: '100000' } });
      const costs = { costBasis: '40000', realizedPnl: '0', updatedAt };
      await db.position.create({ data: { ...key, symbol: 'AAPL', quantity, ...costs } });
    });
  }

  async function measured(alerts: TestAlerts): Promise<void> {
    await alerts.alerts.watch.measure();
    await alerts.alerts.watch.settle();
  }

  describe('every owner', () => {
    it('is told of paused jobs, rejected orders, halts, books that differ and failed rebalances, once each', async () => {
      const alerts = await start();
      const order = { symbol: 'SPY', side: 'buy', quantity: '3', reasonCode: 'not_accepted', clientOrderId: 'x' };
      await happen(
        alerts,
        { type: 'JobPaused', subjectId: 4, payload: { id: 4, name: 'Scan', jobType: 'market_scan' } },
        { type: 'OrderRejected', subjectId: 5, payload: order },
        {
          type: 'TradingHalted',
          subjectId: 6,
          payload: { cause: 'kill', policy: 'cancel', reason: 'Enough', actor: 'user:1' },
        },
        { type: 'BooksDiffered', subjectId: 7, payload: { mode: 'paper', differences: [{ kind: 'cash' }] } },
        {
          type: 'RebalanceFailed',
          subjectId: 8,
          payload: { name: 'Core', planId: 2, status: 'blocked', reason: null },
        },
        { type: 'JobRunFinished', subjectId: 4, payload: {} },
      );
      await alerts.alerts.reactions.settle();
      const told = await alerts.told();

      expect(told.map(({ alertId, alertType, message }) => [alertId, alertType, message])).toEqual([
        [null, 'system', 'The scheduled job Scan was paused: it failed too often, or its settings cannot be read.'],
        [null, 'system', 'The broker rejected the order to buy 3 SPY (not_accepted).'],
        [null, 'system', 'Trading is halted (kill, cancel): Enough'],
        [null, 'system', 'Our books of the paper account differ from the broker’s in 1 point.'],
        [null, 'system', 'The portfolio could not be brought back to the goal Core (blocked).'],
      ]);
      expect(JSON.parse(told[1]?.context ?? '')).toMatchObject({ event: 'OrderRejected', order_id: 5, quantity: 3 });
    });
  });

  describe('an alert_check', () => {
    it('evaluates alerts of every type now, keeps what came of each, and tells nothing twice', async () => {
      const alerts = await start();
      const ids = [
        await alerts.watch({ above: 200 }),
        await alerts.watch({ below: 150 }),
        await make(alerts, 'price', { symbol: 'AAPL', above: 1 }, { enabled: false }),
        await make(alerts, 'risk', { metric: 'exposure', above: 0.5 }),
      ].map(({ id }) => id);
      alerts.provider.set('GONE', 5);
      const gone = await make(alerts, 'price', { symbol: 'GONE', above: 10 });
      alerts.provider.set('GONE', 5, new Date(0));
      await alerts.alerts.close();
      alerts.clock.advance(1_000);
      alerts.provider.set('AAPL', 201);
      const type = alertCheck(alerts);
      const run = async () => await type.run(contextOf(alerts, await type.parseConfig({}, alerts.user)));
      const [first, second] = [await run(), await run()];

      expect(first.output).toEqual({
        evaluated: 5,
        triggered: 1,
        evaluations: [
          evaluation(ids[0], 'triggered', { state: 'triggered', value: 201 }),
          evaluation(ids[1], 'not_triggered', { value: 201 }),
          evaluation(ids[2], 'disabled', { state: 'disabled' }),
          evaluation(ids[3], 'not_triggered', { alert_type: 'risk', value: 0 }),
          evaluation(gone.id, 'no_data', { reason: 'What is known is too old, or incomplete.' }),
        ],
      });
      expect(second.output).toMatchObject({ triggered: 0 });
      expect(await alerts.told()).toHaveLength(1);
      expect((await alerts.told())[0]).toMatchObject({ correlationId: 'run', causationId: 3n });
    });

    const evaluation = (alertId: number | undefined, outcome: string, more: object = {}) => {
      return { alert_id: alertId, alert_type: 'price', outcome, state: 'armed', value: null, reason: null, ...more };
    };

    it.each([
      [[], 'config'],
      [{ alerts: [1] }, 'config.alerts'],
      [{ alert_ids: 1 }, 'config.alert_ids'],
      [{ alert_ids: [] }, 'config.alert_ids'],
      [{ alert_ids: ['1'] }, 'config.alert_ids'],
      [{ alert_ids: [2 ** 31] }, 'config.alert_ids'],
      [{ alert_ids: [1.5] }, 'config.alert_ids'],
      [{ alert_ids: [99_999] }, 'config.alert_ids'],
    ])('is refused with the config %j at %s', async (config, path) => {
      const alerts = await start();

      await expect(alertCheck(alerts).parseConfig(config, alerts.user)).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: path.split('.') }],
      });
    });
  });
});

function contextOf({ user, clock }: TestAlerts, config: RunContext['config']): RunContext {
  return {
    ...{ principal: user, config, runId: 1, scheduledFor: new Date(clock.now()), latenessMs: 0, mayPlaceOrders: true },
    ...{ correlationId: 'run', causationId: 3n, signal: new AbortController().signal },
  };
}
