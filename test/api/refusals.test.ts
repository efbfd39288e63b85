/** What a stranger hears when a request is refused: enough to mend it, in the words of the API that was asked, and never more than that. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/index.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { post } from './graphql-clients.ts';
import { objectOf, type RestAnswer, rest } from './rest-client.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(async () => {
  expect(server.bugs()).toEqual([]);
  await server.stop();
});

const call = (method: string, body?: JsonObject) => rest(server.url, method, body === undefined ? {} : { body });
const manyKeys = (count: number): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1]));

/** The wrong fields of an answer. */
function fieldsOf(answer: RestAnswer): readonly { readonly path: string; readonly message: string }[] {
  const { errors } = objectOf(answer);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What a problem looks like, other tests say.
  return (errors ?? []) as never;
}

describe('a refusal', () => {
  it('names the first 20 wrong fields, how many there are, and the fields there are once', async () => {
    const answer = await call('POST /api/alerts', manyKeys(40_000));

    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toHaveLength(20);
    expect(objectOf(answer)['detail']).toMatch(/^There are 4000\d errors; these are the first 20\. /);
    expect(answer.text.split('The fields here are')).toHaveLength(3);
    expect(answer.text.length).toBeLessThan(6000);
  });

  it('is small whatever the request quotes', async () => {
    const long = 'x'.repeat(250_000);
    const answers = [
      await call('POST /api/strategies', { symbols: Array.from({ length: 90_000 }, () => 1) }),
      await call('POST /api/alerts', { [long]: 1 }),
      await call('POST /api/strategies', { strategy_type: 'momentum', symbols: ['SPY'], params: { [long]: 1 } }),
      await call('POST /api/portfolio/goals', { target_weights: { [long]: {} } }),
      await call('POST /api/optimize/strategy', { strategy_type: long, symbols: [long], start: long, end: long }),
    ];

    for (const { status, text } of answers) {
      expect(status).toBe(422);
      expect(text.length).toBeLessThan(10_000);
    }
  });

  it('of a variable is small too, although graphql would quote all of it in each error', async () => {
    const query = 'mutation ($input: CreateAlertInput!) { createAlert(input: $input) { errors { message } } }';

    for (const input of [manyKeys(40_000), { name: 'x'.repeat(900_000), ...manyKeys(60) }]) {
      const answer = await post(server.url, query, { input });

      expect(answer.errors?.length).toBe(20);
      expect(JSON.stringify(answer).length).toBeLessThan(6000);
      expect(answer.errors?.[0]?.message).toMatch(/^The variable "\$input" is wrong: Field "\w+"/);
    }
  });
});

describe('a part of a query that cannot be answered', () => {
  it('is null with its error, and its siblings are answered', async () => {
    await call('POST /api/portfolio/goals', { name: 'whole', target_weights: { SPY: 0.5 } });
    const query = `{
      account { cash }
      goals { nodes { name drift { maxDrift } } }
      bars(symbol: "SPY", start: "2024-01-03", end: "2024-01-02") { source }
      quotes(symbols: []) { price }
      predict(modelId: "7", start: "2024-01-02", end: "2024-01-03") { value }
      strategySignals(strategyId: "7") { signal }
    }`;

    const { data, errors } = await post<JsonObject>(server.url, query);

    expect(data).toMatchObject({ account: { cash: '100000' }, goals: { nodes: [{ name: 'whole', drift: {} }] } });
    expect(data).toMatchObject({ bars: null, quotes: null, predict: null, strategySignals: null });
    expect(errors?.map(({ path }) => path?.[0]).toSorted()).toEqual(['bars', 'predict', 'quotes', 'strategySignals']);
  });

  it('names what was sent where it can be no id', async () => {
    const query = `{
      predict(modelId: "abc", start: "2024-01-02", end: "2024-01-03") { value }
      strategySignals(strategyId: "abc") { signal }
    }`;

    const { errors } = await post<JsonObject>(server.url, query);

    expect(errors).toHaveLength(2);
    for (const { message } of errors ?? []) expect(message).toContain('"abc"');
  });
});

/** Names that only GraphQL writes so; `errors` of bars and optimizations name parameters, which stay as they are. */
const CAMEL =
  /\b(?:max[A-Z]|planHash|strategyType|orderType|jobType|targetWeights|driftThreshold|limitPrice|clientOrderId)\w*/;

describe('a sentence of the REST API', () => {
  it('names fields as the REST API does, wherever it comes from', async () => {
    const order = { symbol: 'SPY', side: 'buy', quantity: 1 };
    const position = await call('POST /api/broker/orders', { ...order, quantity: 100, order_type: 'market' });
    await call('PATCH /api/safety', { max_daily_trades: 0 });
    const trades = await call('POST /api/broker/orders', { ...order, order_type: 'market' });
    const answers = [
      position,
      trades,
      await call('POST /api/broker/orders', { ...order, order_type: 'market', limit_price: 5 }),
      await call('POST /api/portfolio/goals/1/rebalance', { plan_hash: 'abc' }),
      await call('POST /api/alerts', { alert_type: 'signal', condition: {} }),
      await call('POST /api/scheduler', { job_type: 'market_scan', schedule: '* * * * *', config: {} }),
      await call('POST /api/backtest', {
        strategy_type: 'none',
        symbols: ['SPY'],
        start: '2024-01-02',
        end: '2024-12-31',
      }),
      await call('GET /api/broker/orders?status=denied'),
      await call('GET /api/alerts/history'),
    ];

    expect(objectOf(position)).toMatchObject({ code: 'POSITION_LIMIT' });
    expect(objectOf(position)['detail']).toContain('max_position_pct');
    expect(objectOf(trades)['detail']).toContain('max_daily_trades');
    for (const { text } of answers) expect(CAMEL.exec(text)?.[0], text).toBeUndefined();
  });

  it('says of a field without a value that it is missing', async () => {
    const answers = [
      await call('POST /api/strategies', {}),
      await call('POST /api/broker/orders', { symbol: 'SPY', side: 'buy', order_type: 'market' }),
      await call('POST /api/broker/orders', { symbol: 'SPY', side: 'buy', quantity: 1, order_type: 'limit' }),
      await call('POST /api/alerts', { alert_type: 'price', condition: {} }),
      await call('POST /api/portfolio/goals', {}),
    ];

    for (const { status, text } of answers) {
      expect(status).toBe(422);
      expect(text).not.toMatch(/undefined|nonoptional/);
      expect(text).toMatch(/missing|found nothing|is nothing|needs/);
    }
  });

  it('names what the id in a path is of', async () => {
    const answers = [
      await call('POST /api/alerts/webhooks/1/deliveries/abc/replay'),
      await call('POST /api/alerts/webhooks/abc/deliveries/1/replay'),
    ];

    expect(answers.map((answer) => objectOf(answer)['detail'])).toEqual([
      'There is no delivery "abc".',
      'There is no webhook destination "abc".',
    ]);
  });
});

describe('a path', () => {
  it.each([
    ['POST', '/api/scheduler/status', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/api/scheduler/status', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/scheduler/start/', 'OPTIONS, POST'],
    ['GET', '/api/scheduler/stop', 'OPTIONS, POST'],
    ['PUT', '/api/alerts/history', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/api/strategies/types', 'GET, HEAD, OPTIONS'],
  ])('that is no id takes its own methods and not those of an id: %s %s', async (method, path, allow) => {
    const answer = await call(`${method} ${path}`, method === 'POST' || method === 'PATCH' ? {} : undefined);
    const preflight = await call(`OPTIONS ${path}`);

    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(preflight.headers.get('allow')).toBe(allow);
  });
});

describe('an error of a mutation', () => {
  const errorsOf = async (mutation: string, input: JsonObject) => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { errors { code message path } } }`;
    const { data } = await post<Record<string, { errors: readonly JsonObject[] }>>(server.url, query, { input });
    return data?.[mutation]?.errors;
  };

  it('stands at the id that names nothing, and quotes one that could not', async () => {
    const path = ['input', 'id'];

    expect(await errorsOf('cancelOrder', { id: 'x' })).toEqual([
      { code: 'NOT_FOUND', message: expect.stringContaining('"x"'), path },
    ]);
    expect(await errorsOf('cancelOrder', { id: '999' })).toEqual([
      { code: 'NOT_FOUND', message: 'There is no order 999.', path },
    ]);
    expect(await errorsOf('rebalancePortfolio', { goalId: '-1' })).toMatchObject([{ path: ['input', 'goalId'] }]);
    expect(
      await errorsOf('startSweep', {
        ...{ symbols: ['SPY'], start: '2020-01-01', end: '2024-12-31', strategyId: '1.5' },
      }),
    ).toMatchObject([{ code: 'VALIDATION', path: ['input', 'strategyId'] }]);
    expect(objectOf(await call('DELETE /api/broker/orders/999'))).not.toHaveProperty('errors');
  });

  it('about a weight has its place in the list, and in REST its symbol', async () => {
    const targetWeights = [
      { symbol: 'SPY', weight: 0.1 },
      { symbol: 'S PY', weight: 0.1 },
      { symbol: 'QQQ', weight: 2 },
    ];

    expect(await errorsOf('createPortfolioGoal', { targetWeights })).toMatchObject([
      { path: ['input', 'targetWeights', '1', 'symbol'] },
      { path: ['input', 'targetWeights', '2', 'weight'] },
    ]);
    const target_weights = { SPY: 0.1, 'S PY': 0.1, QQQ: 2 };
    const created = await call('POST /api/portfolio/goals', { target_weights });
    const changed = await call('PATCH /api/portfolio/goals/1', { target_weights });
    for (const answer of [created, changed]) {
      expect(fieldsOf(answer).map(({ path }) => path)).toEqual(['target_weights.S PY', 'target_weights.QQQ']);
    }
  });

  it('has its limit and what was found in exact decimals', async () => {
    await call('PATCH /api/safety', { max_daily_trades: 10, max_order_value: 0.00000001 });
    const input = { symbol: 'SPY', side: 'BUY', quantity: '1', orderType: 'MARKET' };
    const query = `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { errors {
      code ... on OrderDenial { limit observed } ... on ValidationError { limit } } } }`;

    const { data } = await post<JsonObject>(server.url, query, { input });

    expect(data).toMatchObject({
      placeOrder: {
        errors: [{ code: 'ORDER_VALUE_LIMIT', limit: '0.00000001', observed: expect.stringMatching(/^\d+\.\d+$/) }],
      },
    });
  });
});

describe('a page', () => {
  it('begins at one end of a list', async () => {
    const { errors } = await post(server.url, '{ alerts(first: 2, last: 2) { nodes { id } } }');

    expect(errors?.[0]).toMatchObject({ message: 'Give first or last, not both.', extensions: { code: 'VALIDATION' } });
  });
});
