/** A job from its submission to its results, on real threads. */
import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/core/index.ts';
import type { OptimizationConfig, OptimizationResult } from '../../src/optimize/index.ts';
import { eachDatabase } from '../support/database.ts';
import { EXAMPLE, ended, eventsOf, eventually, journalOf, readTrials, submit } from '../support/jobs.ts';
import { listen, startServices } from '../support/services.ts';

eachDatabase((_provider, create) => {
  describe('a job', () => {
    it('answers at once, runs in the background and completes with results, trials and events', async () => {
      const services = await startServices(await create());
      const heard = listen(services);

      const submitted = await submit(services);
      const row = await ended(services, submitted.id);

      expect(submitted).toMatchObject({ status: 'pending', totalCombinations: 18, nFolds: 5, dataSource: 'simulated' });
      expect(row).toMatchObject({ status: 'complete', partial: false, error: null, attempt: 1, leaseOwner: null });
      expect(services.runner.progressOf(row)).toMatchObject({ combo: 18, total: 18, fold: 5, nFolds: 5 });
      await eventually('the last event', () => (eventsOf(heard, row.id).length >= 2 ? true : null));
      expect(eventsOf(heard, row.id)).toEqual(['OptimizationStarted', 'OptimizationCompleted']);
      expect(await journalOf(services, row.id)).toEqual(['OptimizationStarted', 'OptimizationCompleted']);
      expect(services.logged).toEqual([]);
    });

    it('ranks what traded, names what was skipped and keeps a row per combination', async () => {
      const services = await startServices(await create());

      const row = await ended(services, (await submit(services)).id);

      const results = readJson<readonly OptimizationResult[]>(row.results ?? '');
      const skipped = readJson<readonly { params: object; reason: string }[]>(row.skipped ?? '');
      const unranked = readJson<readonly unknown[]>(row.unranked ?? '');
      const trials = await readTrials(services, row.id);
      expect(results.length + skipped.length + unranked.length).toBe(18);
      expect(results.map(({ rank }) => rank)).toEqual(results.map((_, place) => place + 1));
      expect(results.every(({ folds }) => folds.length === 5)).toBe(true);
      expect(skipped.map(({ params, reason }) => [params, reason])).toEqual([
        [
          expect.objectContaining({ short_window: 20, long_window: 20, ma_type: 'sma' }),
          'short_window 20 must be smaller than long_window 20.',
        ],
        [
          expect.objectContaining({ short_window: 20, long_window: 20, ma_type: 'ema' }),
          'short_window 20 must be smaller than long_window 20.',
        ],
      ]);
      expect(readJson<unknown>(row.bestParams ?? '')).toEqual(results[0]?.params);
      expect(row.bestSharpe).toBe(results[0]?.meanSharpe);
      expect(trials).toHaveLength(18);
      expect(trials[0]).toMatchObject({ index: 0, params: expect.stringContaining('"short_window":5') });
    });

    it('says from when to when each slice is, so that none overlaps the next', async () => {
      const services = await startServices(await create());

      const row = await ended(services, (await submit(services)).id);

      const [best] = readJson<readonly OptimizationResult[]>(row.results ?? '');
      const dates = best?.folds.flatMap(({ train, test }) => [train.start, train.end, test.start, test.end]) ?? [];
      expect(dates).toHaveLength(20);
      expect(dates).toEqual(dates.toSorted());
      expect(new Set(dates).size).toBe(20);
      expect([dates[0], dates.at(-1)]).toEqual(['2020-01-02', '2024-12-31']);
    });

    it('is stored with everything that decides its results, defaults filled in', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });

      const row = await submit(services, { ...EXAMPLE, nSplits: null, trainRatio: null, symbols: ['aapl'] });

      expect(readJson<OptimizationConfig>(row.config)).toEqual({
        sections: [
          {
            strategyType: 'momentum',
            paramGrid: { short_window: [5, 10, 20], long_window: [20, 50, 100], ma_type: ['sma', 'ema'] },
            trials: 18,
          },
        ],
        skippedTypes: [],
        method: 'grid',
        maxTrials: null,
        seed: null,
        symbols: ['AAPL'],
        start: '2020-01-02',
        end: '2024-12-31',
        interval: '1d',
        nSplits: 5,
        trainRatio: 0.7,
        settings: { initialCapital: 100_000, commissionBps: 0, slippageBps: 2, allowShort: false, periodsPerYear: 252 },
      });
    });
  });
});
