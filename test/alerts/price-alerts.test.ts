/** Price alerts from the quote to the history: what is told, once, and what is not. */
import { describe, expect, it } from 'vitest';
import { localUser } from '../../src/access/index.ts';
import { createAlert, shownAlertState, testAlert, updateAlert } from '../../src/alerts/index.ts';
import { unavailable } from '../../src/core/index.ts';
import { alertsOn, type TestAlerts } from '../support/alerts.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { refusalOf } from '../support/trading.ts';

const MINUTE = 60_000;

eachDatabase((_provider, create) => {
  const { start, startApart, database } = alertsOn(create);

  async function eventsOf({ user }: TestAlerts): Promise<readonly string[]> {
    const where = { ownerId: user.userId, type: { startsWith: 'Alert' } };
    return (await database().read.event.findMany({ where, orderBy: { cursor: 'asc' } })).map(({ type }) => type);
  }

  describe('a price alert', () => {
    it('tells of a crossing once, with value, level and times, and is armed again by itself', async () => {
      const alerts = await start();
      const { id } = await alerts.watch({ above: 200 });
      await alerts.quote(200);
      await alerts.quote(201);
      await alerts.quote(202);
      const fired = await alerts.row(id);
      const [first, ...more] = await alerts.told(id);
      await alerts.quote(198, { afterMs: 4 * MINUTE });
      const cooling = shownAlertState(await alerts.row(id), alerts.clock.now());
      await alerts.quote(201, { afterMs: MINUTE });

      expect(fired).toMatchObject({ phase: 'triggered', triggerCount: 1, lastTriggeredAt: first?.triggeredAt });
      expect(more).toEqual([]);
      expect(first).toMatchObject({
        ...{ alertType: 'price', message: 'AAPL is 201, above 200.', value: '201', level: '200', isTest: false },
        quoteAt: new Date('2026-03-02T15:00:02Z'),
        evaluatedAt: new Date('2026-03-02T15:00:02Z'),
      });
      expect(JSON.parse(first?.context ?? '')).toEqual({
        ...{ name: 'AAPL above 200', symbol: 'AAPL', above: 200, price: 201, source: 'scripted' },
        quote_at: '2026-03-02T15:00:02.000Z',
      });
      expect(cooling).toBe('cooling_down');
      expect(await alerts.told(id)).toHaveLength(2);
      expect(await eventsOf(alerts)).toEqual(['AlertCreated', 'AlertTriggered', 'AlertRearmed', 'AlertTriggered']);
      expect(alerts.errors).toEqual([]);
    });

    it('is one alert for a price that oscillates around the level for 15 minutes', async () => {
      const alerts = await start();
      const { id } = await alerts.watch({ above: 200 });
      for (let step = 0; step < 90; step += 1) {
        await alerts.quote(step % 2 === 0 ? 201 : 199, { afterMs: 10_000 });
      }

      expect(await alerts.told(id)).toHaveLength(1);
      expect((await alerts.row(id)).phase).toBe('triggered');
    });

    it('says that it kept silent about a crossing within the cooldown', async () => {
      const alerts = await start();
      const { id } = await alerts.watch({ below: 198 }, { cooldownSeconds: 600 });
      for (const price of [197, 200, 197]) await alerts.quote(price);

      expect(await alerts.told(id)).toHaveLength(1);
      expect(await eventsOf(alerts)).toEqual(['AlertCreated', 'AlertTriggered', 'AlertRearmed', 'AlertSuppressed']);
    });

    it('that was beyond its level when it was created or changed fires at the next fresh crossing', async () => {
      const alerts = await start();
      alerts.provider.set('AAPL', 205);
      const { id } = await alerts.watch({ above: 200 });
      await alerts.quote(206);
      const before = await alerts.told(id);
      await alerts.quote(199);
      await alerts.quote(201);
      const crossed = await alerts.told(id);
      await updateAlert(alerts, alerts.user, { id, condition: { symbol: 'AAPL', above: 195 } });
      await eventually('the change', () => (alerts.alerts.watch.book.get(id)?.rule.level === 195 ? true : null));
      await alerts.quote(202);
      const changed = await alerts.told(id);
      await alerts.quote(195);
      await alerts.quote(196);

      expect([before, crossed, changed].map(({ length }) => length)).toEqual([0, 1, 1]);
      expect(await alerts.told(id)).toHaveLength(2);
      expect(shownAlertState(await alerts.row(id), alerts.clock.now())).toBe('triggered');
    });

    it('is not evaluated while it is disabled', async () => {
      const alerts = await start();
      const symbol = 'SILENT';
      alerts.provider.set(symbol, 199);
      const { id } = await alerts.watch({ symbol, above: 200 });
      await updateAlert(alerts, alerts.user, { id, enabled: false });
      await eventually('the change', () => (alerts.alerts.watch.book.get(id) === undefined ? true : null));
      const symbols = alerts.alerts.watch.book.symbols();
      await alerts.quote(201, { symbol });
      await alerts.quote(199, { symbol });
      await updateAlert(alerts, alerts.user, { id, enabled: true });
      await eventually('the change', () => alerts.alerts.watch.book.get(id));
      await alerts.quote(201, { symbol });

      expect(symbols).not.toContain(symbol);
      expect(await alerts.told(id)).toHaveLength(1);
    });

    it('decides nothing by a price that is old, from the future, or none', async () => {
      const alerts = await start();
      const { id } = await alerts.watch({ above: 200 });
      alerts.clock.advance(60 * MINUTE);
      const now = alerts.clock.now();
      await alerts.quote(201, { at: new Date(now - 16 * MINUTE) });
      await alerts.quote(201, { at: new Date(now + 20 * MINUTE) });
      await alerts.quote(Number.NaN);
      await alerts.quote(0);
      const untold = await alerts.told(id);
      await alerts.quote(201);

      expect(untold).toEqual([]);
      expect(await alerts.told(id)).toHaveLength(1);
    });

    it('fires after a restart at a crossing that nobody was there to see', async () => {
      const first = await start();
      const { id } = await first.watch({ above: 200 });
      await first.close();
      const { clock, user, provider } = first;
      const second = await start({ clock, user, provider });
      await second.quote(201, { afterMs: 60 * MINUTE });

      expect(await second.told(id)).toHaveLength(1);
    });
  });

  it('is refused with what was found in its condition, also where that is nothing', async () => {
    const { user, ...alerts } = await start();
    const refusals = [{}, { strategy_id: 0 }].map((condition) =>
      refusalOf(createAlert(alerts, user, { alertType: 'signal', condition })),
    );

    const expected = 'strategy_id must be a positive whole number; found';
    expect((await Promise.all(refusals)).map(({ message }) => message)).toEqual([
      `${expected} nothing.`,
      `${expected} 0.`,
    ]);
  });

  describe('several processes', () => {
    it('tell of each crossing once, and know of what the others changed', async () => {
      const first = await start();
      const { clock, user, provider } = first;
      const second = await startApart({ clock, user, provider });
      const ids: number[] = [];
      for (let index = 0; index < 20; index += 1) ids.push((await first.watch({ above: 200 + index / 10 })).id);
      const knows = ({ alerts }: TestAlerts, phase: string): true | null =>
        ids.every((id) => alerts.watch.book.get(id)?.state.phase === phase) ? true : null;
      await eventually('the alerts', () => knows(second, 'armed'));

      clock.advance(1_000);
      provider.set('AAPL', 210);
      await Promise.all([first, second].map(({ market }) => market.quotes(['AAPL'])));
      await Promise.all([first, second].map(({ alerts }) => alerts.watch.settle()));
      const told = await first.told();
      await second.quote(190);
      await eventually('the first to hear of what the second saw', () => knows(first, 'cooling_down'));
      clock.advance(6 * MINUTE);
      await first.quote(211);
      await eventually('the second to hear of what the first told', () => knows(second, 'triggered'));

      expect(told.map(({ alertId }) => alertId).toSorted((a, b) => Number(a) - Number(b))).toEqual(ids);
      expect(await first.told()).toHaveLength(40);
      expect([...first.errors, ...second.errors]).toEqual([]);
    });
  });

  it('are all read again when changes were deleted from the journal before they could be heard', async () => {
    const alerts = await start();
    const [enabled, deleted] = [await alerts.watch({ above: 200 }), await alerts.watch({ above: 200 })];
    await updateAlert(alerts, alerts.user, { id: enabled.id, enabled: false });
    await eventually('the change', () => (alerts.alerts.watch.book.get(enabled.id) === undefined ? true : null));

    await database().transaction(async (db) => {
      await db.alert.update({ where: { id: enabled.id }, data: { enabled: true, phase: 'armed' } });
      await db.alert.delete({ where: { id: deleted.id } });
      await db.journalHead.update({ where: { id: 1 }, data: { cursor: { increment: 2n } } });
    });
    await alerts.watch({ above: 300 });

    await eventually('the enabled one', () => alerts.alerts.watch.book.get(enabled.id));
    await eventually('the end of the deleted one', () =>
      alerts.alerts.watch.book.get(deleted.id) === undefined ? true : null,
    );
    await alerts.quote(201);
    expect(await alerts.told(enabled.id)).toHaveLength(1);
  });

  describe('what is told', () => {
    it('is written for the webhooks that want it in the same transaction, tests as tests', async () => {
      const alerts = await start();
      const ownerId = alerts.user.userId;
      const at = new Date(0);
      await database().transaction((db) =>
        db.webhookDestination.create({
          data: {
            ...{ ownerId, url: 'https://example.com', secret: 'sealed', enabled: true, createdAt: at, updatedAt: at },
            events: JSON.stringify(['price', 'test']),
          },
        }),
      );
      const { id } = await alerts.watch({ above: 200 });
      await alerts.quote(201);
      const trigger = await testAlert(alerts, alerts.user, id);
      const [told] = await alerts.told(id);
      const deliveries = await database().read.webhookDelivery.findMany({ where: { ownerId }, orderBy: { id: 'asc' } });

      expect(deliveries.map(({ event, subjectId }) => [event, subjectId])).toEqual([
        ['price', told?.id],
        ['test', trigger.id],
      ]);
      expect(JSON.parse(deliveries[0]?.body ?? '')).toMatchObject({
        ...{ type: 'alert', id: told?.id, alert_id: id, alert_type: 'price', message: 'AAPL is 201, above 200.' },
        triggered_at: told?.triggeredAt.toISOString(),
      });
      expect(JSON.parse(deliveries[1]?.body ?? '')).toMatchObject({ context: { test: true, above: 200 } });
      expect(await alerts.row(id)).toMatchObject({ phase: 'triggered', triggerCount: 1 });
    });

    it('is told later when the database was not there, also when the price is back by then', async () => {
      const alerts = await start();
      const { id } = await alerts.watch({ above: 200 });
      const write = alerts.journal.write.bind(alerts.journal);
      alerts.journal.write = () => Promise.reject(unavailable('The database is gone.'));
      await alerts.quote(201);
      await alerts.quote(199.5);
      const untold = await alerts.told(id);
      alerts.journal.write = write;
      await alerts.alerts.watch.settle();

      expect(untold).toEqual([]);
      expect((await alerts.told(id)).map(({ value }) => value)).toEqual(['201']);
      expect(alerts.errors).toEqual([expect.stringContaining('storing steps of alerts')]);
    });

    it('is all or nothing: what cannot be told did not fire, and the alert is tried again after a minute', async () => {
      const alerts = await start();
      const { id } = await alerts.watch({ above: 200 });
      const write = alerts.journal.write.bind(alerts.journal);
      alerts.journal.write = (work, options) =>
        write(async (given) => {
          await work(given);
          throw new Error('The power went.');
        }, options);
      await alerts.quote(201);
      alerts.journal.write = write;
      const [untold, row] = [await alerts.told(id), await alerts.row(id)];
      const events = await eventsOf(alerts);
      alerts.clock.advance(MINUTE);
      await alerts.alerts.watch.settle();
      await alerts.quote(202);

      expect(untold).toEqual([]);
      expect(row).toMatchObject({ phase: 'armed', triggerCount: 0, version: 0 });
      expect(events).toEqual(['AlertCreated']);
      expect((await alerts.told(id)).map(({ value }) => value)).toEqual(['202']);
    });

    it('belongs to its owner alone', async () => {
      const [mine, others] = [await start(), await start()];
      const { id } = await mine.watch({ above: 200 });
      await mine.quote(201);

      await expect(testAlert(mine, others.user, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(updateAlert(mine, localUser(others.user.userId), { id, name: 'x' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      expect(await others.told()).toEqual([]);
    });
  });
});
