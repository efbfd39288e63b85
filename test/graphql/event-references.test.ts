import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { dataOf } from '../api/graphql-clients.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { statementsRun } from '../support/statements-run.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(async () => {
  await server.stop();
  expect(server.bugs()).toEqual([]);
});
afterEach(() => void vi.restoreAllMocks());

// oxlint-disable-next-line typescript/no-explicit-any -- Whatever JSON there is; each test says what it expects of it.
type Any = any;

const ENTRIES = `type subjectType subjectId order { symbol } goal { name deletedAt } scheduledJob { name } alert { name }`;

/** The answer of a document, and how often each table was read for it. */
async function counted(
  document: string,
): Promise<{ readonly data: Any; readonly reads: Readonly<Record<string, number>> }> {
  vi.restoreAllMocks();
  const statements = statementsRun();
  const data = await dataOf<Any>(server.url, document);
  const reads: Record<string, number> = {};
  for (const sql of statements()) {
    const table = /FROM `main`\.`(\w+)`/.exec(sql)?.[1];
    if (table !== undefined) reads[table] = (reads[table] ?? 0) + 1;
  }
  return { data, reads };
}

describe('what an event is about', () => {
  it('is read once for a page of the journal, whatever its length', async () => {
    const order = '{symbol: "SPY", side: BUY, quantity: "1", orderType: LIMIT, limitPrice: "1", timeInForce: GTC}';
    const goal = (n: number) => `{name: "Goal ${n}", targetWeights: [{symbol: "SPY", weight: "0.${n}"}]}`;
    const alert = (n: number) => `{name: "Alert ${n}", alertType: PRICE, condition: {symbol: "SPY", above: ${n}000}}`;
    await dataOf(server.url, `mutation { placeOrder(input: ${order}) { order { id } } }`);
    for (let n = 1; n <= 5; n += 1) {
      await dataOf(
        server.url,
        `mutation { createPortfolioGoal(input: ${goal(n)}) { goal { id } errors { message } }
          createAlert(input: ${alert(n)}) { alert { id } errors { message } } }`,
      );
    }
    await dataOf(
      server.url,
      `mutation { deleteAlert(input: {id: 5}) { deletedId } deletePortfolioGoal(input: {id: 5}) { deletedId } }`,
    );

    // What reacts to the deletions reads too, for a moment.
    const data = await eventually('one read of each table', async () => {
      const { data: answer, reads } = await counted(`{ journal(first: 100) { entries { ${ENTRIES} } } }`);
      return ['Order', 'Goal', 'Alert', 'ScheduledJob'].every((table) => reads[table] === 1) ? answer : null;
    });
    const { entries } = data.journal;
    const of = (type: string) => entries.filter((entry: Any) => entry.type === type);

    expect(of('OrderDenied').concat(of('OrderPlaced'))).toMatchObject([
      { order: { symbol: 'SPY' }, goal: null, alert: null },
    ]);
    expect(of('GoalCreated').map((entry: Any) => entry.goal?.name ?? null)).toEqual([
      ...['Goal 1', 'Goal 2', 'Goal 3', 'Goal 4', null],
    ]);
    expect(of('AlertCreated').map((entry: Any) => entry.alert?.name ?? null)).toEqual([
      ...['Alert 1', 'Alert 2', 'Alert 3', 'Alert 4', null],
    ]);
    expect(of('JobCreated').map((entry: Any) => entry.scheduledJob?.name ?? null)).toEqual([
      ...['Check of Goal 1', 'Check of Goal 2', 'Check of Goal 3', 'Check of Goal 4', null],
    ]);
  });
});
