import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/index.ts';
import { WEBSOCKET_CHANNELS } from '../../src/ws/index.ts';
import { rest } from '../api/rest-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { SocketClient } from '../support/sockets.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(async () => {
  await server.stop();
  expect(server.bugs()).toEqual([]);
});

const channel = WEBSOCKET_CHANNELS.find(({ path }) => path === '/ws/orders');
const schemas = z.union(Object.values(channel?.messages ?? {}));

/** Messages until one fits, each held against the document of the channel. */
async function until(client: SocketClient, isLast: (message: JsonObject) => boolean): Promise<readonly JsonObject[]> {
  const heard: JsonObject[] = [];
  for (;;) {
    const message = await client.next();
    expect(schemas.safeParse(message).error?.issues, JSON.stringify(message)).toBeUndefined();
    heard.push(message);
    if (isLast(message)) return heard;
  }
}

const isFilled = (message: JsonObject) => message['event'] === 'OrderFilled';
const isResumed = (message: JsonObject) => message['event'] === 'TradingResumed';

async function buy(quantity: number): Promise<JsonObject> {
  const body = { symbol: 'SPY', side: 'buy', quantity, order_type: 'market' };
  return (await rest(server.url, 'POST /api/broker/orders', { body })).body as JsonObject;
}

describe('/ws/orders', () => {
  it('tells how an order comes to be filled, and what that makes of position and money', async () => {
    const client = await SocketClient.open(server, '/ws/orders');
    expect(await client.next()).toMatchObject({ type: 'connected', channel: 'orders' });

    const order = await buy(1);
    const awaited = new Set(['order', 'fill', 'position', 'account']);
    const heard = await until(client, (message) => {
      const isLast = message['type'] === 'order' ? isFilled(message) : message['cash'] !== 100_000;
      if (isLast) awaited.delete(String(message['type']));
      return awaited.size === 0;
    });

    expect(heard[0]).toMatchObject({ type: 'account', cash: 100_000 });
    const events = heard.filter(({ type }) => type === 'order').map(({ event }) => event);
    expect(events[0]).toBe('OrderPlaced');
    expect(heard.find(isFilled)).toMatchObject({
      order_id: order['id'],
      client_order_id: order['client_order_id'],
      status: 'filled',
      quantity: 1,
      filled_quantity: 1,
      source: 'manual',
      mode: 'paper',
    });
    const fill = heard.find(({ type }) => type === 'fill');
    expect(fill).toMatchObject({ order_id: order['id'], symbol: 'SPY', side: 'buy', quantity: 1, realized_pnl: 0 });
    expect(heard.find(({ type }) => type === 'position')).toMatchObject({
      symbol: 'SPY',
      quantity: 1,
      cost_basis: fill?.['price'],
    });
    expect(heard.findLast(({ type }) => type === 'account')?.['cash']).toBeCloseTo(
      100_000 - Number(fill?.['price']),
      6,
    );
    await client.leave();
  });

  it('tells of the kill switch, and again in the same order after a cursor', async () => {
    const client = await SocketClient.open(server, '/ws/orders');
    await client.next();
    await rest(server.url, 'POST /api/safety/kill', { body: { reason: 'Heard' } });
    await buy(2);
    await rest(server.url, 'POST /api/safety/resume');

    const live = await until(client, isResumed);
    await client.leave();
    const before = String(Number(live[0]?.['cursor']) - 1);
    const late = await SocketClient.open(server, `/ws/orders?after=${before}`);
    await late.next();
    const replayed = await until(late, isResumed);
    await late.leave();

    expect(live[0]).toMatchObject({
      type: 'safety',
      event: 'TradingHalted',
      reason: 'Heard',
      safety_event_id: expect.any(Number),
      facts: { cause: 'kill', policy: 'cancel' },
    });
    expect(live).toContainEqual(
      expect.objectContaining({
        type: 'order',
        event: 'OrderDenied',
        reason_code: 'KILL_SWITCH_ACTIVE',
        status: 'denied',
      }),
    );
    expect(replayed).toEqual(live);
  });
});
