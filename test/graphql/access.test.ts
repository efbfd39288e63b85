import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { localUser } from '../../src/access/index.ts';
import { createAlert, testAlert } from '../../src/alerts/index.ts';
import { createPortfolioGoal, rebalancePortfolio } from '../../src/goals/index.ts';
import { type Caller, createPipeline, type Pipeline, schema } from '../../src/graphql/index.ts';
import { importBars } from '../../src/market/index.ts';
import { startStrategyOptimization } from '../../src/optimize/index.ts';
import { killTrading, placeOrder, resumeTrading } from '../../src/orders/index.ts';
import { createScheduledJob, runScheduledJob } from '../../src/scheduler/index.ts';
import { createStrategy } from '../../src/strategies/index.ts';
import { createWebhookDestination, enqueueDeliveries } from '../../src/webhooks/index.ts';
import { dataOf, post, subscribeOverSse } from '../api/graphql-clients.ts';
import { rest } from '../api/rest-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

/** Operations that touch no rows of anybody, or make new ones of the caller's own. */
const NOBODYS = new Set([
  'system',
  'strategyTypes',
  'modelTypes',
  'featureFamilies',
  'bars',
  'quotes',
  'runBacktest',
  'startSweep',
  'startModelTuning',
]);

/** Stands in every row of the other user, and may stand in no answer to the default user. */
const CANARY = 'CANARY7';

/** A model of the other user; nobody gets as far as its bytes. */
const MODEL = {
  modelType: 'xgboost',
  params: `{"name":"${CANARY}"}`,
  featureConfig: '{"features":[],"horizon":1,"label":"direction"}',
  symbols: `["${CANARY}"]`,
  interval: '1d',
  dataSource: 'csv',
  trainedFrom: new Date(0),
  trainedUntil: new Date(0),
  rows: 1,
  longAbove: 0.5,
  shortBelow: 0.5,
  verdict: 'no_edge',
  engineVersion: '1',
  bytes: Uint8Array.of(1),
  checksum: CANARY,
  createdAt: new Date(0),
};

let server: TestApp;
let other: Caller;
let pipeline: Pipeline;
let strategyId: number;
let jobId: number;
let orderId: number;
let stopId: number;
let scheduledId: number;
let goalId: number;
let planId: number;
let alertId: number;
let destinationId: number;
let deliveryId: number;
let modelId: number;

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
  const model = { ...MODEL, ownerId: user.id, optimizationId: jobId };
  modelId = await services.database.transaction(async (tx) => (await tx.trainedModel.create({ data: model })).id);
  const order = { symbol: CANARY, side: 'buy', quantity: '1', orderType: 'market' };
  orderId = (await placeOrder(services, other.principal, { ...order, clientOrderId: CANARY })).id;
  const filled = async () => expect(await services.database.read.fill.count({ where: { orderId } })).toBe(1);
  await vi.waitFor(filled, { timeout: 60_000 });
  await killTrading(services, other.principal, { reason: CANARY, policy: 'block' });
  await resumeTrading(services, other.principal, { reason: CANARY });
  const stop = { source: 'strategy', sourceId: strategyId, symbol: CANARY, stoppedAt: new Date(0) };
  const difference = { mode: 'paper', outcome: 'failed', differences: '[]', reason: CANARY, at: new Date(0) };
  stopId = await services.database.transaction(async (tx) => {
    await tx.reconciliation.create({ data: { ownerId: user.id, ...difference } });
    return (await tx.runawayStop.create({ data: { ownerId: user.id, ...stop } })).id;
  });
  const scheduled = {
    name: CANARY,
    jobType: 'market_scan',
    schedule: '0 0 1 1 *',
    config: { strategy_id: strategyId },
  };
  scheduledId = (await createScheduledJob(services, other.principal, scheduled)).id;
  await runScheduledJob(services, other.principal, scheduledId);
  const targetWeights = [{ symbol: CANARY, weight: 0.5 }];
  goalId = (await createPortfolioGoal(services, other.principal, { name: CANARY, targetWeights })).id;
  planId = (await rebalancePortfolio(services, other.principal, { goalId, dryRun: true })).id;
  const watched = { name: CANARY, alertType: 'signal', condition: { strategy_id: strategyId } };
  alertId = (await createAlert(services, other.principal, watched)).id;
  await testAlert(services, other.principal, alertId);
  const { destination } = await createWebhookDestination(services, other.principal, { url: `https://${CANARY}.test` });
  destinationId = destination.id;
  const notice = { ownerId: user.id, event: 'price', subjectId: 1, correlationId: CANARY, at: new Date(4e12) } as const;
  await services.journal.write((write) => enqueueDeliveries(write, { ...notice, payload: { symbol: CANARY } }));
  deliveryId = (await services.database.read.webhookDelivery.findFirstOrThrow({ where: { destinationId } })).id;
});
afterAll(() => server.stop());

async function asOther(query: string): Promise<unknown> {
  const { parse, execute, contextFactory, schema: served } = pipeline.enveloped(other);
  return await execute({ schema: served, document: parse(query), contextValue: await contextFactory() });
}

describe('rows of another user', () => {
  it('are there for their owner', async () => {
    const answer = await asOther(`{ strategy(id: "${strategyId}") { name optimizations { nodes { id } } }
      optimization(id: "${jobId}") { strategy { name } model { id } } model(id: "${modelId}") { symbols }
      models { nodes { id } }
      scheduledJob(id: "${scheduledId}") { name runs { nodes { status } } } schedulerStatus { jobs } }`);

    expect(answer).toMatchObject({
      data: {
        strategy: { name: CANARY, optimizations: { nodes: [{ id: String(jobId) }] } },
        optimization: { strategy: { name: CANARY }, model: { id: String(modelId) } },
        model: { symbols: [CANARY] },
        models: { nodes: [{ id: String(modelId) }] },
        scheduledJob: { name: CANARY, runs: { nodes: [{ status: expect.any(String) }] } },
        schedulerStatus: { jobs: 2 },
      },
    });
  });

  it('are there for their owner: orders and safety', async () => {
    const answer = await asOther(`{ order(id: "${orderId}") { symbol } fills { nodes { symbol } }
      positions { symbol } stoppedSources { nodes { symbol } } safetyEvents(kind: HALTED) { nodes { reason } }
      reconciliations { nodes { reason } } }`);

    expect(answer).toMatchObject({
      data: {
        order: { symbol: CANARY },
        fills: { nodes: [{ symbol: CANARY }] },
        positions: [{ symbol: CANARY }],
        stoppedSources: { nodes: [{ symbol: CANARY }] },
        safetyEvents: { nodes: [{ reason: CANARY }] },
        reconciliations: { nodes: [{ reason: CANARY }] },
      },
    });
  });

  it('are there for their owner: goals and plans', async () => {
    const answer = await asOther(`{ goal(id: "${goalId}") { name plans { nodes { trades { symbol } } } }
      goals { nodes { targetWeights { symbol } drift { positions { symbol } } } }
      rebalancePlan(id: "${planId}") { goal { name } } }`);

    expect(answer).toMatchObject({
      data: {
        goal: { name: CANARY, plans: { nodes: [{ trades: [{ symbol: CANARY }] }] } },
        goals: { nodes: [{ targetWeights: [{ symbol: CANARY }], drift: { positions: [{ symbol: CANARY }, {}] } }] },
        rebalancePlan: { goal: { name: CANARY } },
      },
    });
  });

  it('are there for their owner, and in no answer to others: webhooks', async () => {
    const query = `{ webhookDestination(id: "${destinationId}") { url deliveries { nodes { payload } } }
      webhookDestinations { url } webhookDeliveries { nodes { payload } } }`;

    expect(await asOther(query)).toMatchObject({
      data: {
        webhookDestination: { url: `https://${CANARY.toLowerCase()}.test/` },
        webhookDeliveries: { nodes: [{ payload: { symbol: CANARY } }] },
      },
    });
    expect(await dataOf(server.url, query)).toEqual({
      webhookDestination: null,
      webhookDestinations: [],
      webhookDeliveries: { nodes: [] },
    });
    const paths = [
      'GET /',
      'PATCH /',
      'DELETE /',
      'POST /rotate-secret',
      'GET /deliveries',
      `POST /deliveries/${deliveryId}/replay`,
    ];
    for (const [method, end] of paths.map((line) => line.split(' '))) {
      const path = `/api/alerts/webhooks/${destinationId}${end === '/' ? '' : end}`;
      const answer = await rest(server.url, `${method} ${path}`, method === 'PATCH' ? { body: { enabled: true } } : {});
      expect(answer.status, `${method} ${path}`).toBe(404);
    }
  });

  it('are in no answer to a query', async () => {
    const data = await dataOf<object>(
      server.url,
      `{ strategy(id: "${strategyId}") { name } strategies { nodes { name symbols optimizations { nodes { id } } } }
         optimization(id: "${jobId}") { id trials { nodes { index } } modelTrials { nodes { index } } }
         model(id: "${modelId}") { symbols } models { nodes { params symbols optimization { id } } }
         optimizations { nodes { id strategy { name } } } journal { entries { type payload } } symbols { symbol }
         scheduledJob(id: "${scheduledId}") { name } scheduledJobs { nodes { name runs { nodes { output } } } }
         schedulerStatus { jobs enabledJobs nextRun }
         goal(id: "${goalId}") { name } goals { nodes { name } } rebalancePlan(id: "${planId}") { planHash } }`,
    );

    expect(JSON.stringify(data)).not.toContain(CANARY);
    expect(data).toMatchObject({
      strategy: null,
      strategies: { nodes: [] },
      optimization: null,
      optimizations: { nodes: [] },
      model: null,
      models: { nodes: [] },
      journal: { entries: [] },
      scheduledJob: null,
      scheduledJobs: { nodes: [] },
      schedulerStatus: { jobs: 0, enabledJobs: 0, nextRun: null },
      goal: null,
      goals: { nodes: [] },
      rebalancePlan: null,
    });
  });

  it('are in no answer to a query about alerts, and are there for their owner', async () => {
    const query = `{ alert(id: "${alertId}") { name } alerts { nodes { name triggers { nodes { message } } } }
      alertHistory { nodes { message context alert { name } } } }`;
    const data = await dataOf<object>(server.url, query);

    expect(data).toEqual({ alert: null, alerts: { nodes: [] }, alertHistory: { nodes: [] } });
    const own = await asOther(query);
    expect(own).toMatchObject({ data: { alert: { name: CANARY } } });
    expect(JSON.stringify(own)).toContain(`This is a test of the alert ${CANARY}.`);
  });

  it('are in no answer to a query about orders and safety', async () => {
    const data = await dataOf<object>(
      server.url,
      `{ order(id: "${orderId}") { symbol } orders { nodes { symbol clientOrderId effects { fills { nodes { symbol } } } } }
         fills { nodes { symbol } } positions { symbol } account { cash positions { symbol } }
         safetyStatus { state haltReason } safetyEvents { nodes { reason actor order { symbol } } }
         stoppedSources(includeReleased: true) { nodes { symbol } } reconciliations { nodes { reason } }
         verifyAudit { ok events } journal { entries { type payload order { symbol } safetyEvent { reason } } } }`,
    );

    expect(JSON.stringify(data)).not.toContain(CANARY);
    expect(data).toMatchObject({
      order: null,
      orders: { nodes: [] },
      fills: { nodes: [] },
      positions: [],
      account: { cash: '100000' },
      safetyEvents: { nodes: [] },
      stoppedSources: { nodes: [] },
      reconciliations: { nodes: [] },
      verifyAudit: { ok: true, events: 0 },
    });
  });

  it('are 404 in REST and in none of its lists: orders and safety', async () => {
    const refused = await Promise.all(
      [
        `GET /api/broker/orders/${orderId}`,
        `DELETE /api/broker/orders/${orderId}`,
        `PATCH /api/broker/orders/${orderId}`,
        `POST /api/safety/stopped-sources/${stopId}/release`,
      ].map((line) => rest(server.url, line, line.startsWith('PATCH') ? { body: { quantity: 2 } } : {})),
    );
    const lists = await Promise.all(
      ['broker/orders', 'broker/fills', 'broker/positions', 'safety/events', 'safety/stopped-sources'].map((path) =>
        rest(server.url, `GET /api/${path}`),
      ),
    );

    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(lists.map(({ body }) => body)).toEqual([[], [], [], [], []]);
    expect([...refused, ...lists].map(({ text }) => text).join()).not.toContain(CANARY);
  });

  const families = ['strategies', 'optimize', 'scheduler', 'portfolio/goals', 'alerts'] as const;
  it.each(families)('are 404 in REST and in none of its lists: %s', async (family) => {
    const jobs = { optimize: jobId, scheduler: scheduledId };
    const ids = { strategies: strategyId, 'portfolio/goals': goalId, alerts: alertId, ...jobs };
    const id = ids[family];
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
    ['cancelOrder', () => `mutation { r: cancelOrder(input: {id: "${orderId}"}) { errors { code } } }`],
    ['replaceOrder', () => `mutation { r: replaceOrder(input: {id: "${orderId}", quantity: 2}) { errors { code } } }`],
    ['releaseSource', () => `mutation { r: releaseSource(input: {id: "${stopId}"}) { errors { code } } }`],
    [
      'updateScheduledJob',
      () => `mutation { r: updateScheduledJob(input: {id: "${scheduledId}", name: "x"}) { errors { code } } }`,
    ],
    ['updatePortfolioGoal', () => `mutation { r: updatePortfolioGoal(input: {id: "${goalId}"}) { errors { code } } }`],
    ['deletePortfolioGoal', () => `mutation { r: deletePortfolioGoal(input: {id: "${goalId}"}) { errors { code } } }`],
    [
      'rebalancePortfolio',
      () => `mutation { r: rebalancePortfolio(input: {goalId: "${goalId}"}) { errors { code } } }`,
    ],
    [
      'updateWebhookDestination',
      () =>
        `mutation { r: updateWebhookDestination(input: {id: "${destinationId}", enabled: false}) { errors { code } } }`,
    ],
    [
      'deleteWebhookDestination',
      () => `mutation { r: deleteWebhookDestination(input: {id: "${destinationId}"}) { errors { code } } }`,
    ],
    [
      'rotateWebhookSecret',
      () => `mutation { r: rotateWebhookSecret(input: {id: "${destinationId}"}) { errors { code } } }`,
    ],
    [
      'replayWebhookDelivery',
      () =>
        `mutation { r: replayWebhookDelivery(input: {destinationId: "${destinationId}", id: "${deliveryId}"}) { errors { code } } }`,
    ],
    ['updateAlert', () => `mutation { r: updateAlert(input: {id: "${alertId}", name: "x"}) { errors { code } } }`],
    ['deleteAlert', () => `mutation { r: deleteAlert(input: {id: "${alertId}"}) { errors { code } } }`],
    ['testAlert', () => `mutation { r: testAlert(input: {id: "${alertId}"}) { errors { code } } }`],
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
    const predictions = await post(
      server.url,
      `{ predict(modelId: "${modelId}", start: "2024-01-01", end: "2024-12-31") { value } }`,
    );
    const events = await subscribeOverSse(
      server.url,
      `subscription { optimizationEvents(optimizationId: "${jobId}", after: "0") { optimizationId } }`,
    );
    const refused = await events.answers.next();
    await events.end();
    const orders = await subscribeOverSse(
      server.url,
      `subscription { orderEvents(orderId: "${orderId}", after: "0") { orderId } }`,
    );
    const ofOrders = await orders.answers.next();
    await orders.end();

    expect(ofOrders.value?.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    expect(signals.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    expect(predictions.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    expect(refused.value?.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  });

  it('do not come with the streams of everything', async () => {
    const { services } = server.app;
    const streams = await Promise.all(
      [
        ...['tradingEvents', 'orderEvents', 'safetyEvents', 'events'].map((name) => [name, 'correlationId'] as const),
        ['scheduleEvents', '... on ScheduledJobEvent { jobName }'] as const,
        ['goalEvents', 'goalName'] as const,
        ['alertEvents', '... on AlertTriggered { message }'] as const,
      ].map(([name, told]) =>
        subscribeOverSse(server.url, `subscription { ${name}(after: "0") { __typename cursor ${told} } }`),
      ),
    );
    const heard: string[] = [];
    const listening = streams.map(async ({ answers }) => {
      for (let next = await answers.next(); next.done !== true; next = await answers.next()) {
        heard.push(JSON.stringify(next.value));
      }
    });
    const order = { symbol: 'SPY', side: 'buy', quantity: '1', orderType: 'market' };
    const origin = { source: 'manual', sourceId: null, actor: CANARY, correlationId: CANARY } as const;
    const placed = await placeOrder(services, other.principal, order, origin);
    const filled = () => services.database.read.fill.count({ where: { orderId: placed.id } });
    await expect.poll(filled, { timeout: 60_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await Promise.all(streams.map((stream) => stream.end()));
    await Promise.allSettled(listening);

    expect(heard.join()).not.toContain(CANARY);
  });

  it('could be missed by no operation: each stands in this file', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8');
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const operations = roots.flatMap((type) => Object.keys(type?.getFields() ?? {}));

    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter((name) => !new RegExp(`\\b${name}\\b`).test(text) && !NOBODYS.has(name))).toEqual([]);
  });
});

describe('a caller without the scope', () => {
  it.each([
    '{ strategies { nodes { id } } }',
    '{ optimizations { nodes { id } } }',
    '{ journal { endCursor } }',
    '{ order(id: 1) { id } }',
    '{ orders { nodes { id } } }',
    '{ fills { nodes { id } } }',
    '{ positions { symbol } }',
    '{ account { cash } }',
    '{ safetyStatus { state } }',
    '{ safetyEvents { nodes { id } } }',
    '{ stoppedSources { nodes { id } } }',
    '{ reconciliations { nodes { id } } }',
    '{ verifyAudit { ok } }',
    'mutation { placeOrder(input: {symbol: "SPY", side: BUY, quantity: 1, orderType: MARKET}) { order { id } } }',
    'mutation { cancelOrder(input: {id: 1}) { order { id } } }',
    'mutation { replaceOrder(input: {id: 1}) { order { id } } }',
    'mutation { activateKillSwitch(input: {}) { kill { drained } } }',
    'mutation { resumeTrading(input: {}) { safety { state } } }',
    'mutation { updateSafetyLimits(input: {}) { safety { state } } }',
    'mutation { releaseSource(input: {id: 1}) { stoppedSource { id } } }',
    'mutation { resetPaperAccount(input: {}) { account { cash } } }',
    '{ model(id: 1) { id } }',
    '{ models { nodes { id } } }',
    '{ predict(modelId: 1, start: "2024-01-01", end: "2024-12-31") { value } }',
    'mutation { startModelTuning(input: {modelType: "xgboost", symbols: ["SPY"], start: "2020-01-01", end: "2024-12-31"}) { errors { code } } }',
    '{ scheduledJobs { nodes { id } } }',
    '{ scheduledJob(id: 1) { id } }',
    '{ schedulerStatus { jobs } }',
    'mutation { startScheduler(input: {}) { errors { code } } }',
    'mutation { stopScheduler(input: {}) { errors { code } } }',
    'mutation { createScheduledJob(input: {jobType: MARKET_SCAN, schedule: "@daily"}) { errors { code } } }',
    'mutation { runScheduledJob(input: {id: 1}) { errors { code } } }',
    '{ goals { nodes { id } } }',
    '{ goal(id: 1) { id } }',
    '{ rebalancePlan(id: 1) { id } }',
    'mutation { createPortfolioGoal(input: {targetWeights: []}) { errors { code } } }',
    'mutation { updatePortfolioGoal(input: {id: 1}) { errors { code } } }',
    'mutation { deletePortfolioGoal(input: {id: 1}) { errors { code } } }',
    'mutation { rebalancePortfolio(input: {goalId: 1}) { errors { code } } }',
    '{ alert(id: 1) { id } }',
    '{ alerts { nodes { id } } }',
    '{ alertHistory { nodes { id } } }',
    'mutation { createAlert(input: {alertType: PRICE, condition: {symbol: "SPY", above: 1}}) { errors { code } } }',
    'mutation { updateAlert(input: {id: 1}) { errors { code } } }',
    'mutation { deleteAlert(input: {id: 1}) { deletedId } }',
    'mutation { testAlert(input: {id: 1}) { errors { code } } }',
    '{ webhookDestinations { id } }',
    '{ webhookDestination(id: 1) { id } }',
    '{ webhookDeliveries { nodes { id } } }',
    'mutation { createWebhookDestination(input: {url: "https://example.com"}) { errors { code } } }',
    'mutation { updateWebhookDestination(input: {id: 1}) { errors { code } } }',
    'mutation { deleteWebhookDestination(input: {id: 1}) { deletedId } }',
    'mutation { rotateWebhookSecret(input: {id: 1}) { errors { code } } }',
    'mutation { replayWebhookDelivery(input: {destinationId: 1, id: 1}) { errors { code } } }',
  ])('is refused %s', async (query) => {
    const caller = { ...other, principal: { ...other.principal, scopes: new Set<never>() } };
    const { parse, execute, contextFactory, schema: served } = pipeline.enveloped(caller);

    const contextValue = await contextFactory();
    const answer = await execute({ schema: served, document: parse(query), contextValue });

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
