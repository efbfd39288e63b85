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
    short_window: Array.from({ length: 90 }, (_, index) => index + 2),
    long_window: Array.from({ length: 100 }, (_, index) => index + 100),
  },
};

interface Sweep {
  readonly by_strategy: Readonly<Record<string, readonly JsonObject[]>>;
  readonly recommendation: JsonObject;
}

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
    await expect.poll(() => statusOf(id), { timeout: 60_000 }).toBe('complete');

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
    await expect.poll(() => statusOf(id), { timeout: 60_000 }).toBe('running');

    const answer = await rest(server.url, `GET /api/optimize/${id}`);

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      status: 'running',
      progress: { combo: expect.any(Number), total: 9000 },
    });
    await rest(server.url, `DELETE /api/optimize/${id}`);
  });

  it('list jobs: GET /api/optimize/ returns 200 with array of {id, strategy_type, status, created_at, best_sharpe}', async () => {
    const id = await submit(request);
    await expect.poll(() => statusOf(id), { timeout: 60_000 }).toBe('complete');

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
    await expect.poll(() => statusOf(id), { timeout: 60_000 }).toBe('running');

    const answer = await rest(server.url, `DELETE /api/optimize/${id}`);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ status: 'cancelled' });
    expect(await statusOf(id)).toBe('cancelled');
    expect(server.app.services.runner.runningCount).toBe(0);
  });

  it('sweep all strategies: 200 with {job_id, status: "running", strategy_types, total_combinations}, then results by type and a recommendation', async () => {
    const { strategy_type: _type, ...body } = request;
    const client = await SocketClient.open(server, '/ws/optimize');

    const answer = await rest(server.url, 'POST /api/optimize/sweep', { body });
    const id = Number(objectOf(answer)['job_id']);
    const progress: JsonObject[] = [];
    while (progress.at(-1)?.['type'] !== 'complete') progress.push(await client.next());
    const job = objectOf(await rest(server.url, `GET /api/optimize/${id}`));

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      job_id: expect.any(Number),
      status: 'running',
      strategy_types: ['momentum', 'mean_reversion', 'market_making'],
      total_combinations: expect.any(Number),
    });
    const { by_strategy: byStrategy, recommendation } = job['results'] as unknown as Sweep;
    expect(job).toMatchObject({ job_type: 'sweep', status: 'complete', strategy_type: null });
    expect(Object.keys(byStrategy)).toEqual(objectOf(answer)['strategy_types']);
    for (const results of Object.values(byStrategy)) expect(results.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
    const best = Object.values(byStrategy).map(([first]) => Number(first?.['mean_sharpe']));
    expect(recommendation).toMatchObject({
      best_params: job['best_params'],
      mean_sharpe: Math.max(...best),
      confidence: expect.stringMatching(/^(high|medium|low)$/),
      recommended: Math.max(...best) > 0,
    });
    expect(byStrategy[String(recommendation['strategy_type'])]?.[0]?.['params']).toEqual(job['best_params']);
    expect(job['skipped']).toContainEqual({
      strategy_type: 'stat_arb',
      params: null,
      reason: expect.stringContaining('symbols'),
    });
    const ticks = progress.filter(({ type }) => type === 'progress');
    expect(ticks.length).toBeGreaterThan(0);
    for (const tick of ticks) {
      expect(tick).toMatchObject({ job_id: id, total_strategies: 3, strategy_index: expect.any(Number) });
      expect(Object.keys(byStrategy)[Number(tick['strategy_index']) - 1]).toBe(tick['current_strategy']);
    }
    await client.leave();
  });

  it('a completed job says whether the best is luck: overfitting with figures, verdict, reasons and thresholds', async () => {
    const id = await submit(request);
    await expect.poll(() => statusOf(id), { timeout: 60_000 }).toBe('complete');

    const { overfitting } = objectOf(await rest(server.url, `GET /api/optimize/${id}`));

    const { verdict, reasons, n_trials: tried, ...figures } = overfitting as JsonObject;
    expect(['accept', 'review', 'reject']).toContain(verdict);
    expect(reasons).toEqual(expect.arrayContaining([expect.stringMatching(/accepted/)]));
    expect(tried).toBeGreaterThanOrEqual(15);
    for (const name of ['deflated_sharpe', 'pbo']) {
      expect(figures[name]).toBeGreaterThanOrEqual(0);
      expect(figures[name]).toBeLessThanOrEqual(1);
    }
    expect(figures).toMatchObject({
      oos_sharpe: expect.any(Number),
      grid_edge: expect.any(Array),
      thresholds: { accept: { deflated_sharpe: 0.95 }, review: { pbo: 0.5 } },
    });
  });

  it.each(['random', 'tpe'])(
    'a search by %s tries what it was told, and the same for the same seed',
    async (method) => {
      const ranges = { short_window: { min: 2, max: 30 }, signal_threshold: { min: 0.0001, max: 0.05, log: true } };
      const body = { ...request, method, param_grid: ranges, max_trials: 12, seed: 7, n_splits: 2 };
      const ids = [await submit(body), await submit(body), await submit({ ...body, seed: 8 })];
      for (const id of ids) await expect.poll(() => statusOf(id), { timeout: 60_000 }).toBe('complete');

      const tried = await Promise.all(
        ids.map(async (id) =>
          listOf(await rest(server.url, `GET /api/optimize/${id}/trials`)).map(({ params }) => params),
        ),
      );

      expect(tried[0]).toHaveLength(12);
      expect(tried[1]).toEqual(tried[0]);
      expect(tried[2]).not.toEqual(tried[0]);
      expect(objectOf(await rest(server.url, `GET /api/optimize/${ids[0]}`))['config']).toMatchObject({
        method,
        max_trials: 12,
        seed: 7,
      });
    },
  );

  it('connect and receive updates: JSON messages with {job_id, combo, total, fold, n_folds, status}', async () => {
    const id = await submit(longRequest);
    const client = await SocketClient.open(server, '/ws/optimize');

    const [connected, update] = await client.take(2);

    expect(connected).toMatchObject({ type: 'connected', channel: 'optimize' });
    const figure = expect.any(Number);
    expect(update).toMatchObject({
      job_id: id,
      combo: figure,
      total: 9000,
      fold: figure,
      n_folds: 5,
      status: 'running',
    });
    await client.leave();
    await rest(server.url, `DELETE /api/optimize/${id}`);
  });
});
