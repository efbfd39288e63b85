/** What a complete job says about luck, and what it counts as tried. */
import { describe, expect, it } from 'vitest';
import {
  readCurve,
  readOverfitting,
  type StrategyOptimizationInput,
  startStrategyOptimization,
  startSweep,
} from '../../src/optimize/index.ts';
import type { TestServices } from '../support/compose.ts';
import { eachDatabase } from '../support/database.ts';
import { EXAMPLE, ended, submit } from '../support/jobs.ts';
import { createOwner } from '../support/owner.ts';
import { randomBars } from '../support/series.ts';
import { importSeries, startServices } from '../support/services.ts';

/** Six valid combinations, two of which the next grid has too. */
const GRID = { short_window: [5, 10], long_window: [20, 50, 100] };
const OTHER_GRID = { short_window: [10, 15], long_window: [50, 100] };

function range(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, place) => first + place);
}

async function trialsOf(services: TestServices, changes: Partial<StrategyOptimizationInput>): Promise<number> {
  const row = await ended(services, (await submit(services, { ...EXAMPLE, paramGrid: GRID, ...changes })).id);
  return readOverfitting(row)?.nTrials ?? -1;
}

eachDatabase((_provider, create) => {
  describe('the number of trials', () => {
    it('is that of the distinct valid combinations of the job', async () => {
      const services = await startServices(await create());

      expect(await trialsOf(services, { paramGrid: { short_window: [5, 30], long_window: [20, 50] } })).toBe(3);
    });

    it('counts those of earlier jobs, and each of them once', async () => {
      const services = await startServices(await create());

      expect(await trialsOf(services, {})).toBe(6);
      expect(await trialsOf(services, {})).toBe(6);
      expect(await trialsOf(services, { paramGrid: OTHER_GRID })).toBe(8);
      // The costs are others, the combination is the same.
      expect(await trialsOf(services, { slippageBps: 0 })).toBe(8);
    });

    it('counts those of a job that ended while it ran', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 2 });

      const both = await Promise.all([trialsOf(services, {}), trialsOf(services, { paramGrid: OTHER_GRID })]);

      // Of the two the one that ends later.
      expect(Math.max(...both)).toBe(8);
    });

    it('counts those of long jobs among short ones, page by page', async () => {
      const services = await startServices(await create());
      // 5/100, 10/100 and 15/100 are in other grids too.
      const many = { short_window: range(2, 40), long_window: range(60, 41) };

      expect(await trialsOf(services, {})).toBe(6);
      expect(await trialsOf(services, { paramGrid: many })).toBe(1640 + 4);
      expect(await trialsOf(services, { paramGrid: OTHER_GRID })).toBe(1640 + 4 + 1);
      expect(await trialsOf(services, {})).toBe(1640 + 4 + 1);
    });

    it('counts them whatever the order of the symbols, and where the ranges overlap in a single bar', async () => {
      const services = await startServices(await create());
      const symbols = ['AAPL', 'MSFT'];

      expect(await trialsOf(services, { symbols, end: '2022-01-03' })).toBe(6);
      expect(await trialsOf(services, { symbols: ['MSFT', 'AAPL'], start: '2022-01-03', paramGrid: OTHER_GRID })).toBe(
        8,
      );
    });

    it('does not count other symbols, other types, other owners, or ranges that do not overlap', async () => {
      const services = await startServices(await create());
      const stranger = await createOwner(services.database);
      await trialsOf(services, { symbols: ['MSFT'] });
      await trialsOf(services, { symbols: ['AAPL', 'MSFT'] });
      await trialsOf(services, { strategyType: 'market_making', paramGrid: null });
      await trialsOf(services, { end: '2022-01-03' });
      const theirs = await startStrategyOptimization(services, stranger, EXAMPLE);
      await ended(services, theirs.id);

      expect(await trialsOf(services, { start: '2022-01-04', paramGrid: OTHER_GRID })).toBe(4);
    });

    it('counts those of sweeps, and a sweep counts those of its types', async () => {
      const services = await startServices(await create());
      const { strategyType: _, ...input } = EXAMPLE;
      await trialsOf(services, { paramGrid: { short_window: [3], long_window: [7] } });

      const sweep = await ended(services, (await startSweep(services, services.user, input)).id);
      const later = await trialsOf(services, { paramGrid: { short_window: [4], long_window: [7] } });

      // 16 valid ones of momentum's grid, 27 and 9 of the others.
      expect(readOverfitting(sweep)?.nTrials).toBe(1 + 16 + 27 + 9);
      expect(later).toBe(2 + 16);
    });

    it('counts no jobs that were cancelled', async () => {
      const services = await startServices(await create());
      const { id } = await submit(services, { ...EXAMPLE, paramGrid: GRID });
      await ended(services, id);
      await services.database.transaction((db) =>
        db.optimization.update({ where: { id }, data: { status: 'cancelled' } }),
      );

      expect(await trialsOf(services, { paramGrid: OTHER_GRID })).toBe(4);
    });
  });

  describe('the judgement of a job', () => {
    it('has every figure, a verdict with reasons, and the equity of the best', async () => {
      const services = await startServices(await create());

      const row = await ended(services, (await submit(services)).id);

      const points = readCurve(row)?.points ?? [];
      expect(readOverfitting(row)).toMatchObject({
        deflatedSharpe: expect.any(Number),
        pbo: expect.any(Number),
        oosSharpe: expect.any(Number),
        nTrials: 16,
        verdict: expect.stringMatching(/^(accept|review|reject)$/),
        thresholds: { accept: { deflatedSharpe: 0.95, pbo: 0.2, oosSharpe: 0, positiveFolds: 0.6 } },
      });
      expect(readOverfitting(row)?.reasons.length).toBeGreaterThan(0);
      expect(points).toHaveLength(row.bars);
      expect([points[0]?.time, points.at(-1)?.time]).toEqual(['2020-01-02', '2024-12-31']);
      expect(new Set(points.map(({ fold, part }) => `${fold} ${part}`)).size).toBe(10);
      expect(points.every(({ drawdown, equity }) => drawdown <= 0 && equity > 0)).toBe(true);
    });

    it('is to review the data when nothing was traded: no figure speaks for or against', async () => {
      const services = await startServices(await create());
      const prices = randomBars(1, { length: 600, symbol: 'FLAT' });
      const flat = prices.close.map(() => 100);
      await importSeries(services, { ...prices, open: flat, high: flat, low: flat, close: flat });
      const input = { ...EXAMPLE, symbols: ['FLAT'], start: '2020-01-01', end: '2021-08-22', source: 'csv' };

      const row = await ended(services, (await submit(services, input)).id);

      expect(row).toMatchObject({ status: 'complete', results: '[]', curve: null, bestSharpe: null });
      expect(readOverfitting(row)).toMatchObject({
        verdict: 'review',
        deflatedSharpe: null,
        pbo: null,
        oosSharpe: 0,
        nTrials: 16,
        stability: null,
        gridEdge: [],
      });
    });
  });
});
