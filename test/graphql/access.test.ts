import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { localUser } from '../../src/access/index.ts';
import { type Caller, createPipeline, type Pipeline } from '../../src/graphql/index.ts';
import { importBars } from '../../src/market/index.ts';
import { startStrategyOptimization } from '../../src/optimize/index.ts';
import { createScheduledJob, runScheduledJob } from '../../src/scheduler/index.ts';
import { createStrategy } from '../../src/strategies/index.ts';
import { dataOf, post, subscribeOverSse } from '../api/graphql-clients.ts';
import { rest } from '../api/rest-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

/** Stands in every row of the other user, and may stand in no answer to the default user. */
const CANARY = 'CANARY7';

let server: TestApp;
let other: Caller;
let pipeline: Pipeline;
let strategyId: number;
let jobId: number;
let scheduledId: number;

beforeAll(async () => {
  server = await startTestApp();
  const { services } = server.app;
  pipeline = createPipeline(services);
  const user = await services.database.transaction((tx) =>
    tx.user.create({ data: { name: CANARY, createdAt: new Date(0) } }),
  );
  other = { principal: localUser(user.id), requestId: CANARY };
  const rows = Array.from({ length: 28 }, (_, day) => `2024-02-${String(day + 1).padStart(2, '0')},10,11,9,10,5`);
  const csv = ['date,open,high,low,close,volume', ...rows].join('\n');
  await importBars(services, other.principal, { symbol: CANARY, interval: '1d', csv });
  const base = { strategyType: 'momentum', symbols: [CANARY] };
  strategyId = (await createStrategy(services, other.principal, { ...base, name: CANARY })).id;
  const job = { ...base, strategyId, start: '2015-01-01', end: '2020-12-31', source: 'simulated' };
  jobId = (await startStrategyOptimization(services, other.principal, job)).id;
  const scheduled = {
    name: CANARY,
    jobType: 'market_scan',
    schedule: '0 0 1 1 *',
    config: { strategy_id: strategyId },
  };
  scheduledId = (await createScheduledJob(services, other.principal, scheduled)).id;
  await runScheduledJob(services, other.principal, scheduledId);
});
afterAll(() => server.stop());

async function asOther(query: string): Promise<unknown> {
  const { parse, execute, contextFactory, schema } = pipeline.enveloped(other);
  return await execute({ schema, document: parse(query), contextValue: await contextFactory() });
}

describe('rows of another user', () => {
  it('are there for their owner', async () => {
    const answer = await asOther(`{ strategy(id: "${strategyId}") { name optimizations { nodes { id } } }
      optimization(id: "${jobId}") { strategy { name } }
      scheduledJob(id: "${scheduledId}") { name runs { nodes { status } } } schedulerStatus { jobs } }`);

    expect(answer).toMatchObject({
      data: {
        strategy: { name: CANARY, optimizations: { nodes: [{ id: String(jobId) }] } },
        optimization: { strategy: { name: CANARY } },
        scheduledJob: { name: CANARY, runs: { nodes: [{ status: expect.any(String) }] } },
        schedulerStatus: { jobs: 1 },
      },
    });
  });

  it('are in no answer to a query', async () => {
    const data = await dataOf<object>(
      server.url,
      `{ strategy(id: "${strategyId}") { name } strategies { nodes { name symbols optimizations { nodes { id } } } }
         optimization(id: "${jobId}") { id trials { nodes { index } } }
         optimizations { nodes { id strategy { name } } } journal { entries { type payload } } symbols { symbol }
         scheduledJob(id: "${scheduledId}") { name } scheduledJobs { nodes { name runs { nodes { output } } } }
         schedulerStatus { jobs enabledJobs nextRun } }`,
    );

    expect(JSON.stringify(data)).not.toContain(CANARY);
    expect(data).toMatchObject({
      strategy: null,
      strategies: { nodes: [] },
      optimization: null,
      optimizations: { nodes: [] },
      journal: { entries: [] },
      scheduledJob: null,
      scheduledJobs: { nodes: [] },
      schedulerStatus: { jobs: 0, enabledJobs: 0, nextRun: null },
    });
  });

  it.each(['strategies', 'optimize', 'scheduler'])('are 404 in REST and in none of its lists: %s', async (family) => {
    const id = { strategies: strategyId, optimize: jobId, scheduler: scheduledId }[family];
    const answers = await Promise.all([
      rest(server.url, `GET /api/${family}/${id}`),
      rest(server.url, `DELETE /api/${family}/${id}`),
    ]);
    const list = await rest(server.url, `GET /api/${family}`);

    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect(list.body).toEqual([]);
    expect([...answers, list].map(({ text }) => text).join()).not.toContain(CANARY);
  });

  it.each([
    [
      'updateStrategy',
      () => `mutation { r: updateStrategy(input: {id: "${strategyId}", name: "x"}) { errors { code } } }`,
    ],
    ['deleteStrategy', () => `mutation { r: deleteStrategy(input: {id: "${strategyId}"}) { errors { code } } }`],
    [
      'updateScheduledJob',
      () => `mutation { r: updateScheduledJob(input: {id: "${scheduledId}", name: "x"}) { errors { code } } }`,
    ],
    ['cancelOptimization', () => `mutation { r: cancelOptimization(input: {id: "${jobId}"}) { errors { code } } }`],
    [
      'startStrategyOptimization',
      () => `mutation { r: startStrategyOptimization(input: {strategyType: "momentum", symbols: ["SPY"],
        start: "2020-01-01", end: "2024-12-31", strategyId: "${strategyId}"}) { errors { code } } }`,
    ],
  ])('are NOT_FOUND to %s', async (_name, query) => {
    expect(await dataOf(server.url, query())).toEqual({ r: { errors: [{ code: 'NOT_FOUND' }] } });
  });

  it.each(['deleteScheduledJob', 'runScheduledJob', 'startScheduledJob', 'stopScheduledJob'])(
    'are NOT_FOUND to %s',
    async (name) => {
      const answer = await dataOf(
        server.url,
        `mutation { r: ${name}(input: {id: "${scheduledId}"}) { errors { code } } }`,
      );

      expect(answer).toEqual({ r: { errors: [{ code: 'NOT_FOUND' }] } });
    },
  );

  it('have no signals and no events for others', async () => {
    const signals = await post(server.url, `{ strategySignals(strategyId: "${strategyId}") { symbol } }`);
    const events = await subscribeOverSse(
      server.url,
      `subscription { optimizationEvents(optimizationId: "${jobId}", after: "0") { optimizationId } }`,
    );
    const refused = await events.answers.next();
    await events.end();

    expect(signals.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    expect(refused.value?.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  });
});

describe('a caller without the scope', () => {
  it.each([
    '{ strategies { nodes { id } } }',
    '{ optimizations { nodes { id } } }',
    '{ journal { endCursor } }',
    '{ scheduledJobs { nodes { id } } }',
    '{ scheduledJob(id: 1) { id } }',
    '{ schedulerStatus { jobs } }',
    'mutation { stopScheduler(input: {}) { errors { code } } }',
    'mutation { createScheduledJob(input: {jobType: MARKET_SCAN, schedule: "@daily"}) { errors { code } } }',
    'mutation { runScheduledJob(input: {id: 1}) { errors { code } } }',
  ])('is refused %s', async (query) => {
    const caller = { ...other, principal: { ...other.principal, scopes: new Set<never>() } };
    const { parse, execute, contextFactory, schema } = pipeline.enveloped(caller);

    const answer = await execute({ schema, document: parse(query), contextValue: await contextFactory() });

    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });
});

describe('a bug in a resolver', () => {
  it('is told as INTERNAL with an id, and the log has the id and the stack', async () => {
    const bug = vi.spyOn(server.app.services.registry, 'list').mockImplementation(() => {
      throw new Error('SELECT secret FROM /etc/passwd');
    });

    const answer = await post(server.url, '{ strategyTypes { name } }');
    bug.mockRestore();

    const { message, extensions } = answer.errors?.[0] ?? {};
    const errorId = String(extensions?.['errorId']);
    expect(extensions).toEqual({ code: 'INTERNAL', errorId });
    expect(message).toBe(`Internal error ${errorId}`);
    expect(JSON.stringify(answer)).not.toMatch(/secret|passwd|stack/);
    const line = server.log.find((entry) => entry['errorId'] === errorId);
    expect(line).toMatchObject({ level: 'error', err: { stack: expect.stringContaining('SELECT secret') } });
  });
});
