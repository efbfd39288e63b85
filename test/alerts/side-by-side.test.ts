/** What several transactions do to alerts and destinations at the same time, which PostgreSQL runs side by side. */
import { expect, it } from 'vitest';
import { createAlert, updateAlert } from '../../src/alerts/index.ts';
import type { AlertRow } from '../../src/storage/index.ts';
import { createStrategy } from '../../src/strategies/index.ts';
import { alertsOn } from '../support/alerts.ts';
import { eachDatabase } from '../support/database.ts';
import { refusalOf } from '../support/trading.ts';

/** More than are told in one page. */
const MANY = 101;

eachDatabase((_provider, create) => {
  const { start, database } = alertsOn(create);

  /** So many more alerts that are like this one. */
  async function copy({ id }: AlertRow, count: number): Promise<void> {
    const columns = [
      ...['ownerId', 'name', 'alertType', 'condition', 'symbol', 'direction', 'level', 'rearmLevel', 'hysteresis'],
      ...['strategyId', 'enabled', 'cooldownSeconds', 'phase', 'observedAt', 'createdAt', 'updatedAt'],
    ];
    const names = columns.map((name) => `"${name}"`).join(', ');
    await database().transaction((db) =>
      db.$executeRawUnsafe(`INSERT INTO "Alert" (${names})
        WITH RECURSIVE "numbers"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "numbers" WHERE "n" < ${count})
        SELECT ${names} FROM "Alert", "numbers" WHERE "id" = ${id}`),
    );
  }

  it('alerts on a signal are told while they are changed, and neither waits for the other in a ring', async () => {
    const alerts = await start();
    const { user } = alerts;
    const strategy = await createStrategy(alerts, user, {
      ...{ name: 'Trend', strategyType: 'momentum', symbols: ['SPY'] },
    });
    const condition = { strategy_id: strategy.id };
    const first = await createAlert(alerts, user, { alertType: 'signal', condition, cooldownSeconds: 0 });
    await copy(first, MANY);
    const last = await database().read.alert.findFirst({ where: { ownerId: user.userId }, orderBy: { id: 'desc' } });
    const failures: unknown[] = [];
    for (let round = 0; round < 5; round += 1) {
      const event = { ownerId: user.userId, type: 'StrategySignaled', subjectType: 'strategy', subjectId: strategy.id };
      const payload = { symbol: 'SPY', date: `2026-02-0${round + 1}`, signal: 'buy', target: 1, previousTarget: 0 };
      await alerts.journal.write(({ append }) => append({ ...event, payload, correlationId: 'c' }));
      const end = new AbortController();
      const told = alerts.alerts.reactions.settle().finally(() => end.abort());
      for (let change = 0; !end.signal.aborted; change += 1) {
        const changed = updateAlert(alerts, user, { id: last?.id ?? 0, name: `Change ${round} ${change}` });
        await changed.catch((error: unknown) => failures.push(error));
      }
      await told;
    }

    expect(failures).toEqual([]);
    expect(alerts.errors).toEqual([]);
    expect(await database().read.alertTrigger.count({ where: { ownerId: user.userId } })).toBe(5 * (MANY + 1));
  });

  it('no more alerts are made than there may be, however many requests there are', async () => {
    const alerts = await start();
    const { user } = alerts;
    const input = { alertType: 'price', condition: { symbol: 'AAPL', above: 200 } };
    alerts.provider.set('AAPL', 199);
    await copy(await createAlert(alerts, user, input), 99_998);
    const asked = Array.from({ length: 5 }, () => createAlert(alerts, user, input));
    const outcomes = await Promise.allSettled(asked);

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await refusalOf(createAlert(alerts, user, input))).toMatchObject({
      code: 'CONFLICT',
      facts: { limit: 100_000, observed: 100_000 },
    });
  });
});
