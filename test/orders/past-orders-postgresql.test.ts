/**
 * As `past-orders`, on PostgreSQL, which decides by what it knows of the rows: there are many orders of the past, and the statements of a
 * kill are explained with the values that they ran with.
 */
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { killTrading, reconcile, resumeTrading } from '../../src/orders/index.ts';
import { sweepKill } from '../../src/orders/kill/kill-sweep.ts';
import { expireClaims, settleUnknown } from '../../src/orders/settle-unknown.ts';
import { createTestDatabase, TEST_PROVIDERS } from '../support/database.ts';
import { COIN, codeOf, liftLimits, openDesk, placeResting } from '../support/kill-desk.ts';
import { queryPostgres } from '../support/postgres-server.ts';
import { ScriptedBroker } from '../support/scripted-broker/adapter.ts';
import { startScriptedBroker } from '../support/scripted-broker/start.ts';

/** Orders that ended long ago. */
const PAST = 20_000;

interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** Takes down what any connection of this process is asked, until the test ends. */
function takeDown(): readonly Statement[] {
  const said: Statement[] = [];
  const real = Reflect.get(pg.Client.prototype, 'query');
  const heard = function (this: pg.Client, ...asked: readonly [Statement]): unknown {
    said.push(asked[0]);
    return Reflect.apply(real, this, asked);
  };
  Reflect.set(pg.Client.prototype, 'query', heard);
  onTestFinished(() => void Reflect.set(pg.Client.prototype, 'query', real));
  return said;
}

/** A step of a plan, as far as it is looked at. */
const Step = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  get Plans() {
    return z.array(Step).optional();
  },
});

function stepsOf(step: z.infer<typeof Step>): readonly z.infer<typeof Step>[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)];
}

/** Whether a step reads all orders, or all of an owner, of one mode at best. */
function readsAll(step: z.infer<typeof Step>): boolean {
  if (step['Relation Name'] !== 'Order') return false;
  const columns = step['Index Cond']?.matchAll(/"?(\w+)"? (?:=|<|>|IS)/g);
  const isNarrow = columns === undefined || [...columns].some(([, name]) => name !== 'ownerId' && name !== 'mode');
  return step['Node Type'] === 'Seq Scan' || !isNarrow;
}

describe.skipIf(!TEST_PROVIDERS.includes('postgresql'))('orders of the past, on PostgreSQL', () => {
  it('are not read by a kill, nor by what follows it', async () => {
    const test = await createTestDatabase('postgresql');
    const broker = await startScriptedBroker();
    await broker.control.setQuote(COIN, '100');
    const desk = await openDesk(await test.open(), new ScriptedBroker({ url: broker.url }));
    onTestFinished(async () => {
      await desk.close();
      await broker.close();
      await test.drop();
    });
    await liftLimits(desk);
    const { id } = await placeResting(desk);
    const columns = await queryPostgres(
      test.url,
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'Order' AND column_name <> 'id'`,
    );
    const names = columns.map(({ name }) => `"${String(name)}"`);
    const past = new Map([
      ['"clientOrderId"', `'past-' || n`],
      ['"brokerOrderId"', 'NULL'],
      ['"status"', `'filled'`],
      ['"endedAt"', `"createdAt" - interval '30 days'`],
      ['"createdAt"', `"createdAt" - interval '31 days'`],
    ]);
    const values = names.map((name) => past.get(name) ?? name);
    await queryPostgres(
      test.url,
      `INSERT INTO "Order" (${names.join(', ')}) SELECT ${values.join(', ')} FROM "Order", generate_series(1, ${PAST}) n WHERE "id" = ${id}`,
    );
    await queryPostgres(test.url, 'ANALYZE "Order"');
    const ownerId = desk.user.userId;
    const said = takeDown();

    await killTrading(desk, desk.user);
    await codeOf(placeResting(desk));
    await killTrading(desk, desk.user, { policy: 'flatten' });
    await sweepKill(desk, ownerId);
    await resumeTrading(desk, desk.user);
    await placeResting(desk);
    await Promise.all([settleUnknown(desk), expireClaims(desk)]);
    await reconcile(desk, { ownerId, mode: 'paper' });

    const statements = [...said].filter(({ text }) => /^\s*(SELECT|UPDATE|WITH)[^]*"Order"/.test(text));
    const client = new pg.Client({ connectionString: test.url });
    await client.connect();
    onTestFinished(() => client.end());
    const plans: { readonly text: string; readonly steps: readonly z.infer<typeof Step>[] }[] = [];
    for (const { text, values: given = [] } of statements) {
      const { rows } = await client.query<{ 'QUERY PLAN': unknown }>({
        text: `EXPLAIN (FORMAT JSON) ${text}`,
        values: [...given],
      });
      const [plan] = z.array(z.object({ Plan: Step })).parse(rows[0]?.['QUERY PLAN']);
      if (plan !== undefined) plans.push({ text, steps: stepsOf(plan.Plan) });
    }
    expect(plans.length).toBeGreaterThan(10);
    expect(plans.filter(({ steps }) => steps.some(readsAll))).toEqual([]);
  });
});
