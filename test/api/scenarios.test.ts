/** The scenarios of the specification that this version serves, in its words, on either database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/index.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { TEST_PROVIDERS } from '../support/database.ts';
import { SocketClient } from '../support/sockets.ts';
import { listOf, objectOf, rest } from './rest-client.ts';

const request = { strategy_type: 'momentum', symbols: ['SPY'], start: '2020-01-01', end: '2024-12-31' };

/** 1,600 combinations on 25 years: seconds on one thread. */
const longRequest = {
  ...request,
  start: '2000-01-01',
  param_grid: {
    short_window: Array.from({ length: 40 }, (_, index) => index + 2),
    long_window: Array.from({ length: 40 }, (_, index) => index + 100),
  },
};

describe.each(TEST_PROVIDERS)('on %s', (provider) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ provider });
  });
  afterAll(() => server.stop());

  async function submit(body: JsonObject): Promise<number> {
    return Number(objectOf(await rest(server.url, 'POST /api/optimize/strategy', { body }))['job_id']);
  }

  async function statusOf(id: number): Promise<unknown> {
    return objectOf(await rest(server.url, `GET /api/optimize/${id}`))['status'];
  }

  it('submit optimization job: the system returns 200 with {job_id, status: "running", total_combinations}', async () => {
    const answer = await rest(server.url, 'POST /api/optimize/strategy', { body: request });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ job_id: expect.any(Number), status: 'running', total_combinations: 18 });
  });

  it('get completed results: 200 with {status: "complete", results: [...ranked results...], best_params: {...}}', async () => {
    const id = await submit(request);
    await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('complete');

    const answer = await rest(server.url, `GET /api/optimize/${id}`);

    expect(answer.status).toBe(200);
    const { results, best_params: best } = objectOf(answer);
    const ranked = results as readonly JsonObject[];
    expect(ranked.map(({ rank }) => rank)).toEqual(ranked.map((_, index) => index + 1));
    expect(ranked.length).toBeGreaterThan(1);
    expect(best).toEqual(ranked[0]?.['params']);
  });

  it('get running job status: 200 with {status: "running", progress: {combo, total}}', async () => {
    const id = await submit(longRequest);
    await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('running');

    const answer = await rest(server.url, `GET /api/optimize/${id}`);

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      status: 'running',
      progress: { combo: expect.any(Number), total: 1600 },
    });
    await rest(server.url, `DELETE /api/optimize/${id}`);
  });

  it('list jobs: GET /api/optimize/ returns 200 with array of {id, strategy_type, status, created_at, best_sharpe}', async () => {
    const id = await submit(request);
    await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('complete');

    const answer = await rest(server.url, 'GET /api/optimize/');

    expect(answer.status).toBe(200);
    expect(listOf(answer)[0]).toMatchObject({
      id,
      strategy_type: 'momentum',
      status: 'complete',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      best_sharpe: expect.any(Number),
    });
  });

  it('cancel running job: 200 with {status: "cancelled"} and stops the job gracefully', async () => {
    const id = await submit(longRequest);
    await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('running');

    const answer = await rest(server.url, `DELETE /api/optimize/${id}`);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ status: 'cancelled' });
    expect(await statusOf(id)).toBe('cancelled');
    expect(server.app.services.runner.runningCount).toBe(0);
  });

  it('connect and receive updates: JSON messages with {job_id, combo, total, fold, n_folds, status}', async () => {
    const id = await submit(longRequest);
    const client = await SocketClient.open(server, '/ws/optimize');

    const [connected, update] = await client.take(2);

    expect(connected).toMatchObject({ type: 'connected', channel: 'optimize' });
    const figure = expect.any(Number);
    expect(update).toMatchObject({
      job_id: id,
      combo: figure,
      total: 1600,
      fold: figure,
      n_folds: 5,
      status: 'running',
    });
    await client.leave();
    await rest(server.url, `DELETE /api/optimize/${id}`);
  });
});
