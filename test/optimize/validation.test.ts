/** Everything that can be refused is refused at submission, naming the field, the value and the limit. */
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../src/core/index.ts';
import { type StrategyOptimizationInput, startStrategyOptimization } from '../../src/optimize/index.ts';
import { createStrategy } from '../../src/strategies/index.ts';
import type { TestServices, TestServicesOptions } from '../support/compose.ts';
import { createTestDatabase } from '../support/database.ts';
import { EXAMPLE, submit } from '../support/jobs.ts';
import { createOwner } from '../support/owner.ts';
import { randomBars } from '../support/series.ts';
import { importSeries, startServices } from '../support/services.ts';

const many = (count: number) => Array.from({ length: count }, (_, i) => i + 2);

/** A wrong input, the path of its error, and what the message says. */
const REFUSALS: readonly [string, Partial<StrategyOptimizationInput>, string, RegExp][] = [
  ['an unknown type', { strategyType: 'magic' }, 'strategyType', /"magic"; there are momentum, mean_reversion/],
  ['no symbols', { symbols: [] }, 'symbols', /1 to 100 symbols, found 0/],
  ['garbage for a symbol', { symbols: ['../etc'] }, 'symbols', /found "..\/etc"/],
  ['a look-alike symbol', { symbols: ['\u0410APL'] }, 'symbols', /found "\\u0410APL"/],
  ['a symbol twice', { symbols: ['AAPL', 'aapl'] }, 'symbols', /found AAPL twice/],
  ['a pair of one', { strategyType: 'stat_arb' }, 'symbols', /stat_arb trades exactly 2 symbols, found 1/],
  ['reversed dates', { start: '2024-12-31', end: '2020-01-02' }, 'start', /2024-12-31 is after the end 2020-01-02/],
  ['a date that does not exist', { end: '2026-02-30' }, 'end', /found "2026-02-30"/],
  ['a date of another form', { start: '02.01.2020' }, 'start', /YYYY-MM-DD, found "02.01.2020"/],
  ['no splits', { nSplits: 0 }, 'nSplits', /integer of at least 1, found 0/],
  ['half a split', { nSplits: 2.5 }, 'nSplits', /found 2.5/],
  ['a billion splits', { nSplits: 1e9 }, 'nSplits', /There are 1258 bars; 1000000000 splits .* take 100000000000/],
  ['too few bars', { nSplits: 13 }, 'nSplits', /There are 1258 bars; 13 splits of at least 100 bars take 1300/],
  ['too little training', { trainRatio: 0.05 }, 'trainRatio', /0.1 to 0.9, found 0.05/],
  ['no number for the ratio', { trainRatio: Number.NaN }, 'trainRatio', /found NaN/],
  ['an unknown interval', { interval: '2d' }, 'interval', /2d/],
  ['an unknown source', { source: 'nowhere' }, 'source', /"csv" or "simulated", found "nowhere"/],
  ['an import that is not there', { source: 'csv' }, 'source', /No 1d bars of AAPL were imported/],
  ['mixed sources', { symbols: ['AAPL', 'IMPORTED'] }, 'symbols', /AAPL from "simulated", IMPORTED from "csv"/],
  ['too short an import', { symbols: ['IMPORTED'] }, 'symbols', /from 2020-01-01 to 2021-08-22 and lack/],
  ['a commission of all', { commissionBps: 10_000 }, 'commissionBps', /less than 10000, found 10000/],
  ['negative slippage', { slippageBps: -1 }, 'slippageBps', /at least 0.* found -1/],
  ['no capital', { initialCapital: 0 }, 'initialCapital', /greater than 0.* found 0/],
  ['infinite periods', { periodsPerYear: Number.POSITIVE_INFINITY }, 'periodsPerYear', /found Infinity/],
  [
    'an unknown parameter',
    { paramGrid: { speed: [1] } },
    'paramGrid.speed',
    /no parameter "speed"; it has short_window/,
  ],
  ['an empty list', { paramGrid: { short_window: [] } }, 'paramGrid.short_window', /empty list/],
  ['a value out of range', { paramGrid: { short_window: [5, 0] } }, 'paramGrid.short_window.1', /found 0/],
  ['no grid at all', { paramGrid: 'all' }, 'paramGrid', /object of parameters, found "all"/],
  [
    'a combination that is not valid',
    { paramGrid: { short_window: 50, long_window: [10] } },
    'paramGrid',
    /^No combination of momentum is valid \(1 in all\): short_window 50 must be smaller than long_window 10\.$/,
  ],
  [
    'a grid without any valid combination',
    { paramGrid: { short_window: [50, 60], long_window: { min: 10, max: 50 } } },
    'paramGrid',
    /^No combination of momentum is valid \(82 in all\): short_window 50 must/,
  ],
  [
    'too many combinations',
    { paramGrid: { short_window: many(137), long_window: many(73) } },
    'paramGrid',
    /10001 combinations; at most 10000/,
  ],
  [
    'more combinations than can be counted in a number',
    {
      paramGrid: Object.fromEntries(['short_window', 'long_window', 'signal_threshold'].map((n) => [n, many(100_000)])),
    },
    'paramGrid',
    /1000000000000000 combinations; at most 10000/,
  ],
];

async function withServices(
  work: (services: TestServices) => Promise<void>,
  limits: TestServicesOptions['limits'] = {},
): Promise<void> {
  const database = await createTestDatabase('sqlite');
  const services = await startServices(database, { limits, maxRunningJobs: 0, pool: { threads: 1 } });
  await importSeries(services, randomBars(1, { length: 600, symbol: 'IMPORTED' }));
  await work(services);
  await services.close();
  await database.drop();
}

async function refusalOf(started: Promise<unknown>): Promise<DomainError> {
  const error = await started.then(
    () => new Error('expected a refusal'),
    (reason: unknown) => reason,
  );
  if (error instanceof DomainError) return error;
  throw error;
}

describe('a submission', () => {
  it.each(REFUSALS)('is refused for %s', async (_what, change, path, message) => {
    await withServices(async (services) => {
      const refusal = await refusalOf(submit(services, { ...EXAMPLE, ...change }));

      expect(refusal).toMatchObject({ code: 'VALIDATION', fields: [{ path: path.split('.') }] });
      expect(refusal.message).toMatch(message);
      expect(await services.database.read.optimization.count()).toBe(0);
      expect(await services.database.read.event.count({ where: { subjectType: 'optimization' } })).toBe(0);
    });
  });

  it('hears of all that is wrong with it at once', async () => {
    await withServices(async (services) => {
      const refusal = await refusalOf(
        submit(services, {
          strategyType: 'stat_arb',
          symbols: ['?'],
          start: '2026-02-30',
          end: '2020-01-02',
          interval: '2d',
          nSplits: 0,
          trainRatio: 1,
          slippageBps: -1,
          commissionBps: -1,
          paramGrid: { lookback: [1], entry_zscore: [] },
        }),
      );

      expect(refusal.fields.map(({ path }) => path.join('.'))).toEqual([
        'symbols',
        'paramGrid.lookback.0',
        'paramGrid.entry_zscore',
        'interval',
        'start',
        'nSplits',
        'trainRatio',
        'commissionBps',
        'slippageBps',
      ]);
    });
  });

  it('says the limit and the number when there are too few bars or too many combinations', async () => {
    await withServices(async (services) => {
      const bars = await refusalOf(submit(services, { ...EXAMPLE, nSplits: 13 }));
      const grid = await refusalOf(
        submit(services, { ...EXAMPLE, paramGrid: { short_window: many(137), long_window: many(73) } }),
      );

      expect(bars.facts).toEqual({ observed: 1258, required: 1300, limit: 1300 });
      expect(grid.facts).toEqual({ limit: 10_000, observed: 10_001 });
    });
  });

  it('is refused when its figures would take the memory of the server', async () => {
    await withServices(
      async (services) => {
        const paramGrid = { short_window: many(100), long_window: many(100).map((n) => n + 200), ma_type: ['sma'] };

        const refusal = await refusalOf(submit(services, { ...EXAMPLE, start: '1990-01-02', nSplits: 600, paramGrid }));

        expect(refusal.fields).toEqual([{ path: ['nSplits'], message: refusal.message }]);
        expect(refusal.message).toMatch(/10000 combinations over 600 splits take \d{9} bytes; at most 536870912/);
        expect(refusal.facts['limit']).toBe(2 ** 29);
      },
      { minBarsPerSplit: 2 },
    );
  });

  it('may name a saved strategy of its type and owner only', async () => {
    await withServices(async (services) => {
      const stranger = await createOwner(services.database);
      const saved = { name: 'Trend', strategyType: 'momentum', symbols: ['AAPL'] };
      const mine = await createStrategy(services, services.user, saved);
      const theirs = await createStrategy(services, stranger, saved);
      const other = await createStrategy(services, services.user, { ...saved, strategyType: 'market_making' });

      expect((await submit(services, { ...EXAMPLE, strategyId: mine.id })).strategyId).toBe(mine.id);
      for (const id of [theirs.id, 4711]) {
        const refusal = await refusalOf(submit(services, { ...EXAMPLE, strategyId: id }));
        expect(refusal).toMatchObject({ code: 'NOT_FOUND', message: `There is no strategy ${id}.` });
      }
      expect(await refusalOf(submit(services, { ...EXAMPLE, strategyId: other.id }))).toMatchObject({
        code: 'VALIDATION',
        message: `strategyId ${other.id} is a market_making strategy; strategyType is momentum.`,
      });
    });
  });

  it('takes the scope trade', async () => {
    await withServices(async (services) => {
      const reader = { ...services.user, scopes: new Set(['read'] as const) };

      await expect(startStrategyOptimization(services, reader, EXAMPLE)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });
  });

  it('takes an end in the future for today, and a single value for a list', async () => {
    await withServices(async (services) => {
      const row = await submit(services, { ...EXAMPLE, end: '2999-01-01', paramGrid: { long_window: 60 } });

      expect(row).toMatchObject({ status: 'pending', totalCombinations: 1 });
      expect(row.lastBar.getTime()).toBeLessThanOrEqual(services.clock.now());
    });
  });
});
