import { describe, expect, it } from 'vitest';
import { REST_ROUTES } from '../../src/rest/index.ts';
import { describedServer } from './described.ts';

const { call } = describedServer({ env: { IMPORT_MAX_BYTES: '20000' } });

const trend = { name: 'Trend', strategy_type: 'momentum', symbols: ['SPY'] };

describe('strategies', () => {
  it('are saved, read, changed by PUT and PATCH alike, and deleted', async () => {
    const created = await call('POST', '/api/strategies', {
      body: { ...trend, params: { short_window: 7 }, mode: 'auto-trade', interval: '1w' },
    });
    const path = created.headers.get('location') ?? 'none';
    const patched = await call('PATCH', path, { body: { name: 'Fast trend' } });
    const put = await call('PUT', path, {
      body: { mode: 'alert', params: { short_window: 9 }, enabled: false },
    });
    const read = await call('GET', path);
    const deleted = await call('DELETE', path);

    expect(created.body).toMatchObject({
      name: 'Trend',
      params: { short_window: 7, long_window: 50 },
      mode: 'auto_trade',
      interval: '1w',
      enabled: true,
    });
    expect(patched.body).toMatchObject({
      name: 'Fast trend',
      params: { short_window: 7 },
      mode: 'auto_trade',
      interval: '1w',
    });
    expect(put.body).toMatchObject({ name: 'Fast trend', params: { short_window: 9 }, mode: 'alert', enabled: false });
    expect(read.body).toEqual(put.body);
    expect(deleted.body).toEqual({ id: created.body.id, status: 'deleted' });
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(404);
  });

  it('are listed by id, all of them or page by page', async () => {
    const ids: number[] = [];
    for (const name of ['a', 'b', 'c'])
      ids.push((await call('POST', '/api/strategies', { body: { ...trend, name } })).body.id);

    const all = await call('GET', '/api/strategies/');
    const first = await call('GET', '/api/strategies?limit=2');
    const second = await call('GET', /<(.+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? 'none');

    expect(all.body.map((strategy: { id: number }) => strategy.id)).toEqual(ids);
    expect(all.headers.get('link')).toBeNull();
    expect([...first.body, ...second.body]).toEqual(all.body);
  });

  it('have types with a schema of their parameters and a grid', async () => {
    const { body } = await call('GET', '/api/strategies/types');
    const momentum = body.find((type: { strategy_type: string }) => type.strategy_type === 'momentum');

    expect(momentum).toMatchObject({
      parameters: { type: 'object', properties: { short_window: { type: 'integer', default: 20 } } },
      default_grid: { short_window: [5, 10, 20] },
    });
  });

  it('say what they want to hold now', async () => {
    const { headers } = await call('POST', '/api/strategies', { body: { ...trend, symbols: ['SPY'] } });

    const { body } = await call('POST', `${headers.get('location')}/signals`);

    expect(body).toHaveLength(1);
    expect(body[0]).toMatchObject({ symbol: 'SPY', date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
  });

  it('that are wrong are refused field by field', async () => {
    const { status, body } = await call('POST', '/api/strategies', {
      body: { ...trend, name: '', params: { short_window: 60 }, symbols: ['../etc'] },
    });

    expect(status).toBe(422);
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual(expect.arrayContaining(['name']));
  });
});

describe('a backtest', () => {
  const request = {
    strategy_type: 'momentum',
    symbols: ['SPY'],
    start: '2023-01-01',
    end: '2024-12-31',
    params: { short_window: 5, long_window: 20 },
  };

  it('answers metrics, equity and trades', async () => {
    const { body } = await call('POST', '/api/backtest', { body: request });

    expect(body.equity_curve[0]).toEqual({ date: '2023-01-03', equity: 100_000 });
    expect(body.trades.length).toBe(body.metrics.trades);
    expect(body.trades[0]).toMatchObject({ side: 'long', entry_at: expect.stringMatching(/^2023-/) });
    expect(body.data_source).toBe('simulated');
  });

  it('takes the costs that it is told', async () => {
    const [free, dear] = await Promise.all(
      [0, 100].map((commission) =>
        call('POST', '/api/backtest', { body: { ...request, commission_bps: commission, slippage_bps: 0 } }),
      ),
    );

    expect(dear?.body.metrics.total_return).toBeLessThan(free?.body.metrics.total_return);
  });

  it('without bars in the range is refused', async () => {
    const { status, body } = await call('POST', '/api/backtest', {
      body: { ...request, start: '2024-12-31', end: '2023-01-01' },
    });

    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'VALIDATION', errors: [{ path: 'start' }] });
  });
});

describe('data', () => {
  it('has bars, quotes and symbols', async () => {
    const bars = await call('GET', '/api/data/ohlcv?symbol=spy&start=2024-12-27&end=2024-12-31');
    const quotes = await call('GET', '/api/data/quotes?symbols=BTC-USD,SPY');
    const symbols = await call('GET', '/api/data/symbols');

    expect(bars.body).toMatchObject({ symbol: 'SPY', interval: '1d', source: 'simulated' });
    expect(bars.body.data.map((bar: { date: string }) => bar.date)).toEqual(['2024-12-27', '2024-12-30', '2024-12-31']);
    expect(quotes.body.map((quote: { symbol: string }) => quote.symbol)).toEqual(['BTC-USD', 'SPY']);
    expect(symbols.body).toContainEqual(expect.objectContaining({ symbol: 'SPY', source: 'simulated', rows: null }));
  });

  it('is imported from CSV, and then used', async () => {
    const csv = 'Date,Open,High,Low,Close,Volume\n2024-01-02,10,12,9,11,100\n2024-01-03,11,13,10,12,200\n';
    const headers = { 'content-type': 'text/csv' };

    const first = await call('POST', '/api/data/import?symbol=acme&interval=1d', { body: csv, headers });
    const again = await call('POST', '/api/data/import?symbol=ACME', { body: csv, headers });
    const bars = await call('GET', first.headers.get('location') ?? 'none');

    expect(first.body).toEqual({
      symbol: 'ACME',
      interval: '1d',
      rows: 2,
      inserted: 2,
      updated: 0,
      first: '2024-01-02',
      last: '2024-01-03',
      source: 'csv',
    });
    expect(again.body).toMatchObject({ inserted: 0, updated: 0 });
    expect(bars.body).toMatchObject({
      source: 'csv',
      data: [
        { date: '2024-01-02', close: 11 },
        { date: '2024-01-03', volume: 200 },
      ],
    });
  });

  it('that cannot be read is refused with the row, and what is too large with the limit', async () => {
    const headers = { 'content-type': 'text/csv' };

    const bad = await call('POST', '/api/data/import?symbol=BAD', {
      body: 'date,open,high,low,close,volume\n2024-01-02,1,2,0.5,x,3\n',
      headers,
    });
    const large = await call('POST', '/api/data/import?symbol=BIG', { body: 'x'.repeat(20_001), headers });
    const none = await call('GET', '/api/data/ohlcv?symbol=BAD&start=2024-01-01&end=2024-02-01&source=csv');

    expect(bad).toMatchObject({ status: 422, body: { errors: [{ path: 'csv.2' }] } });
    expect(large).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE', limit: 20_000 } });
    expect(none.status).toBe(422);
  });

  it('of a symbol that is none are refused at the parameter as it is called', async () => {
    const hostile = await call('GET', '/api/data/ohlcv?symbol=__proto__&start=2024-01-01&end=2024-02-01');
    const weekend = await call('GET', '/api/data/ohlcv?symbol=SPY&start=2024-01-06&end=2024-01-07');

    expect(hostile).toMatchObject({ status: 422, body: { errors: [{ path: 'symbol' }] } });
    expect(weekend).toMatchObject({ status: 422, body: { errors: [{ path: 'symbol' }] } });
  });

  it('asked for with parameters missing or unknown is refused', async () => {
    const missing = await call('GET', '/api/data/ohlcv?symbol=SPY');
    const unknown = await call('GET', '/api/data/quotes?symbol=SPY');
    const interval = await call('GET', '/api/data/ohlcv?symbol=SPY&start=2024-01-01&end=2024-02-01&interval=2d');

    expect(missing.body.errors).toMatchObject([{ path: 'start' }, { path: 'end' }]);
    expect(unknown.body.errors).toMatchObject([{ path: 'symbols' }, { path: 'symbol' }]);
    expect(interval.body.errors).toMatchObject([{ path: 'interval', message: expect.stringContaining('"1d"') }]);
  });
});

describe('the journal', () => {
  it('is read oldest first, from a cursor, by type', async () => {
    await call('POST', '/api/strategies', { body: trend });

    const all = await call('GET', '/api/events?limit=500');
    const first = await call('GET', '/api/events?limit=1');
    const rest = await call('GET', `/api/events?limit=500&after=${first.body[0].cursor}`);
    const created = await call('GET', '/api/events?types=StrategyCreated,BarsImported');

    expect([...first.body, ...rest.body]).toEqual(all.body);
    expect(first.headers.get('link')).toBe(`</api/events?after=${first.body[0].cursor}&limit=1>; rel="next"`);
    expect(new Set(created.body.map((event: { type: string }) => event.type))).toEqual(
      new Set(['StrategyCreated', 'BarsImported']),
    );
    expect(JSON.stringify(all.body)).not.toContain('strategyType');
  });

  it.each(['Nothing', 'StrategyCreated,', 'strategycreated', 'OptimizationProgressed', '__proto__'])(
    'of the types %s is refused, naming those that there are',
    async (types) => {
      const answer = await call('GET', `/api/events?types=${types}`);

      expect(answer.status).toBe(422);
      expect(answer.body.errors).toEqual([{ path: 'types', message: expect.stringContaining('StrategyCreated') }]);
      expect(answer.body.detail).toContain(JSON.stringify(types.split(',').at(-1)));
    },
  );

  it.each(['x', '-1', '1e3', '99999999', '9'.repeat(40)])('from the cursor %s is refused', async (cursor) => {
    expect((await call('GET', `/api/events?after=${cursor}`)).status).toBe(422);
  });
});

describe('hostile bodies', () => {
  const hostile: readonly unknown[] = [
    null,
    true,
    '',
    '\u0000',
    '1e5',
    '../../etc/passwd',
    "'; DROP TABLE Strategy; --",
    '\u202eYPS',
    'ЅPY',
    '=1+1',
    'x'.repeat(100_000),
    -0,
    -1,
    0,
    0.5,
    1e308,
    -1e308,
    2 ** 53,
    2_147_483_648,
    [],
    [[]],
    [null],
    {},
    { constructor: 1 },
    { a: { b: {} } },
    ['SPY', 'SPY'],
    Array.from({ length: 2000 }, (_, at) => `S${at}`),
    '2024-02-30',
    '+275760-09-13',
    '0000-00-00',
  ];
  const bodies = REST_ROUTES.flatMap((row) =>
    row.consumes === undefined && 'shape' in row.body ? [{ row, fields: Object.keys(row.body.shape ?? {}) }] : [],
  ).filter(({ fields }) => fields.length > 0);

  it.each(bodies)('never make a bug of $row.method $row.path', async ({ row, fields }) => {
    const { body: strategy } = await call('POST', '/api/strategies', { body: trend });
    const path = row.path.replace('{id}', String(strategy.id));
    const base = row.bodyExample ?? {};

    for (const field of fields) {
      for (const value of hostile) {
        const { status } = await call(row.method, path, { body: { ...Object(base), [field]: value } });
        expect(status, `${field}: ${JSON.stringify(value)?.slice(0, 60)}`).toBeLessThan(500);
      }
    }
  });
});
