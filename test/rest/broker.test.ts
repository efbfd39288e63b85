import { beforeAll, describe, expect, it } from 'vitest';
import { priceOf, unitsFor, untilOrder } from '../support/trading-api.ts';
import { describedServer } from './described.ts';

const { call } = describedServer();
beforeAll(async () => {
  await call('PATCH', '/api/safety', { body: { max_daily_trades: 1000, max_orders_per_minute: 1000 } });
});

const market = { symbol: 'SPY', side: 'buy', order_type: 'market' };

/** A limit far below the market: it works and is not filled. */
async function resting(symbol: string, quantity = 1) {
  const limit_price = Math.floor((await priceOf(call, symbol)) * 50) / 100;
  return { symbol, side: 'buy', order_type: 'limit', quantity, limit_price, time_in_force: 'gtc' };
}

describe('the account', () => {
  it('begins with 100,000 dollars on paper and nothing held', async () => {
    expect((await call('GET', '/api/broker/account')).body).toEqual({
      mode: 'paper',
      currency: 'USD',
      cash: 100_000,
      equity: 100_000,
      buying_power: 100_000,
      realized_pnl: 0,
      unrealized_pnl: 0,
      day_pnl: 0,
    });
    expect((await call('GET', '/api/broker/positions')).body).toEqual([]);
  });
});

describe('an order', () => {
  it('is created with its place, filled, and stands in fills, positions and the account', async () => {
    const quantity = await unitsFor(call, 'SPY', 3000);

    const placed = await call('POST', '/api/broker/orders', { body: { ...market, quantity } });
    const filled = await untilOrder(call, placed.body.id, 'filled');

    expect(placed.status).toBe(201);
    expect(placed.headers.get('location')).toBe(`/api/broker/orders/${placed.body.id}`);
    expect(filled).toMatchObject({
      symbol: 'SPY',
      side: 'buy',
      quantity,
      order_type: 'market',
      limit_price: null,
      time_in_force: 'day',
      filled_quantity: quantity,
      source: 'manual',
      mode: 'paper',
      reason_code: null,
    });
    const { body: fills } = await call('GET', '/api/broker/fills?symbol=SPY');
    const { body: positions } = await call('GET', '/api/broker/positions');
    const { body: account } = await call('GET', '/api/broker/account');
    expect(fills[0]).toMatchObject({ order_id: filled.id, quantity, price: filled.average_fill_price, side: 'buy' });
    expect(positions).toMatchObject([{ symbol: 'SPY', quantity, average_price: filled.average_fill_price }]);
    expect(account.cash).toBeCloseTo(100_000 - quantity * filled.average_fill_price, 6);
    expect(account.equity).toBeCloseTo(account.cash + quantity * filled.average_fill_price, -2);
  });

  it('may be placed at the older path, with the older name of its quantity', async () => {
    const { quantity, ...order } = await resting('IWM', 2);

    const { status, body } = await call('POST', '/api/broker/order', { body: { ...order, qty: quantity } });

    expect({ status, body }).toMatchObject({ status: 201, body: { symbol: 'IWM', quantity: 2, status: 'accepted' } });
  });

  it('under one Idempotency-Key is placed once', async () => {
    const sent = { body: await resting('QQQ', 3), headers: { 'idempotency-key': 'order-1' } };

    const first = await call('POST', '/api/broker/orders', sent);
    const again = await call('POST', '/api/broker/orders', sent);

    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect((await call('GET', '/api/broker/orders?symbol=QQQ')).body).toHaveLength(1);
  });

  it('under one client_order_id is one order, and another one under it is a conflict', async () => {
    const body = { ...(await resting('DIA')), client_order_id: 'mine_1-A' };

    const first = await call('POST', '/api/broker/orders', { body });
    const again = await call('POST', '/api/broker/orders', { body });
    const other = await call('POST', '/api/broker/orders', { body: { ...body, quantity: 2 } });

    expect(first.body.client_order_id).toBe('mine_1-A');
    expect(again.body.id).toBe(first.body.id);
    expect(other).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('is changed and canceled while it works, and canceled only once', async () => {
    const order = await resting('GLD', 4);
    const placed = await call('POST', '/api/broker/orders', { body: order });

    const changed = await call('PATCH', `/api/broker/orders/${placed.body.id}`, { body: { quantity: 5 } });
    const canceled = await call('DELETE', `/api/broker/orders/${changed.body.id}`);
    const again = await call('DELETE', `/api/broker/orders/${changed.body.id}`);

    expect(changed).toMatchObject({ status: 200, body: { quantity: 5, limit_price: order.limit_price } });
    expect(canceled).toMatchObject({ status: 200, body: { id: changed.body.id, status: 'canceled' } });
    expect(again.body).toEqual(canceled.body);
  });

  it('that is filled cannot be changed or canceled', async () => {
    const { body } = await call('POST', '/api/broker/orders', { body: { ...market, symbol: 'VTI', quantity: 1 } });
    await untilOrder(call, body.id, 'filled');

    const canceled = await call('DELETE', `/api/broker/orders/${body.id}`);
    const changed = await call('PATCH', `/api/broker/orders/${body.id}`, { body: { quantity: 2 } });

    expect(canceled).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect(changed).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('that is denied is a 409 with the limit and what was found, and is kept', async () => {
    const quantity = await unitsFor(call, 'TLT', 50_000);

    const { status, body } = await call('POST', '/api/broker/orders', {
      body: { ...market, symbol: 'TLT', quantity, client_order_id: 'too-much' },
    });
    const kept = await call('GET', `/api/broker/orders/${body.order_id}`);
    const listed = await call('GET', '/api/broker/orders?status=denied&symbol=TLT');

    expect(status).toBe(409);
    expect(body).toMatchObject({
      type: 'urn:dunlin:problem:position-limit',
      status: 409,
      code: 'POSITION_LIMIT',
      order_id: expect.any(Number),
      client_order_id: 'too-much',
      limit: expect.any(Number),
      observed: expect.any(Number),
    });
    expect(body.observed).toBeGreaterThan(body.limit);
    expect(kept.body).toMatchObject({ status: 'denied', reason_code: 'POSITION_LIMIT', filled_quantity: 0 });
    expect(listed.body.map((order: { id: number }) => order.id)).toEqual([body.order_id]);
  });

  it('of nobody is 404', async () => {
    for (const id of ['4711', '0', '-1', '1e3', '2147483648', '%00']) {
      for (const method of ['GET', 'DELETE', 'PATCH']) {
        const answer = await call(method, `/api/broker/orders/${id}`, method === 'PATCH' ? { body: {} } : {});
        expect(answer, `${method} ${id}`).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
      }
    }
  });
});

describe('the list of orders', () => {
  it('is newest first, page by page, by state and symbol', async () => {
    const body = await resting('EFA');
    const ids: number[] = [];
    for (const quantity of [1, 2, 3])
      ids.push((await call('POST', '/api/broker/orders', { body: { ...body, quantity } })).body.id);

    const first = await call('GET', '/api/broker/orders?symbol=efa&status=accepted&limit=2');
    const next = /<(.+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? 'none';
    const second = await call('GET', next);

    expect([...first.body, ...second.body].map((order: { id: number }) => order.id)).toEqual(ids.toReversed());
    expect(second.headers.get('link')).toBeNull();
  });

  it.each(['status=done', 'symbol=%2e%2e%2f', 'limit=0', 'side=buy'])('refuses ?%s', async (query) => {
    expect(await call('GET', `/api/broker/orders?${query}`)).toMatchObject({
      status: 422,
      body: { code: 'VALIDATION' },
    });
  });
});

describe('what is wrong with an order is told by its path', () => {
  const valid = { ...market, quantity: 1 };

  it.each([
    ['quantity', { ...market }],
    ['quantity', { ...valid, quantity: 0 }],
    ['quantity', { ...valid, quantity: -1 }],
    ['quantity', { ...valid, quantity: '1e5' }],
    ['quantity', { ...valid, quantity: 'NaN' }],
    ['quantity', { ...valid, quantity: 1e308 }],
    ['quantity', { ...valid, quantity: 2 ** 53 + 2 }],
    ['quantity', { ...valid, quantity: '0.123456789' }],
    ['quantity', { ...valid, quantity: '1'.repeat(40) }],
    ['quantity', { ...valid, quantity: [1] }],
    ['quantity', `{"symbol":"SPY","side":"buy","order_type":"market","quantity":1e999}`],
    ['qty', { ...valid, qty: 2 }],
    ['symbol', { ...valid, symbol: '\u0405PY' }],
    ['side', { ...valid, side: 'BUY' }],
    ['order_type', { ...valid, order_type: 'bracket' }],
    ['limit_price', { ...valid, order_type: 'limit' }],
    ['limit_price', { ...valid, limit_price: 1 }],
    ['stop_price', { ...valid, order_type: 'stop', stop_price: '1e2' }],
    ['time_in_force', { ...valid, time_in_force: 'fok' }],
    ['client_order_id', { ...valid, client_order_id: 'a b' }],
    ['client_order_id', { ...valid, client_order_id: 'x'.repeat(49) }],
    ['source', { ...valid, source: 'kill' }],
    ['__proto__', '{"symbol":"SPY","side":"buy","order_type":"market","quantity":1,"__proto__":{}}'],
  ])('%s of %j', async (path, body) => {
    const before = (await call('GET', '/api/broker/orders?limit=1')).body[0].id;

    const answer = await call('POST', '/api/broker/orders', { body });

    expect(answer).toMatchObject({ status: 422, body: { code: 'VALIDATION' } });
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
    expect((await call('GET', '/api/broker/orders?limit=1')).body[0].id).toBe(before);
  });
});

describe('the paper account', () => {
  it('is not reset while orders are open, and then starts afresh with the cash that is given', async () => {
    const refused = await call('POST', '/api/broker/account/reset');
    const { body: open } = await call('GET', '/api/broker/orders?status=accepted');
    for (const { id } of open) await call('DELETE', `/api/broker/orders/${id}`);

    const { body } = await call('POST', '/api/broker/account/reset', { body: { initial_cash: 2500.5 } });

    expect(refused).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect(open.length).toBeGreaterThan(0);
    expect(body).toMatchObject({ cash: 2500.5, equity: 2500.5, realized_pnl: 0, day_pnl: 0 });
    expect((await call('GET', '/api/broker/positions')).body).toEqual([]);
    expect((await call('GET', '/api/broker/fills')).body.length).toBeGreaterThan(0);
  });

  it.each([0, -1, 'x', '1e5'])('is not reset with %j', async (initial_cash) => {
    const answer = await call('POST', '/api/broker/account/reset', { body: { initial_cash } });

    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'initial_cash' }] } });
  });
});
