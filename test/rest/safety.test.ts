import { describe, expect, it } from 'vitest';
import { priceOf, unitsFor, untilOrder } from '../support/trading-api.ts';
import { describedServer } from './described.ts';

// Enabled without a live broker: nothing may change.
const { call, server } = describedServer({ env: { LIVE_TRADING: 'enabled' } });

async function resting(symbol: string, quantity = 1) {
  const limit_price = Math.floor((await priceOf(call, symbol)) * 50) / 100;
  const body = { symbol, side: 'buy', order_type: 'limit', quantity, limit_price, time_in_force: 'gtc' };
  return (await call('POST', '/api/broker/orders', { body })).body;
}

describe('the limits', () => {
  it('have their defaults before anybody has changed them', async () => {
    expect((await call('GET', '/api/safety')).body).toEqual({
      kill_switch: false,
      kill_switch_reason: null,
      kill_switch_at: null,
      paper_mode: true,
      paper_trading: true,
      max_daily_trades: 10,
      trades_today: 0,
      max_position_pct: 0.1,
      max_order_value: null,
      max_daily_loss_pct: 0.05,
      max_orders_per_minute: 30,
      price_collar_pct: 0.05,
      max_drawdown_pct: 0.2,
      large_order_threshold: 10_000,
      state: 'active',
      updated_at: expect.toSatisfy((at: unknown) => at === null || typeof at === 'string'),
    });
  });

  it('are changed by PUT and PATCH alike, only those that are given', async () => {
    const put = await call('PUT', '/api/safety', { body: { max_daily_trades: 20, max_order_value: 5000.25 } });
    const patch = await call('PATCH', '/api/safety', { body: { max_order_value: null, reason: 'No limit needed' } });

    expect(put.body).toMatchObject({ max_daily_trades: 20, max_order_value: 5000.25, max_position_pct: 0.1 });
    expect(patch.body).toMatchObject({ max_daily_trades: 20, max_order_value: null });
    const [event] = (await call('GET', '/api/safety/events?limit=1')).body;
    expect(event).toMatchObject({
      kind: 'limits_updated',
      actor: expect.stringMatching(/^user:\d+$/),
      reason: 'No limit needed',
      before: { max_order_value: '5000.25' },
      after: { max_order_value: null },
    });
  });

  it('take the older name of the paper mode, and refuse two that disagree', async () => {
    const older = await call('PATCH', '/api/safety', { body: { paper_trading: true } });
    const both = await call('PATCH', '/api/safety', { body: { paper_trading: true, paper_mode: false } });

    expect(older.body).toMatchObject({ paper_mode: true, paper_trading: true });
    expect(both).toMatchObject({ status: 422, body: { errors: [{ path: 'paper_trading' }] } });
  });

  it.each(['paper_mode', 'paper_trading'])('stay on paper where there is no live broker: %s', async (name) => {
    const answer = await call('PATCH', '/api/safety', { body: { [name]: false } });

    expect(answer).toMatchObject({ status: 409, body: { code: 'LIVE_DISABLED' } });
    expect((await call('GET', '/api/safety')).body.paper_mode).toBe(true);
  });

  it.each([
    ['max_daily_trades', -1],
    ['max_daily_trades', 1.5],
    ['max_daily_trades', 2 ** 40],
    ['max_orders_per_minute', 0],
    ['max_order_value', 0],
    ['max_position_pct', 0],
    ['max_position_pct', 10.1],
    ['max_daily_loss_pct', 1.1],
    ['max_drawdown_pct', '1e-1'],
    ['price_collar_pct', 'NaN'],
    ['large_order_threshold', -0.01],
    ['paper_mode', 'no'],
    ['state', 'halted'],
    ['kill_switch', true],
  ])('refuse %s = %j', async (name, value) => {
    const answer = await call('PATCH', '/api/safety', { body: { [name]: value } });

    expect(answer).toMatchObject({ status: 422, body: { code: 'VALIDATION', errors: [{ path: name }] } });
  });

  it('let only reducing orders pass when the state says so', async () => {
    await call('PATCH', '/api/safety', { body: { state: 'reducing' } });

    const body = { symbol: 'SPY', side: 'buy', quantity: 1, order_type: 'market' };
    const denied = await call('POST', '/api/broker/orders', { body });
    const { body: active } = await call('PATCH', '/api/safety', { body: { state: 'active' } });

    expect(denied).toMatchObject({ status: 409, body: { code: 'REDUCING_ONLY', order_id: expect.any(Number) } });
    expect(active.state).toBe('active');
  });
});

describe('the kill switch', () => {
  it('stops everything, cancels what works, and does nothing twice', async () => {
    const open = await resting('SPY');

    const kill = await call('POST', '/api/safety/kill', { body: { reason: 'A "test" of maxOrderValue' } });
    const again = await call('POST', '/api/safety/kill');
    const denied = await call('POST', '/api/broker/orders', {
      body: { symbol: 'QQQ', side: 'buy', quantity: 1, order_type: 'market' },
    });

    expect(kill.status).toBe(200);
    expect(kill.body).toEqual({
      status: 'kill_switch_active',
      kill_switch: true,
      policy: 'cancel',
      drained: true,
      orders: [{ client_order_id: open.client_order_id, outcome: 'canceled' }],
      positions_closing: [],
      at: expect.stringMatching(/Z$/),
    });
    expect(again.body).toMatchObject({ status: 'kill_switch_active', policy: 'cancel', at: kill.body.at });
    expect(denied).toMatchObject({ status: 409, body: { code: 'KILL_SWITCH_ACTIVE', order_id: expect.any(Number) } });
    expect(denied.body.detail).toContain('Trading is halted (kill: "A \\"test\\" of maxOrderValue").');
    expect((await call('GET', '/api/safety')).body).toMatchObject({
      kill_switch: true,
      kill_switch_reason: 'A "test" of maxOrderValue',
      kill_switch_at: kill.body.at,
      state: 'halted',
    });
    expect((await call('GET', `/api/broker/orders/${open.id}`)).body.status).toBe('canceled');
    const halts = (await call('GET', '/api/safety/events')).body.filter(
      (event: { kind: string }) => event.kind === 'halted',
    );
    expect(halts).toHaveLength(1);
  });

  it('outlives the process', async () => {
    await server().restart();

    expect((await call('GET', '/api/safety')).body).toMatchObject({ kill_switch: true, state: 'halted' });
  });

  it('is ended by resuming, which says who and why, and twice is once', async () => {
    const resumed = await call('POST', '/api/safety/resume', { body: { reason: 'It was a test' } });
    const again = await call('POST', '/api/safety/resume');
    const order = await resting('QQQ', 2);

    expect(resumed).toMatchObject({
      status: 200,
      body: { status: 'kill_switch_inactive', kill_switch: false, at: expect.stringMatching(/Z$/) },
    });
    expect(again.body).toEqual(resumed.body);
    expect(order.status).toBe('accepted');
    const [event] = (await call('GET', '/api/safety/events')).body.filter(
      (each: { kind: string }) => each.kind === 'resumed',
    );
    expect(event).toMatchObject({ reason: 'It was a test', before: { state: 'halted' }, after: { state: 'active' } });
  });

  it('closes positions when it is told to flatten, and becomes only stronger', async () => {
    const quantity = await unitsFor(call, 'IWM', 2000);
    const body = { symbol: 'IWM', side: 'buy', quantity, order_type: 'market' };
    const { body: bought } = await call('POST', '/api/broker/orders', { body });
    await untilOrder(call, bought.id, 'filled');

    await call('POST', '/api/safety/kill', { body: { policy: 'block' } });
    const stronger = await call('POST', '/api/safety/kill', { body: { policy: 'flatten' } });
    const weaker = await call('POST', '/api/safety/kill', { body: { policy: 'cancel' } });

    expect(stronger.body).toMatchObject({ policy: 'flatten' });
    expect(weaker.body).toMatchObject({ policy: 'flatten' });
    const positions = async () => (await call('GET', '/api/broker/positions')).body;
    await expect.poll(positions, { timeout: 60_000, interval: 100 }).toEqual([]);
    const closing = (await call('GET', '/api/broker/orders?symbol=IWM')).body[0];
    expect(closing).toMatchObject({ source: 'kill', side: 'sell', quantity, status: 'filled' });
    await call('POST', '/api/safety/resume');
  });

  it('does not take the answer of an earlier kill for its own: a key is accepted and not kept', async () => {
    const sent = { body: { reason: 'With a key' }, headers: { 'idempotency-key': 'kill-1' } };

    const first = await call('POST', '/api/safety/kill', sent);
    await call('POST', '/api/safety/resume');
    const second = await call('POST', '/api/safety/kill', sent);
    const noKey = { 'idempotency-key': 'k'.repeat(200) };
    const third = await call('POST', '/api/safety/kill', { body: sent.body, headers: noKey });

    expect([first, second, third].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(second.headers.get('idempotent-replay')).toBeNull();
    expect((await call('GET', '/api/safety')).body.kill_switch).toBe(true);
    await call('POST', '/api/safety/resume');
  });

  it.each([
    ['policy', { policy: 'panic' }],
    ['reason', { reason: 5 }],
    ['everything', { everything: true }],
  ])('names what is wrong: %s', async (path, body) => {
    const answer = await call('POST', '/api/safety/kill', { body });

    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    expect((await call('GET', '/api/safety')).body.kill_switch).toBe(false);
  });
});

describe('the audit', () => {
  it('is newest first, page by page, and its chain holds', async () => {
    const first = await call('GET', '/api/safety/events?limit=2');
    const next = /<(.+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? 'none';
    const second = await call('GET', next);
    const { body: audit } = await call('GET', '/api/safety/audit');

    const sequences = [...first.body, ...second.body].map((event: { sequence: number }) => event.sequence);
    const [newest = 0] = sequences;
    expect(sequences).toEqual(sequences.map((_, at) => newest - at));
    expect(audit).toEqual({ ok: true, events: newest, head: first.body[0].hash, broken_at: null, problem: null });
  });

  it('shows the entry that somebody changed', async () => {
    const { database } = server().app.services;
    const row = await database.read.safetyEvent.findFirstOrThrow({ where: { kind: 'halted' } });
    const change = (reason: string | null) =>
      database.transaction((tx) => tx.safetyEvent.update({ where: { id: row.id }, data: { reason } }));

    await change('Nothing happened');
    const { body: audit } = await call('GET', '/api/safety/audit');
    await change(row.reason);

    expect(audit).toMatchObject({ ok: false, broken_at: row.sequence, problem: expect.any(String) });
  });
});

describe('a source that sent without end', () => {
  it('is listed until a person releases it, which is audited', async () => {
    const { database } = server().app.services;
    const { ownerId } = await database.read.safetyState.findFirstOrThrow();
    const stop = await database.transaction((tx) =>
      tx.runawayStop.create({
        data: { ownerId, source: 'strategy', sourceId: 7, symbol: 'SPY', stoppedAt: new Date('2026-01-05T15:00:00Z') },
      }),
    );

    const listed = await call('GET', '/api/safety/stopped-sources');
    const released = await call('POST', `/api/safety/stopped-sources/${stop.id}/release`);
    const after = await call('GET', '/api/safety/stopped-sources');
    const all = await call('GET', '/api/safety/stopped-sources?include_released=true');
    const missing = await call('POST', '/api/safety/stopped-sources/4711/release');

    expect(listed.body).toMatchObject([
      { id: stop.id, source: 'strategy', source_id: 7, symbol: 'SPY', released_at: null },
    ]);
    expect(released.body).toMatchObject({
      id: stop.id,
      released_at: expect.any(String),
      released_by: `user:${ownerId}`,
    });
    expect(after.body).toEqual([]);
    expect(all.body).toEqual([released.body]);
    expect(missing).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await call('GET', '/api/safety/events?limit=1')).body[0].kind).toBe('source_released');
  });
});
