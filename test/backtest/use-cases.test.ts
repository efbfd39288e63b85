/** Backtests and signals through the services: real bars from the database, real threads. */
import { describe, expect, it } from 'vitest';
import { backtestStrategy, parseSettings, runBacktest, strategySignals } from '../../src/backtest/index.ts';
import { createStrategy, parseParameters } from '../../src/strategies/index.ts';
import { createTestDatabase, eachDatabase } from '../support/database.ts';
import { MISBEHAVING_POOL, MISBEHAVIOUR } from '../support/misbehaviour.ts';
import { createOwner } from '../support/owner.ts';
import { flatBars } from '../support/series.ts';
import { importSeries, importSp500, startServices } from '../support/services.ts';

const REQUEST = {
  strategyType: 'momentum',
  params: { short_window: 5, long_window: 40 },
  symbols: ['AAPL', 'MSFT'],
  start: '2021-01-04',
  end: '2023-12-29',
};

eachDatabase((_provider, create) => {
  describe('a backtest', () => {
    it('equals the backtester on the bars that it names', async () => {
      const services = await startServices(await create());
      const settings = { commissionBps: 3, slippageBps: 1, allowShort: true };

      const outcome = await backtestStrategy(services, services.user, { ...REQUEST, ...settings });

      const type = services.registry.get('momentum');
      const expected = runBacktest({
        type,
        params: parseParameters(type, REQUEST.params, 'params'),
        bars: outcome.bars,
        settings: parseSettings(settings, { periodsPerYear: 252 }),
      });
      expect(outcome).toMatchObject({
        ...expected,
        dataSource: 'simulated',
        dataHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(outcome.trades.length).toBeGreaterThan(5);
      expect(outcome.bars.map(({ symbol }) => symbol)).toEqual(['AAPL', 'MSFT']);
      const dates = outcome.bars[0]?.time ?? new Float64Array();
      expect([dates[0], dates.at(-1)]).toEqual([Date.parse(REQUEST.start), Date.parse(REQUEST.end)]);
      expect(outcome.equity).toHaveLength(dates.length);
    });

    it('hears of all that is wrong with its request at once', async () => {
      const services = await startServices(await create(), { pool: { threads: 1 } });

      const refused = backtestStrategy(services, services.user, {
        ...REQUEST,
        params: { short_window: -1 },
        symbols: [],
        end: '2026-02-30',
        interval: '2d',
        slippageBps: -1,
      });

      await expect(refused).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [['symbols'], ['params', 'short_window'], ['interval'], ['end'], ['slippageBps']].map((path) => ({
          path,
        })),
      });
    });

    it('is refused for a reversed range and for more bars than an answer holds', async () => {
      const services = await startServices(await create(), { pool: { threads: 1 } });
      const run = (change: object) => backtestStrategy(services, services.user, { ...REQUEST, ...change });

      await expect(run({ start: '2024-01-01' })).rejects.toThrow('The start 2024-01-01 is after the end 2023-12-29.');
      await expect(run({ symbols: ['AAPL'], interval: '1m', start: '2020-01-02' })).rejects.toMatchObject({
        code: 'VALIDATION',
        facts: { limit: 250_000 },
      });
    });
  });

  describe('signals of a saved strategy', () => {
    it('come from its newest bars, however old an import is', async () => {
      const services = await startServices(await create(), { pool: { threads: 1 } });
      await importSp500(services, 'SPX');
      const saved = { name: 'Trend', strategyType: 'momentum', symbols: ['SPX'] };
      const { id } = await createStrategy(services, services.user, saved);

      const signals = await strategySignals(services, services.user, id);

      expect(signals).toEqual([{ symbol: 'SPX', date: '2020-04-17', target: 0, previousTarget: 0, signal: 'hold' }]);
    });

    it('decide on 504 bars beyond the longest window', async () => {
      const services = await startServices(await create(), { pool: { threads: 1 } });
      const window = 600;
      const params = { short_window: 1, long_window: window, ma_type: 'ema' };
      // An exponential average that begins with one of the first two prices is above all others for ever.
      const prices = Array.from({ length: 504 + window + 2 }, (_, t) => (t < 2 ? 1e6 : 100 + 0.01 * t));
      const series = [0, 1, 2].map((first) => flatBars(prices.slice(first), `X${first}`));
      const targets: unknown[] = [];

      for (const bars of series) {
        await importSeries(services, bars);
        const saved = { name: bars.symbol, strategyType: 'momentum', symbols: [bars.symbol], params };
        const { id } = await createStrategy(services, services.user, saved);
        const [signal] = await strategySignals(services, services.user, id);
        targets.push([signal?.previousTarget, signal?.target]);
      }

      // The newest 504 + 600 bars have neither, those that ended a bar earlier have the second one where it is there.
      expect(targets).toEqual([
        [0, 1],
        [0, 1],
        [1, 1],
      ]);
    });

    it('of a pair are opposite', async () => {
      const services = await startServices(await create(), { pool: { threads: 1 } });
      const prices = Array.from({ length: 100 }, (_, t) => 100 + (t % 2));
      await importSeries(services, flatBars([...prices, 60], 'AAA'));
      await importSeries(services, flatBars([...prices, 100], 'BBB'));
      const saved = { name: 'Pair', strategyType: 'stat_arb', symbols: ['AAA', 'BBB'] };
      const { id } = await createStrategy(services, services.user, saved);

      expect(await strategySignals(services, services.user, id)).toMatchObject([
        { symbol: 'AAA', target: 1, previousTarget: 0, signal: 'buy' },
        { symbol: 'BBB', target: -1, previousTarget: 0, signal: 'sell' },
      ]);
    });

    it('do not exist for a market maker, nor for the strategy of another user', async () => {
      const services = await startServices(await create(), { pool: { threads: 1 } });
      const stranger = await createOwner(services.database);
      const saved = { name: 'Maker', strategyType: 'market_making', symbols: ['AAPL'] };
      const { id } = await createStrategy(services, services.user, saved);

      await expect(strategySignals(services, services.user, id)).rejects.toMatchObject({
        code: 'VALIDATION',
        message: expect.stringContaining('quotes both sides'),
      });
      await expect(strategySignals(services, stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });
});

describe('a backtest whose task fails', () => {
  it.each([
    ['loop', 'UNAVAILABLE'],
    ['allocate', 'UNAVAILABLE'],
    ['exit', 'UNAVAILABLE'],
  ] as const)('because it would %s is unavailable, and the next one works', async (way, code) => {
    const database = await createTestDatabase('sqlite');
    const services = await startServices(database, { pool: MISBEHAVING_POOL });

    const bad = backtestStrategy(services, services.user, { ...REQUEST, initialCapital: MISBEHAVIOUR.get(way) });
    await expect(bad).rejects.toMatchObject({ code });
    const good = await backtestStrategy(services, services.user, REQUEST);

    expect(good.equity.length).toBeGreaterThan(700);
    await services.close();
    await database.drop();
  });

  it('because of a bug is no error that a caller could act on', async () => {
    const database = await createTestDatabase('sqlite');
    const services = await startServices(database, { pool: MISBEHAVING_POOL });

    const bad = backtestStrategy(services, services.user, { ...REQUEST, initialCapital: MISBEHAVIOUR.get('throw') });

    await expect(bad).rejects.toMatchObject({ name: 'ComputeFailure', reason: 'threw' });
    await services.close();
    await database.drop();
  });

  it('because prices are absurd is told so', async () => {
    const database = await createTestDatabase('sqlite');
    const services = await startServices(database, { pool: { threads: 1 } });
    const prices = Array.from({ length: 60 }, (_, t) => 10 ** (6 * t - 180));
    await importSeries(services, flatBars(prices, 'ABSURD'));

    const refused = backtestStrategy(services, services.user, {
      ...REQUEST,
      symbols: ['ABSURD'],
      params: { short_window: 1, long_window: 2 },
      source: 'csv',
      start: '2020-01-01',
      end: '2020-02-29',
    });

    await expect(refused).rejects.toMatchObject({
      code: 'VALIDATION',
      message: expect.stringContaining('beyond what a number can hold'),
    });
    await services.close();
    await database.drop();
  });
});
