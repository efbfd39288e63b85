/** The whole server with MARKET_DATA=yahoo; a stand-in answers for Yahoo. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { LISTINGS } from '../support/yahoo-provider.ts';
import { YahooStandIn } from '../support/yahoo-stand-in.ts';
import { listOf, objectOf, rest } from './rest-client.ts';

const standIn = new YahooStandIn(LISTINGS, () => systemClock.now());
let server: TestApp;
beforeAll(async () => {
  await standIn.listen();
  server = await startTestApp({ env: { MARKET_DATA: 'yahoo' }, fetch: standIn.fetch });
});
afterAll(async () => {
  await server.stop();
  await standIn.close();
});
beforeEach(() => void standIn.arrivals.splice(0));

async function optimize(): Promise<Record<string, unknown>> {
  const body = { strategy_type: 'momentum', symbols: ['SPY'], start: '2019-01-01', end: '2023-12-31' };
  const answer = await rest(server.url, 'POST /api/optimize/strategy', { body });
  expect(answer.status, answer.text).toBe(200);
  const path = `GET /api/optimize/${Number(objectOf(answer)['job_id'])}`;
  await expect
    .poll(async () => objectOf(await rest(server.url, path))['status'], { timeout: 25_000 })
    .not.toMatch(/^(pending|running)$/);
  return objectOf(await rest(server.url, path));
}

describe('a server with Yahoo', () => {
  it('optimizes on its bars and says so; a second job, and a restarted server, ask for nothing more', async () => {
    const first = await optimize();

    expect(first).toMatchObject({ status: 'complete', data_source: 'yahoo', bars: 1258 });
    expect(standIn.paths).toEqual(['/v8/finance/chart/SPY']);
    const second = await optimize();
    await server.restart();
    const third = await optimize();
    expect([second, third].map((job) => [job['status'], job['data_hash'], job['best_sharpe']])).toEqual([
      ['complete', first['data_hash'], first['best_sharpe']],
      ['complete', first['data_hash'], first['best_sharpe']],
    ]);
    expect(standIn.arrivals).toHaveLength(1);
  });

  it('lists what it keeps, and serves imports before it unless the source is named', async () => {
    const csv = 'date,open,high,low,close,volume\n2023-01-03,1,1,1,1,1\n2023-01-04,1,1,1,1,1\n';
    const headers = { 'content-type': 'text/csv' };
    await rest(server.url, 'POST /api/data/import?symbol=QQQ&interval=1d', { body: csv, headers });
    const source = async (query: string): Promise<unknown> =>
      objectOf(await rest(server.url, `GET /api/data/ohlcv?symbol=QQQ&start=2023-01-03&end=2023-01-04${query}`))[
        'source'
      ];

    expect(await source('')).toBe('csv');
    expect(await source('&source=yahoo')).toBe('yahoo');
    const stored = listOf(await rest(server.url, 'GET /api/data/symbols')).filter(({ rows }) => rows !== null);
    expect(stored.map(({ symbol, source: from, rows }) => [symbol, from, rows])).toEqual([
      ['QQQ', 'csv', 2],
      ['QQQ', 'yahoo', 2],
      ['SPY', 'yahoo', 1258],
    ]);
  });

  it('quotes what Yahoo tells, null where it does not', async () => {
    const quotes = listOf(await rest(server.url, 'GET /api/data/quotes?symbols=SPY,QQQ'));

    expect(quotes).toMatchObject([
      { symbol: 'SPY', bid: 99.9, ask: 100.1, source: 'yahoo' },
      { symbol: 'QQQ', bid: null, ask: null, source: 'yahoo' },
    ]);
  });

  it('answers 422 for a symbol that Yahoo does not know, and stores no job', async () => {
    const body = { strategy_type: 'momentum', symbols: ['NOPE'], start: '2019-01-01', end: '2023-12-31' };
    const before = listOf(await rest(server.url, 'GET /api/optimize')).length;

    const answer = await rest(server.url, 'POST /api/optimize/strategy', { body });

    expect(answer.status).toBe(422);
    expect(objectOf(answer)).toMatchObject({ code: 'VALIDATION', errors: [{ path: 'symbols' }] });
    expect(listOf(await rest(server.url, 'GET /api/optimize'))).toHaveLength(before);
  });

  it('does not wait for Yahoo when it closes', async () => {
    standIn.misbehave(/chart/, 'stall');
    const waiting = rest(server.url, 'GET /api/data/ohlcv?symbol=BTC-USD&start=2020-01-01&end=2023-12-31');
    await expect.poll(() => standIn.paths).toContain('/v8/finance/chart/BTC-USD');
    const startedAt = performance.now();

    await server.restart();

    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect((await waiting).status).toBe(503);
  });

  it('answers 503 with Retry-After while Yahoo throttles, stays ready, and goes on with what it keeps', async () => {
    standIn.misbehave(/chart/, { status: 429, headers: { 'retry-after': '600' } });

    const answer = await rest(server.url, 'GET /api/data/ohlcv?symbol=SPY&start=2010-01-01&end=2023-12-31');

    expect(answer.status).toBe(503);
    expect(objectOf(answer)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(590);
    expect((await rest(server.url, 'GET /readyz')).status).toBe(200);
    expect(await optimize()).toMatchObject({ status: 'complete', data_source: 'yahoo' });
  });
});
