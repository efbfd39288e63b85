import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ThreadPool } from '../../src/compute/index.ts';
import { type JsonObject, randomIds, seededRandom, systemClock } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import {
  CancelOptimizationDocument,
  createPipeline,
  StartStrategyOptimizationDocument,
} from '../../src/graphql/index.ts';
import { MarketData, SimulatedProvider } from '../../src/market/index.ts';
import { OptimizationRunner } from '../../src/optimize/index.ts';
import { StoredModels } from '../../src/predictions/index.ts';
import { Admission } from '../../src/rest/index.ts';
import { JobTypeRegistry, Scheduler } from '../../src/scheduler/index.ts';
import { ensureDefaultUser } from '../../src/storage/index.ts';
import { builtInStrategies, StrategyRegistry } from '../../src/strategies/index.ts';
import { attachWebSockets, WEBSOCKET_CHANNELS } from '../../src/ws/index.ts';
import { composeTrading } from '../support/compose-trading.ts';
import { createTestDatabase } from '../support/database.ts';
import { silentLog } from '../support/log.ts';
import { testSecrets } from '../support/secrets.ts';
import { SocketClient } from '../support/sockets.ts';
import { builtWorkerUrl } from '../support/worker-url.ts';

/** Everything that stands behind the channel, threads included. */
async function startEngine() {
  const testDatabase = await createTestDatabase('sqlite');
  const database = await testDatabase.open();
  const userId = await ensureDefaultUser(database, systemClock);
  const journal = new Journal({ database, clock: systemClock });
  await journal.start();
  const compute = new ThreadPool({ workerUrl: builtWorkerUrl, threads: 1 });
  const registry = new StrategyRegistry(builtInStrategies);
  const models = new StoredModels({ database, compute });
  const market = new MarketData({
    database,
    provider: new SimulatedProvider({ clock: systemClock, seed: '1' }),
    clock: systemClock,
  });
  const shared = {
    database,
    journal,
    clock: systemClock,
    ids: randomIds,
    log: silentLog,
    registry,
    models,
    market,
    compute,
  };
  const runner = new OptimizationRunner({ ...shared, maxRunningJobs: 1 });
  const limits = { minBarsPerSplit: 100, maxCombinations: 10_000, maxRunningJobs: 1, maxWaitingJobs: 10 };
  const { close: closeTrading, ...trading } = composeTrading(shared);
  const jobTypes = new JobTypeRegistry([]);
  const scheduler = new Scheduler({ ...shared, jobTypes });
  const webhooks = { secrets: testSecrets(), webhookTargets: { allowHttp: false, allowPrivate: false } };
  const info = { version: '0' };
  const pipeline = createPipeline({ ...shared, ...trading, ...webhooks, runner, limits, jobTypes, scheduler, info });
  const caller = { principal: { userId, scopes: new Set(['read', 'trade'] as const) }, requestId: 'test' };
  const server: Server = createServer();
  const sockets = attachWebSockets(server, {
    pipeline,
    channels: WEBSOCKET_CHANNELS,
    head: () => journal.head(),
    isHostAllowed: () => true,
    isOriginAllowed: () => true,
    authenticate: () => caller,
    random: seededRandom('optimize'),
    admission: new Admission(),
    ids: randomIds,
    log: silentLog,
  });
  runner.start();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const stop = async () => {
    await sockets.close();
    server.close();
    await runner.close();
    await closeTrading();
    await compute.close();
    await journal.close();
    await testDatabase.drop();
  };
  return { pipeline, caller, port: address.port, stop };
}

let engine: Awaited<ReturnType<typeof startEngine>>;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

/** Starts a job and answers its id. */
async function startJob(shortWindows: readonly number[]): Promise<string> {
  const input = {
    strategyType: 'momentum',
    symbols: ['SPY'],
    start: '2015-01-01',
    end: '2020-12-31',
    paramGrid: { short_window: shortWindows, long_window: [50, 100] },
  };
  const { data, errors } = await engine.pipeline.execute(StartStrategyOptimizationDocument, { input }, engine.caller);
  const optimization = data?.startStrategyOptimization.optimization;
  if (optimization === null || optimization === undefined) throw new Error(JSON.stringify({ data, errors }));
  return optimization.id;
}

/** Everything up to the message that a job has ended, each held against its schema. */
async function untilComplete(client: SocketClient): Promise<readonly JsonObject[]> {
  const schemas = z.union(WEBSOCKET_CHANNELS.flatMap(({ messages }) => Object.values(messages)));
  const heard: JsonObject[] = [];
  while (heard.at(-1)?.['type'] !== 'complete') {
    const message = await client.next();
    expect(schemas.safeParse(message).error?.issues).toBeUndefined();
    heard.push(message);
  }
  return heard;
}

describe('/ws/optimize', () => {
  it('tells how far a job is, and its end', async () => {
    const client = await SocketClient.open(engine, '/ws/optimize');
    expect(await client.next()).toMatchObject({ type: 'connected', channel: 'optimize' });

    const jobId = Number(await startJob([5, 10, 15, 20]));
    const heard = await untilComplete(client);

    expect(heard.length).toBeGreaterThan(1);
    expect(heard[0]).toMatchObject({ type: 'progress', job_id: jobId, total: 8, n_folds: 5, status: 'running' });
    expect(heard.at(-1)).toEqual({
      type: 'complete',
      at: expect.stringMatching(/Z$/),
      cursor: expect.stringMatching(/^\d+$/),
      job_id: jobId,
      status: 'complete',
      best_sharpe: expect.any(Number),
      total_combos: 8,
      error: null,
    });
    await client.leave();
  });

  it('tells only of the job that is asked for', async () => {
    const first = await startJob([5]);
    const second = await startJob([10]);
    const client = await SocketClient.open(engine, `/ws/optimize?after=0&job_id=${second}`);
    await client.next();

    const heard = await untilComplete(client);

    expect(new Set(heard.map((message) => message['job_id']))).toEqual(new Set([Number(second)]));
    expect(first).not.toBe(second);
    await client.leave();
  });

  it('tells that a job was cancelled', async () => {
    const blocking = await startJob(Array.from({ length: 45 }, (_, i) => i + 2));
    const client = await SocketClient.open(engine, `/ws/optimize?job_id=${blocking}`);
    await client.next();

    await engine.pipeline.execute(CancelOptimizationDocument, { input: { id: blocking } }, engine.caller);
    const heard = await untilComplete(client);

    expect(heard.at(-1)).toMatchObject({ type: 'complete', status: 'cancelled', total_combos: 90 });
    await client.leave();
  });

  it.each(['0', '-1', 'abc', '1e3', '99999999999'])('refuses the job_id %s with 4400', async (jobId) => {
    const client = await SocketClient.open(engine, `/ws/optimize?job_id=${jobId}`);

    expect(await client.take(2)).toMatchObject([{ type: 'connected' }, { type: 'error', code: 'VALIDATION' }]);
    expect((await client.closed).code).toBe(4400);
  });
});
