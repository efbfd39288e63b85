/** Tuning a model as a client of REST, GraphQL and WebSocket sees it. */
import { expect, it } from 'vitest';
import { dataOf } from '../api/graphql-clients.ts';
import { describedServer, endOf } from './described.ts';

const { call, server } = describedServer();

const job = { model_type: 'xgboost', symbols: ['SPY'], start: '2020-01-01', end: '2024-12-31' };
const small = {
  ...job,
  feature_config: { features: { log_return: { window: [1, 5] }, rsi: {} } },
  param_grid: { n_estimators: [5, 10], max_depth: [1, 2] },
};

it('is accepted at once, and comes to results, a verdict and a model that predicts', { timeout: 60_000 }, async () => {
  const started = await call('POST', '/api/optimize/model', { body: small });
  const done = await endOf(call, started.body.job_id);
  const { body: trials } = await call('GET', `/api/optimize/${done.id}/trials?limit=3`);
  const { body: list } = await call('GET', '/api/optimize');

  expect(started.body).toEqual({ job_id: expect.any(Number), status: 'running', total_combinations: 4 });
  expect(done).toMatchObject({
    job_type: 'model',
    model_type: 'xgboost',
    strategy_type: null,
    status: 'complete',
    config: {
      model_type: 'xgboost',
      feature_config: {
        features: [{ name: 'log_return_1' }, { name: 'log_return_5' }, { name: 'rsi_14' }],
        horizon: 1,
      },
      param_grid: { n_estimators: [5, 10], max_depth: [1, 2] },
      method: 'grid',
      n_splits: 5,
    },
    progress: { combo: 4, total: 4, fold: 5, n_folds: 5 },
    engine: { name: 'dunlin/xgboost', original_library: false, not_implemented: expect.any(Array) },
    judgement: { verdict: expect.stringMatching(/^(no_)?edge$/), trading: { n_trials: 4 }, cuts: { gap_bars: 14 } },
    overfitting: null,
    error: null,
  });
  expect(done.results.map(({ rank }: { rank: number }) => rank)).toEqual([1, 2, 3, 4]);
  expect(done.best_params).toEqual(done.results[0].params);
  expect(trials).toHaveLength(3);
  expect(trials[0]).toMatchObject({ index: 0, status: 'ranked', folds: expect.any(Array) });
  expect(list[0]).toMatchObject({ id: done.id, job_type: 'model', model_type: 'xgboost' });

  const { model, models, predict } = await dataOf<{
    model: object;
    models: { nodes: object[] };
    predict: { isInSample: boolean }[];
  }>(
    server().url,
    `{ model(id: "${done.model_id}") { modelType symbols verdict engine { originalLibrary } optimization { id tuning { judgement { verdict } } } }
       models { nodes { id featureConfig { horizon } } }
       predict(modelId: "${done.model_id}", start: "2024-01-02", end: "2024-12-31") { symbol date value target isInSample } }`,
  );
  expect(model).toMatchObject({
    modelType: 'xgboost',
    symbols: ['SPY'],
    engine: { originalLibrary: false },
    optimization: { id: String(done.id), tuning: { judgement: { verdict: done.judgement.verdict.toUpperCase() } } },
  });
  expect(models.nodes).toEqual([{ id: String(done.model_id), featureConfig: { horizon: 1 } }]);
  expect(predict.length).toBeGreaterThan(100);
  expect(predict.some(({ isInSample }) => isInSample)).toBe(false);
});

it('takes every field that the page lists, by its name there', { timeout: 60_000 }, async () => {
  const body = {
    ...small,
    model_type: 'random_forest',
    symbols: ['SPY', 'AAPL'],
    feature_config: { features: ['relative_strength', 'weekday'], horizon: 5, label: 'return' },
    param_grid: { n_estimators: { min: 2, max: 6, step: 2 }, max_depth: { min: 1, max: 3 } },
    n_splits: 3,
    embargo_bars: 4,
    interval: '1d',
    initial_capital: 5000,
    commission_bps: 1,
    slippage_bps: 3,
    allow_short: true,
    periods_per_year: 250,
    source: 'simulated',
    method: 'halving',
    max_trials: 5,
    seed: 9,
  };

  const { body: started } = await call('POST', '/api/optimize/model', { body });
  const done = await endOf(call, started.job_id);

  const { source: _, feature_config: features, ...decisive } = body;
  expect(done.config).toMatchObject(decisive);
  expect(done.config.feature_config).toMatchObject({ horizon: features.horizon, label: features.label });
  expect(done).toMatchObject({ status: 'complete', total_combinations: 5, judgement: { cuts: { gap_bars: 9 } } });
  expect(done.results).toHaveLength(2);
  expect(done.unranked).toHaveLength(3);
});

it('is refused with the field, its value and its limit', async () => {
  const refused = async (changes: object) =>
    (await call('POST', '/api/optimize/model', { body: { ...job, ...changes } })).body;

  expect(await refused({ model_type: 'oracle' })).toMatchObject({ status: 422, errors: [{ path: 'model_type' }] });
  expect(await refused({ param_grid: { max_depth: 0 } })).toMatchObject({
    code: 'VALIDATION',
    errors: [{ path: 'param_grid.max_depth.0', message: expect.stringContaining('found 0') }],
  });
  expect(await refused({ feature_config: { features: { RSI: {} } } })).toMatchObject({
    errors: [{ path: 'feature_config.features.RSI' }],
  });
  expect(await refused({ n_splits: 50 })).toMatchObject({ errors: [{ path: 'n_splits' }] });
});

it('has no report, and says so', { timeout: 60_000 }, async () => {
  const { body: started } = await call('POST', '/api/optimize/model', {
    body: { ...small, param_grid: { n_estimators: 2 } },
  });
  await endOf(call, started.job_id);

  const report = await call('GET', `/api/optimize/${started.job_id}/report`);

  expect(report.status).toBe(409);
  expect(report.body.detail).toMatch(/is about a model/);
});
