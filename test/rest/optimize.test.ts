import { describe, expect, it } from 'vitest';
import { describedServer, endOf } from './described.ts';

const { call } = describedServer();

const job = { strategy_type: 'momentum', symbols: ['SPY'], start: '2020-01-01', end: '2024-12-31' };
const small = { ...job, param_grid: { short_window: [5, 10, 30], long_window: [20], ma_type: 'ema' } };

async function submit(body: unknown): Promise<number> {
  const { body: answer } = await call('POST', '/api/optimize/strategy', { body });
  return answer.job_id;
}

describe('an optimization', () => {
  it('is accepted at once and comes to ranked results', async () => {
    const started = await call('POST', '/api/optimize/strategy', { body: small });
    const done = await endOf(call, started.body.job_id);

    expect(started.status).toBe(200);
    expect(started.body).toEqual({ job_id: expect.any(Number), status: 'running', total_combinations: 3 });
    expect(done).toMatchObject({
      id: started.body.job_id,
      job_id: started.body.job_id,
      job_type: 'strategy',
      model_type: null,
      strategy_id: null,
      status: 'complete',
      config: {
        param_grid: { short_window: [5, 10, 30], long_window: [20] },
        n_splits: 5,
        train_ratio: 0.7,
        interval: '1d',
      },
      data_source: 'simulated',
      progress: { combo: 3, total: 3, fold: 5, n_folds: 5 },
      skipped: [{ params: { short_window: 30, long_window: 20 } }],
      error: null,
    });
    expect(done.results).toHaveLength(2);
    expect(done.results[0]).toMatchObject({
      rank: 1,
      params: { ma_type: 'ema', long_window: 20 },
      mean_sharpe: done.best_sharpe,
    });
    expect(done.results[0].folds).toHaveLength(5);
    expect(done.best_params).toEqual(done.results[0].params);
  });

  it('says of a complete job whether the best is luck, with the limits that it was measured by', async () => {
    const { overfitting } = await endOf(call, await submit(job));

    expect(overfitting).toMatchObject({
      n_trials: expect.any(Number),
      grid_edge: expect.any(Array),
      thresholds: {
        accept: { deflated_sharpe: 0.95, pbo: 0.2, oos_sharpe: 0, positive_folds: 0.6 },
        review: { deflated_sharpe: 0.8, pbo: 0.5 },
      },
    });
    expect(overfitting.reasons.length).toBeGreaterThan(0);
  });

  it('over all strategy types has results by type, and the types that it left out', async () => {
    const { strategy_type: _type, ...body } = job;

    const started = await call('POST', '/api/optimize/sweep', { body });
    const done = await endOf(call, started.body.job_id);
    const { body: trials } = await call('GET', `/api/optimize/${started.body.job_id}/trials?limit=500`);

    const types = started.body.strategy_types;
    expect(done).toMatchObject({ job_type: 'sweep', strategy_type: null, config: { param_grid: null } });
    expect(done.config.sections.map((section: { strategy_type: string }) => section.strategy_type)).toEqual(types);
    expect(done.config.skipped_types).toEqual([
      { strategy_type: 'stat_arb', reason: expect.any(String) },
      { strategy_type: 'model', reason: expect.stringContaining('model_id') },
    ]);
    expect(Object.keys(done.results.by_strategy)).toEqual(types);
    expect(Object.keys(done.results.overfitting_by_strategy)).toEqual(types);
    expect(done.progress).toMatchObject({ total_strategies: types.length });
    expect(trials).toHaveLength(started.body.total_combinations);
    expect(new Set(trials.map((trial: { strategy_type: string }) => trial.strategy_type))).toEqual(new Set(types));
  });

  it('takes ranges, and searches them as it is told', async () => {
    const body = {
      ...job,
      param_grid: { short_window: { min: 5, max: 25, step: 5 }, ma_type: ['ema'] },
      method: 'tpe',
      max_trials: 4,
      seed: 3,
    };

    const done = await endOf(call, await submit(body));

    expect(done.config).toMatchObject({ method: 'tpe', max_trials: 4, seed: 3, param_grid: body.param_grid });
    expect(done.total_combinations).toBe(4);
    expect(done.progress).not.toHaveProperty('current_strategy');
  });

  it('takes every field that the page lists, by its name there', async () => {
    const strategy = await call('POST', '/api/strategies', {
      body: { name: 'x', strategy_type: 'momentum', symbols: ['SPY'] },
    });
    const body = {
      ...small,
      n_splits: 3,
      train_ratio: 0.5,
      interval: '1w',
      initial_capital: 5000,
      commission_bps: 1,
      slippage_bps: 3,
      allow_short: true,
      periods_per_year: 50,
      source: 'simulated',
      strategy_id: strategy.body.id,
      end: '2026-01-01',
      start: '2010-01-01',
    };

    const done = await endOf(call, await submit(body));

    const { source: _source, strategy_id: strategyId, param_grid: _grid, ...decisive } = body;
    expect(done.config).toMatchObject(decisive);
    expect(done.strategy_id).toBe(strategyId);
  });

  it('is listed newest first, page by page', async () => {
    const ids = [await submit(small), await submit(small), await submit(small)].toReversed();

    const first = await call('GET', '/api/optimize/?limit=2');
    const next = /<(.+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? 'none';
    const second = await call('GET', next);

    expect([...first.body, ...second.body].slice(0, 3).map((each: { id: number }) => each.id)).toEqual(ids);
    expect(first.body[0]).toMatchObject({
      job_type: 'strategy',
      strategy_type: 'momentum',
      created_at: expect.any(String),
    });
    await Promise.all(ids.map((id) => endOf(call, id)));
  });

  it('has a row for each combination, page by page in the order of the grid', async () => {
    const id = await submit(small);
    await endOf(call, id);

    const first = await call('GET', `/api/optimize/${id}/trials?limit=2`);
    const next = /<(.+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? 'none';
    const second = await call('GET', next);

    expect([...first.body, ...second.body].map((trial: { index: number }) => trial.index)).toEqual([0, 1, 2]);
    expect(second.body).toEqual([
      expect.objectContaining({ status: 'skipped', rank: null, reason: expect.any(String) }),
    ]);
    expect(second.headers.get('link')).toBeNull();
  });

  it('is cancelled while it runs, and not after it has ended', async () => {
    const windows = Array.from({ length: 70 }, (_, at) => at + 2);
    const id = await submit({
      ...job,
      start: '1990-01-01',
      n_splits: 20,
      param_grid: { short_window: windows, long_window: windows.map((w) => w + 80) },
    });

    const cancelled = await call('DELETE', `/api/optimize/${id}`);
    const ended = await endOf(call, id);
    const again = await call('DELETE', `/api/optimize/${id}`);

    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect(ended.status).toBe('cancelled');
    expect(again).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('tells what is wrong in the names of the request', async () => {
    const wrong = await call('POST', '/api/optimize/strategy', {
      body: { ...job, n_splits: 0, train_ratio: 0.99 },
    });
    const grid = await call('POST', '/api/optimize/strategy', {
      body: { ...job, param_grid: { short_window: [10, 'a'] } },
    });

    const unknown = await call('POST', '/api/optimize/strategy', {
      body: { ...job, param_grid: { bogusName: [1] } },
    });

    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map((error: { path: string }) => error.path)).toEqual(['n_splits', 'train_ratio']);
    expect(JSON.stringify(wrong.body)).not.toMatch(/nSplits|trainRatio|input/);
    expect(grid).toMatchObject({ status: 422, body: { errors: [{ path: 'param_grid.short_window.1' }] } });
    expect(unknown).toMatchObject({ status: 422, body: { errors: [{ path: 'param_grid.bogusName' }] } });
  });

  it('under an idempotency key is submitted once', async () => {
    const headers = { 'idempotency-key': 'submit-1' };

    const first = await call('POST', '/api/optimize/strategy', { body: small, headers });
    const again = await call('POST', '/api/optimize/strategy', { body: small, headers });

    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    await endOf(call, first.body.job_id);
  });

  it.each(['GET /api/optimize/ID', 'DELETE /api/optimize/ID', 'GET /api/optimize/ID/trials'])(
    'of nobody is 404: %s',
    async (line) => {
      const [method = '', path = ''] = line.split(' ');

      for (const id of ['4711', '0', '-1', '1e3', '%2B1', '2147483648', 'strategies', '%00']) {
        const answer = await call(method, path.replace('ID', id));
        expect(answer, id).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
      }
    },
  );
});
