import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localUser, type Principal } from '../../src/access/index.ts';
import { createPipeline } from '../../src/graphql/index.ts';
import { placeOrder } from '../../src/orders/index.ts';
import { createStrategy } from '../../src/strategies/index.ts';
import { dataOf, type Loose, post, subscribeOverSocket } from '../api/graphql-clients.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let server: TestApp;
let user: Principal;
beforeAll(async () => {
  server = await startTestApp();
  const { id } = await server.app.services.database.read.user.findFirstOrThrow();
  user = localUser(id);
  await dataOf(
    server.url,
    'mutation { updateSafetyLimits(input: {maxDailyTrades: 1000, maxOrdersPerMinute: 1000}) { errors { code } } }',
  );
});
afterAll(async () => {
  await server.stop();
  expect(server.bugs()).toEqual([]);
});

const FIELDS = 'id clientOrderId status symbol side quantity orderType limitPrice source mode';
const PLACE = `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
  order { ${FIELDS} }
  errors { __typename code message path ... on OrderDenial { limit observed orderId clientOrderId order { ${FIELDS} reasonCode } } }
} }`;

// oxlint-disable-next-line typescript/no-explicit-any -- Whatever JSON there is; each test says what it expects of it.
type Any = any;

async function place(input: object): Promise<Any> {
  return (await dataOf<Any>(server.url, PLACE, { input })).placeOrder;
}

async function price(symbol: string): Promise<number> {
  const { quotes } = await dataOf<Any>(server.url, `{ quotes(symbols: ["${symbol}"]) { price } }`);
  return quotes[0].price;
}

/** A limit far below the market: it works and is not filled. */
async function resting(symbol: string) {
  const limitPrice = (Math.floor((await price(symbol)) * 50) / 100).toFixed(2);
  return { symbol, side: 'BUY', quantity: '1', orderType: 'LIMIT', limitPrice, timeInForce: 'GTC' };
}

async function untilFilled(id: string): Promise<void> {
  const status = async () => (await dataOf<Any>(server.url, `{ order(id: "${id}") { status } }`)).order.status;
  await expect.poll(status, { timeout: 60_000, interval: 50 }).toBe('FILLED');
}

describe('an order', () => {
  it('is shown with a reason that this version does not know', async () => {
    const { order } = await place(await resting('GLD'));
    await dataOf(server.url, `mutation { cancelOrder(input: {id: "${order.id}"}) { errors { code } } }`);
    const { database } = server.app.services;
    const id = Number(order.id);
    await database.transaction((db) => db.order.update({ where: { id }, data: { reasonCode: 'from_the_future' } }));
    const shown = await dataOf<Any>(server.url, `{ order(id: "${id}") { id reasonCode } }`);
    const overRest = await fetch(new URL(`/api/broker/orders/${id}`, server.url));

    expect(shown.order).toEqual({ id: order.id, reasonCode: 'OTHER' });
    expect(await overRest.json()).toMatchObject({ id, reason_code: 'other' });
  });

  it('is placed with all its digits, changed, listed and canceled', async () => {
    const { order, errors } = await place({ ...(await resting('SPY')), quantity: '1.23456789' });

    const changed = await dataOf<Any>(
      server.url,
      `mutation { replaceOrder(input: {id: "${order.id}", quantity: 2.00000001}) { order { id quantity } errors { code } } }`,
    );
    const listed = await dataOf<Any>(
      server.url,
      '{ orders(status: ACCEPTED, symbol: "SPY") { nodes { id quantity } } }',
    );
    const canceled = await dataOf<Any>(
      server.url,
      `mutation { cancelOrder(input: {id: "${changed.replaceOrder.order.id}"}) { order { status } errors { code } } }`,
    );

    expect(errors).toEqual([]);
    expect(order).toMatchObject({ status: 'ACCEPTED', quantity: '1.23456789', source: 'MANUAL', mode: 'PAPER' });
    expect(changed.replaceOrder).toMatchObject({ order: { quantity: '2.00000001' }, errors: [] });
    expect(listed.orders.nodes).toEqual([changed.replaceOrder.order]);
    expect(canceled).toEqual({ cancelOrder: { order: { status: 'CANCELED' }, errors: [] } });
  });

  it('that is denied is an error of its own type, with the order', async () => {
    const { order, errors } = await place({ symbol: 'QQQ', side: 'BUY', quantity: 100_000, orderType: 'MARKET' });

    expect(order).toBeNull();
    expect(errors).toMatchObject([
      {
        __typename: 'PositionLimitError',
        code: 'POSITION_LIMIT',
        path: [],
        limit: '10000',
        observed: expect.stringMatching(/^\d+$/),
        order: {
          id: errors[0].orderId,
          clientOrderId: errors[0].clientOrderId,
          status: 'DENIED',
          reasonCode: 'POSITION_LIMIT',
        },
      },
    ]);
  });

  it.each([
    ['a word', '"ten"'],
    ['an exponent in a text', '"1e5"'],
    ['NaN in a text', '"NaN"'],
    ['nine decimals', '0.123456789'],
    ['nothing', '0'],
    ['less than nothing', '-1'],
    ['more than there is', '1e308'],
    ['2^53 + 1', '9007199254740993'],
  ])('of %s is refused by its path', async (_what, quantity) => {
    const answer = await dataOf<Any>(
      server.url,
      `mutation { placeOrder(input: {symbol: "SPY", side: BUY, orderType: MARKET, quantity: ${quantity}}) { order { id } errors { code path } } }`,
    );

    expect(answer.placeOrder).toEqual({ order: null, errors: [{ code: 'VALIDATION', path: ['input', 'quantity'] }] });
  });

  it.each(['1e309', 'true', '[1]', '{a: 1}', 'MANY'])('of %s is no document', async (quantity) => {
    const { errors, data } = await post(
      server.url,
      `mutation { placeOrder(input: {symbol: "SPY", side: BUY, orderType: MARKET, quantity: ${quantity}}) { order { id } } }`,
    );

    expect(data ?? null).toBeNull();
    expect(errors?.length).toBeGreaterThan(0);
  });

  it('comes alone: a request sends one at most, however it is written', async () => {
    const one = (alias: string) =>
      `${alias}: placeOrder(input: {symbol: "SPY", side: BUY, orderType: MARKET, quantity: 1}) { order { id } }`;
    const requests = [
      `mutation { ${one('a')} ${one('b')} }`,
      `mutation { ${one('a')} ...More } fragment More on Mutation { ${one('b')} }`,
      `mutation { ${one('a')} replaceOrder(input: {id: 1}) { order { id } } }`,
    ];
    const count = () => server.app.services.database.read.order.count();
    const before = await count();

    for (const request of requests) {
      const { errors } = await post(server.url, request);
      expect(errors?.[0]).toMatchObject({
        message: 'The document has 2 orders in one mutation; at most 1 are allowed.',
        extensions: { code: 'VALIDATION', limit: 1, observed: 2 },
      });
    }
    expect(await count()).toBe(before);
  });
});

describe('cause and effect', () => {
  it('can be walked from an order of a strategy to the strategy and back, and to its fills and events and back', async () => {
    const { services } = server.app;
    const strategy = await createStrategy(services, user, {
      name: 'Trend',
      strategyType: 'momentum',
      symbols: ['IWM'],
    });
    const created = await services.database.read.event.findFirstOrThrow({ orderBy: { cursor: 'desc' } });
    const input = { symbol: 'IWM', side: 'buy', quantity: '1', orderType: 'market' };
    const origin = {
      source: 'strategy',
      sourceId: strategy.id,
      actor: `strategy:${strategy.id}`,
      correlationId: 'walk-1',
      causationId: created.cursor,
      strategyId: strategy.id,
    } as const;
    const { id } = await placeOrder(services, user, input, origin);
    await untilFilled(String(id));

    const { order } = await dataOf<Any>(
      server.url,
      `{ order(id: "${id}") {
        correlationId
        causationEvent { type cursor }
        causedBy { __typename ... on Strategy { name orders { nodes { id } } } }
        transitions { from to }
        effects {
          fills { nodes { price order { id } } }
          replacedBy { id }
          events(first: 50) { entries { type correlationId order { id causedBy { __typename } } causedBy { type } } }
        }
      } }`,
    );

    expect(order).toMatchObject({
      correlationId: 'walk-1',
      causationEvent: { type: expect.stringMatching(/^Strategy/), cursor: String(origin.causationId) },
      causedBy: { __typename: 'Strategy', name: 'Trend', orders: { nodes: [{ id: String(id) }] } },
      effects: { fills: { nodes: [{ order: { id: String(id) } }] }, replacedBy: [] },
    });
    const { entries } = order.effects.events;
    const types = entries.map((entry: Loose) => entry['type']);
    expect(types[0]).toBe('OrderPlaced');
    expect(types).toEqual(expect.arrayContaining(['FillRecorded', 'OrderFilled']));
    expect(new Set(entries.map((entry: Any) => `${entry.order.id} ${entry.order.causedBy.__typename}`))).toEqual(
      new Set([`${id} Strategy`]),
    );
    expect(order.transitions.at(-1).to).toBe('FILLED');
  });

  it('can be walked from an order to its strategy after that was deleted, which is shown nowhere else', async () => {
    const { services } = server.app;
    const input = { name: 'Gone', strategyType: 'momentum', symbols: ['GLD'] };
    const { id: strategyId } = await createStrategy(services, user, input);
    const order = { symbol: 'GLD', side: 'buy', quantity: '1', orderType: 'limit', limitPrice: '0.01' };
    const source = { source: 'strategy', sourceId: strategyId, actor: `strategy:${strategyId}`, strategyId } as const;
    const { id } = await placeOrder(services, user, order, { ...source, correlationId: 'walk-2' });
    const { deleteStrategy } = await dataOf<Any>(
      server.url,
      `mutation { deleteStrategy(input: {id: "${strategyId}"}) { deletedId errors { code } } }`,
    );

    const data = await dataOf<Any>(
      server.url,
      `{ order(id: "${id}") { causedBy { ... on Strategy { name deletedAt params orders { nodes { id } } } } }
        strategy(id: "${strategyId}") { id } strategies(first: 100) { nodes { id } } }`,
    );
    const shown = await fetch(`${server.url}/api/strategies/${strategyId}`);

    expect(deleteStrategy).toEqual({ deletedId: String(strategyId), errors: [] });
    expect(data.order.causedBy).toMatchObject({
      ...{ name: 'Gone', deletedAt: expect.any(String), orders: { nodes: [{ id: String(id) }] } },
    });
    expect(data.strategy).toBeNull();
    expect(data.strategies.nodes).not.toContainEqual({ id: String(strategyId) });
    expect(shown.status).toBe(404);
  });

  it('can be walked from a kill to the orders that close positions and back', async () => {
    const { activateKillSwitch } = await dataOf<Any>(
      server.url,
      'mutation { activateKillSwitch(input: {policy: FLATTEN, reason: "Walk"}) { kill { drained positionsClosing safetyEvent { id } } errors { code } } }',
    );
    const { id } = activateKillSwitch.kill.safetyEvent;
    const orders = `{ safetyEvents(kind: HALTED, first: 5) { nodes { id reason orders(first: 5) { nodes { source symbol status
      causedBy { __typename ... on SafetyEvent { id kind orders(first: 5) { nodes { symbol } } } } } } } } positions { symbol } }`;
    const closed = async () => (await dataOf<Any>(server.url, orders)).positions;
    await expect.poll(closed, { timeout: 60_000, interval: 100 }).toEqual([]);
    await dataOf(server.url, 'mutation { resumeTrading(input: {}) { errors { code } } }');

    const { safetyEvents } = await dataOf<Any>(server.url, orders);

    expect(activateKillSwitch).toMatchObject({ kill: { drained: true, positionsClosing: ['IWM'] }, errors: [] });
    expect(safetyEvents.nodes).toMatchObject([
      {
        id,
        reason: 'Walk',
        orders: {
          nodes: [
            {
              source: 'KILL',
              symbol: 'IWM',
              status: 'FILLED',
              causedBy: { __typename: 'SafetyEvent', id, kind: 'HALTED', orders: { nodes: [{ symbol: 'IWM' }] } },
            },
          ],
        },
      },
    ]);
  });
});

describe('the events of orders', () => {
  it('come in order, for one order when asked, again after a cursor, and lead back to the order', async () => {
    const { order } = await place(await resting('DIA'));
    await dataOf(server.url, `mutation { cancelOrder(input: {id: "${order.id}"}) { errors { code } } }`);
    const query = `subscription ($after: Cursor) { orderEvents(orderId: "${order.id}", after: $after) {
      __typename cursor correlationId orderId order { id status } ... on OrderStatusEvent { status quantity } } }`;
    const stream = subscribeOverSocket<Any>(server.url, query, { after: '0' });

    const heard: Any[] = [];
    while (heard.at(-1)?.__typename !== 'OrderCanceled')
      heard.push((await stream.answers.next()).value?.data?.orderEvents);
    await stream.end();

    expect(heard[0]).toMatchObject({ __typename: 'OrderPlaced', status: 'PENDING_SUBMIT', quantity: '1' });
    expect(heard.at(-1)).toMatchObject({ status: 'CANCELED', order: { id: order.id, status: 'CANCELED' } });
    expect(new Set(heard.map((event) => event.orderId))).toEqual(new Set([order.id]));
    const cursors = heard.map((event) => Number(event.cursor));
    expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
  });

  it('of nobody are refused', async () => {
    const stream = subscribeOverSocket(server.url, 'subscription { orderEvents(orderId: "4711") { orderId } }');
    const { value } = await stream.answers.next();
    await stream.end();

    expect(value?.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  });

  it('stand in the journal with all others, by their types', async () => {
    const { journal } = await dataOf<Any>(
      server.url,
      '{ journal(types: ["OrderDenied", "TradingHalted"], first: 50) { entries { type order { status } safetyEvent { kind } } } }',
    );

    expect(journal.entries).toEqual(
      expect.arrayContaining([
        { type: 'OrderDenied', order: { status: 'DENIED' }, safetyEvent: null },
        { type: 'TradingHalted', order: null, safetyEvent: { kind: 'HALTED' } },
      ]),
    );
  });
});

describe('safety', () => {
  it('is told with its limits, the mode and the audit, whose chain holds', async () => {
    const data = await dataOf<Any>(
      server.url,
      `{ safetyStatus { state paperMode mode tradesToday limits { maxDailyTrades maxOrderValue maxPositionPct } }
         verifyAudit { ok brokenAt problem } system { mode } account { mode cash equity positions { symbol } missing }
         stoppedSources { nodes { id } } reconciliations { nodes { outcome } } }`,
    );

    expect(data).toMatchObject({
      safetyStatus: {
        state: 'ACTIVE',
        paperMode: true,
        mode: 'PAPER',
        limits: { maxDailyTrades: 1000, maxOrderValue: null, maxPositionPct: '0.1' },
      },
      verifyAudit: { ok: true, brokenAt: null, problem: null },
      system: { mode: 'PAPER' },
      account: { mode: 'PAPER', positions: [], missing: [] },
      stoppedSources: { nodes: [] },
      reconciliations: { nodes: [] },
    });
  });

  it('is streamed as it changes', async () => {
    const cursor = String(server.app.services.journal.head());
    const stream = subscribeOverSocket<Any>(
      server.url,
      `subscription { safetyEvents(after: "${cursor}") { __typename reason actor facts safetyEvent { kind } ... on TradingHalted { cause policy } } }`,
    );
    const first = stream.answers.next();
    await dataOf(
      server.url,
      'mutation { activateKillSwitch(input: {reason: "Stream", policy: BLOCK}) { errors { code } } }',
    );
    const { value } = await first;
    await stream.end();
    await dataOf(server.url, 'mutation { resumeTrading(input: {}) { errors { code } } }');

    expect(value?.data?.safetyEvents).toMatchObject({
      __typename: 'TradingHalted',
      reason: 'Stream',
      actor: `user:${user.userId}`,
      cause: 'KILL',
      policy: 'BLOCK',
      safetyEvent: { kind: 'HALTED' },
    });
  });

  it.each([
    ['mutation { activateKillSwitch(input: {}) { errors { code } } }', 'kill'],
    ['mutation { resumeTrading(input: {}) { errors { code } } }', 'admin'],
    ['mutation { updateSafetyLimits(input: {}) { errors { code } } }', 'admin'],
    ['mutation { releaseSource(input: {id: 1}) { errors { code } } }', 'admin'],
    ['mutation { resetPaperAccount(input: {}) { errors { code } } }', 'admin'],
    ['mutation { cancelOrder(input: {id: 1}) { errors { code } } }', 'trade'],
    ['mutation { replaceOrder(input: {id: 1}) { errors { code } } }', 'trade'],
    [
      'mutation { placeOrder(input: {symbol: "SPY", side: BUY, quantity: 1, orderType: MARKET}) { errors { code } } }',
      'trade',
    ],
  ] as const)('is guarded by a scope: %s needs %s', async (query, scope) => {
    const { services } = server.app;
    const scopes = new Set((['read', 'trade', 'admin', 'kill'] as const).filter((each) => each !== scope));
    const principal = { ...user, scopes };
    const { parse, execute, contextFactory, schema } = createPipeline(services).enveloped({
      principal,
      requestId: 'x',
    });

    const answer = await execute({ schema, document: parse(query), contextValue: await contextFactory() });

    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN', facts: { scope } } }] });
  });
});
