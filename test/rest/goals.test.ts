import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/index.ts';
import { WEBSOCKET_CHANNELS } from '../../src/ws/index.ts';
import { dataOf, post } from '../api/graphql-clients.ts';
import { eventually } from '../support/eventually.ts';
import { SocketClient } from '../support/sockets.ts';
import { describedServer } from './described.ts';

const { call, server } = describedServer();

const weights = { SPY: 0.6, QQQ: 0.3, CASH: 0.1 };
const goal = { name: 'Mine', target_weights: weights, drift_threshold: 0.05 };

describe('portfolio goals', () => {
  it('are created, read, changed by PUT and PATCH alike, and deleted with their job', async () => {
    const created = await call('POST', '/api/portfolio/goals', { body: goal });
    const path = created.headers.get('location') ?? 'none';
    const jobs = (await call('GET', '/api/scheduler')).body;
    const patched = await call('PATCH', path, { body: { rebalance_mode: 'off', check_schedule: '0 12 * * *' } });
    const off = (await call('GET', `/api/scheduler/${jobs[0].id}`)).body;
    const put = await call('PUT', path, { body: { target_weights: { 'brk.b': '0.5' }, rebalance_mode: 'alert' } });
    const listed = await call('GET', '/api/portfolio/goals');
    const deleted = await call('DELETE', path);

    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      ...goal,
      rebalance_mode: 'alert',
      check_schedule: '*/15 9-15 * * 1-5',
      status: 'active',
      last_checked_at: null,
    });
    expect(jobs).toMatchObject([{ job_type: 'portfolio_check', calendar: 'XNYS', config: { goal_ids: [1] } }]);
    expect(patched.body).toMatchObject({ status: 'paused', rebalance_mode: 'off', check_schedule: '0 12 * * *' });
    expect(off).toMatchObject({ enabled: false, schedule: '0 12 * * *' });
    expect(put.body).toMatchObject({ ...goal, target_weights: { 'BRK.B': 0.5 }, status: 'active' });
    expect(listed.body).toEqual([put.body]);
    expect(deleted.body).toEqual({ id: 1, status: 'deleted' });
    expect((await call('GET', '/api/scheduler')).body).toEqual([]);
    expect((await call('GET', path)).status).toBe(404);
  });

  it.each([
    ['target_weights', { target_weights: { SPY: 0.6, QQQ: 0.4001 } }, 'add up to 1.0001'],
    ['target_weights', { target_weights: { SPY: 1, QQQ: 1 } }, 'add up to 2.'],
    ['target_weights', { target_weights: {} }, 'at least one'],
    ['target_weights.SPY', { target_weights: { SPY: -0.1 } }, '-0.1'],
    ['target_weights.SPY', { target_weights: { SPY: 'NaN' } }, 'NaN'],
    ['target_weights.SPY', { target_weights: { SPY: null } }, 'null'],
    ['target_weights.spy', { target_weights: { SPY: 0.1, spy: 0.1 } }, 'SPY must have one weight'],
    ['target_weights.BRK.B', { target_weights: { 'BRK.B': 2 } }, 'BRK.B'],
    ['drift_threshold', { drift_threshold: 1 }, 'below 1'],
    ['check_schedule', { check_schedule: '* * * * * *' }, 'once a minute'],
    ['rebalance_mode', { rebalance_mode: 'never' }, 'never'],
    ['weights', { weights: {} }, 'no field'],
  ])('are refused with 422 at %s: %j', async (path, changes, told) => {
    const answer = await call('POST', '/api/portfolio/goals', { body: { ...goal, ...changes } });

    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { path: string | string[] }) => [error.path].flat().join('.'))).toContain(
      path,
    );
    expect(answer.body.detail).toContain(told);
  });

  it('need no more than weights, which reach no infinity', async () => {
    const body = '{"target_weights": {"SPY": 1e999}}';
    const infinite = await call('POST', '/api/portfolio/goals', { body });
    const least = await call('POST', '/api/portfolio/goals', { body: { target_weights: { SPY: 0.6 } } });

    expect(infinite.status).toBe(422);
    expect(least.body).toMatchObject({ name: 'SPY 60 %', drift_threshold: 0.05, rebalance_mode: 'alert' });
    await call('DELETE', `/api/portfolio/goals/${least.body.id}`);
  });
});

describe('a portfolio on its way to a goal', () => {
  const channel = WEBSOCKET_CHANNELS.find(({ path }) => path === '/ws/orders');
  const schemas = z.union(Object.values(channel?.messages ?? {}));

  async function goalMessages(client: SocketClient, last: string): Promise<readonly JsonObject[]> {
    const heard: JsonObject[] = [];
    for (;;) {
      const message = await client.next();
      expect(schemas.safeParse(message).error?.issues, JSON.stringify(message)).toBeUndefined();
      if (message['goal_id'] !== undefined) heard.push(message);
      if ((message['event'] ?? message['type']) === last) return heard;
    }
  }

  it('drifts, is told so, and is brought back by a plan that was seen', async () => {
    const client = await SocketClient.open(server(), '/ws/orders');
    await client.next();
    const { id, name } = (await call('POST', '/api/portfolio/goals', { body: goal })).body;
    const path = `/api/portfolio/goals/${id}`;
    const [job] = (await call('GET', '/api/scheduler')).body;
    const drift = (await call('GET', `${path}/drift`)).body;
    const run = (await call('POST', `/api/scheduler/${job.id}/run`)).body;
    const breached = (await call('GET', path)).body;
    const seen = (await call('POST', `${path}/rebalance`, { body: { dry_run: true } })).body;
    const executed = (await call('POST', `${path}/rebalance`, { body: { plan_hash: seen.plan_hash } })).body;
    const after = (await call('GET', `${path}/drift`)).body;
    const again = (await call('POST', `${path}/rebalance`)).body;
    const heard = await goalMessages(client, 'RebalanceExecuted');
    const recovered = await goalMessages(client, 'GoalRecovered');

    expect(drift).toMatchObject({ goal_id: id, total_value: 100_000, max_drift: 0.6, needs_rebalance: true });
    expect(drift.positions).toMatchObject([
      { symbol: 'QQQ', quantity: 0, target_weight: 0.3, drift: -0.3, drift_pct: -30, breached: true },
      { symbol: 'SPY', quantity: 0, target_weight: 0.6, drift: -0.6, drift_pct: -60, breached: true },
      { symbol: 'CASH', quantity: 100_000, target_weight: 0.1, current_weight: 1, drift_pct: 90, breached: false },
    ]);
    expect(run).toMatchObject({ status: 'succeeded', output: { goals: [{ goal_id: id, plan_status: 'suggested' }] } });
    expect(breached).toMatchObject({ status: 'breached', last_checked_at: expect.any(String) });
    expect(seen).toMatchObject({ goal_id: id, status: 'suggested', cash_before: 100_000 });
    expect(executed).toMatchObject({ plan_hash: seen.plan_hash, status: 'executed' });
    expect(executed.trades).toMatchObject([
      { symbol: 'SPY', side: 'buy', status: 'filled', order_id: expect.any(Number), reason: null },
      { symbol: 'QQQ', side: 'buy', status: 'filled', order_id: expect.any(Number), reason: null },
    ]);
    expect(after).toMatchObject({ needs_rebalance: false });
    expect(after.max_drift).toBeLessThan(0.01);
    expect(again).toMatchObject({ status: 'not_needed', trades: [] });
    expect(heard.map(({ type, event }) => event ?? type)).toEqual([
      ...['GoalCreated', 'goal_drift', 'RebalancePlanned', 'RebalancePlanned', 'RebalanceStarted', 'RebalanceExecuted'],
    ]);
    expect(heard[1]).toMatchObject({ goal_id: id, name, max_drift: 0.6, threshold: 0.05, symbols: ['QQQ', 'SPY'] });
    expect(recovered.at(-1)).toMatchObject({ event: 'GoalRecovered', plan_id: null });
  });

  it('has its cause and effect in one query: from an order to the schedule, and back', async () => {
    await call('PATCH', '/api/safety', { body: { max_daily_trades: 100 } });
    const [{ id: jobId }] = (await call('GET', '/api/scheduler')).body;
    const [{ id }] = (await call('GET', '/api/portfolio/goals')).body;
    await call('PATCH', `/api/portfolio/goals/${id}`, {
      body: { rebalance_mode: 'auto', target_weights: { SPY: 0.2, QQQ: 0.6 } },
    });
    const run = (await call('POST', `/api/scheduler/${jobId}/run`)).body;
    const walked = await dataOf<{ readonly orders: { readonly nodes: readonly JsonObject[] } }>(
      server().url,
      `{ orders(first: 2, source: REBALANCE) { nodes { side symbol source
        causationEvent { type causedBy { type causedBy { type subjectId } } }
        causedBy { __typename ... on RebalancePlan { status actor
          orders { nodes { symbol } } trades { symbol status order { id } }
          goal { name scheduledJob { id } plans(first: 1) { nodes { id } } }
          jobRun { id status job { goal { id } } rebalancePlans { nodes { status } } } } } } } }`,
    );

    expect(run.output).toMatchObject({ goals: [{ goal_id: id, plan_status: 'executed' }] });
    expect(walked.orders.nodes.map(({ side, symbol }) => [side, symbol])).toEqual([
      ['BUY', 'QQQ'],
      ['SELL', 'SPY'],
    ]);
    expect(walked.orders.nodes[0]).toMatchObject({
      causationEvent: {
        type: 'RebalanceStarted',
        causedBy: { type: 'GoalDrifted', causedBy: { type: 'JobRunStarted', subjectId: String(jobId) } },
      },
      causedBy: {
        __typename: 'RebalancePlan',
        status: 'EXECUTED',
        actor: `goal:${id}`,
        orders: { nodes: [{ symbol: 'SPY' }, { symbol: 'QQQ' }] },
        goal: { name: 'Mine', scheduledJob: { id: String(jobId) } },
        jobRun: { id: String(run.run_id), job: { goal: { id: String(id) } }, rebalancePlans: { nodes: [{}] } },
      },
    });
  });

  it('keeps that way when goal and job are deleted, and shows them nowhere else', async () => {
    const [{ id: jobId }] = (await call('GET', '/api/scheduler')).body;
    const [{ id }] = (await call('GET', '/api/portfolio/goals')).body;
    await call('POST', '/api/alerts', { body: { alert_type: 'rebalance', condition: { goal_id: id } } });
    const before = (await call('GET', '/api/scheduler/status')).body;
    const deleted = await call('DELETE', `/api/portfolio/goals/${id}`);
    const walked = await dataOf<JsonObject>(
      server().url,
      `{ orders(first: 1, source: REBALANCE) { nodes { causedBy { ... on RebalancePlan {
          goal { id deletedAt status checkSchedule }
          jobRun { status job { id deletedAt status enabled goal { id } nextRuns runs { nodes { status } } } } } } } }
        goals { nodes { id } } scheduledJobs { nodes { id } } goal(id: "${id}") { id } scheduledJob(id: "${jobId}") { id } }`,
    );

    expect(deleted).toMatchObject({ status: 200, body: { id, status: 'deleted' } });
    expect(walked).toEqual({
      ...{ goals: { nodes: [] }, scheduledJobs: { nodes: [] }, goal: null, scheduledJob: null },
      orders: {
        nodes: [
          {
            causedBy: {
              goal: { id: String(id), deletedAt: expect.any(String), status: 'PAUSED', checkSchedule: null },
              jobRun: {
                status: 'SUCCEEDED',
                job: {
                  ...{ id: String(jobId), deletedAt: expect.any(String), status: 'DISABLED', enabled: false },
                  ...{ goal: { id: String(id) }, nextRuns: [] },
                  // Only those that made plans.
                  runs: { nodes: [{ status: 'SUCCEEDED' }, { status: 'SUCCEEDED' }] },
                },
              },
            },
          },
        ],
      },
    });
    for (const path of [`/api/portfolio/goals/${id}`, `/api/scheduler/${jobId}`]) {
      for (const [method, body] of [['GET'], ['PUT', { name: 'x' }], ['DELETE']] as const) {
        expect(await call(method, path, body && { body }), `${method} ${path}`).toMatchObject({ status: 404 });
      }
    }
    for (const path of ['run', 'start', 'stop']) {
      expect(await call('POST', `/api/scheduler/${jobId}/${path}`), path).toMatchObject({ status: 404 });
    }
    expect((await call('GET', `/api/scheduler/${jobId}/runs`)).status).toBe(404);
    expect((await call('GET', '/api/scheduler')).body).toEqual([]);
    expect((await call('GET', '/api/portfolio/goals')).body).toEqual([]);
    expect((await call('GET', '/api/scheduler/status')).body).toMatchObject({ jobs: before.jobs - 1 });
    const check = { job_type: 'portfolio_check', schedule: '0 9 * * *', config: { goal_ids: [id] } };
    expect(await call('POST', '/api/scheduler', { body: check })).toMatchObject({ status: 422 });
    await eventually('the alert on it to be disabled', async () => {
      const [alert] = (await call('GET', '/api/alerts')).body;
      return alert.enabled === false ? true : null;
    });
  });

  it('sends one rebalance in a request, and answers errors that can be acted on', async () => {
    const { id } = (await call('POST', '/api/portfolio/goals', { body: goal })).body;
    const twice = await post(
      server().url,
      `mutation { a: rebalancePortfolio(input: {goalId: "${id}"}) { plan { id } }
        b: rebalancePortfolio(input: {goalId: "${id}"}) { plan { id } } }`,
    );
    const unknown = await call('POST', `/api/portfolio/goals/${id}/rebalance`, { body: { plan_hash: 'abc' } });
    const missing = await call('POST', '/api/portfolio/goals/99/rebalance');

    expect(twice.errors?.[0]?.message).toContain('2 orders in one mutation');
    expect(unknown).toMatchObject({ status: 422, body: { errors: [{ path: expect.anything() }] } });
    expect(missing.status).toBe(404);
  });
});
