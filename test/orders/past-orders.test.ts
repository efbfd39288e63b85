/**
 * A kill, and what goes on after it, look at what works and not at every order or entry of the audit that there ever was. The
 * statements are taken down as they run, and SQLite is asked how it would find their rows.
 */
import SqliteFile from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { killTrading, reconcile, resumeTrading } from '../../src/orders/index.ts';
import { sweepKill } from '../../src/orders/kill/kill-sweep.ts';
import { expireClaims, settleUnknown } from '../../src/orders/settle-unknown.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { COIN, codeOf, type Desk, liftLimits, openDesk, placeResting } from '../support/kill-desk.ts';
import { ScriptedBroker } from '../support/scripted-broker/adapter.ts';
import { type StartedBroker, startScriptedBroker } from '../support/scripted-broker/start.ts';
import { statementsRun } from '../support/statements-run.ts';

/** How SQLite finds the rows of a statement, a line for each table. */
function planOf(file: string, sql: string): readonly string[] {
  const connection = new SqliteFile(file, { readonly: true });
  const nothing = Array.from(sql.matchAll(/\?/g), () => null);
  const rows = connection.prepare<null[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...nothing);
  connection.close();
  return rows.map(({ detail }) => detail);
}

/** A line that reads all orders, or all entries of the audit, of an owner, of one mode at best. */
const READS_ALL =
  /\b(SCAN (main\.)?(Order|SafetyEvent)\b|(Order|SafetyEvent) USING .*\((ownerId=\?|ownerId=\? AND mode=\?)\)$)/;

/** The newest one of the audit, by an index that has it at its end. */
const NEWEST = 'SELECT MAX("sequence") FROM "SafetyEvent"';

describe('orders of the past', () => {
  let test: TestDatabase;
  let broker: StartedBroker;
  let desk: Desk;

  beforeEach(async () => {
    test = await createTestDatabase('sqlite');
    broker = await startScriptedBroker();
    await broker.control.setQuote(COIN, '100');
    desk = await openDesk(await test.open(), new ScriptedBroker({ url: broker.url }));
    await liftLimits(desk);
    await placeResting(desk);
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await desk.close();
    await broker.close();
    await test.drop();
  });

  it('are not read by a kill, nor by what follows it', async () => {
    const ownerId = desk.user.userId;
    const statements = statementsRun();

    await killTrading(desk, desk.user);
    await codeOf(placeResting(desk));
    await killTrading(desk, desk.user, { policy: 'flatten' });
    await sweepKill(desk, ownerId);
    await resumeTrading(desk, desk.user);
    await placeResting(desk);
    await Promise.all([settleUnknown(desk), expireClaims(desk)]);
    await reconcile(desk, { ownerId, mode: 'paper' });
    const read = [...new Set(statements())].filter((sql) => /^\s*(SELECT|UPDATE)/.test(sql) && !sql.includes(NEWEST));
    const plans = read.map((sql) => ({ sql, plan: planOf(desk.database.location, sql) }));
    expect(plans.filter(({ sql }) => /"Order"|`Order`/.test(sql)).length).toBeGreaterThan(10);
    expect(plans.filter(({ plan }) => plan.some((line) => READS_ALL.test(line)))).toEqual([]);
  });
});
