/** A sweep: one job over every strategy type that fits. */
import { describe, expect, it } from 'vitest';
import type { OptimizationProgress } from '../../src/optimize/index.ts';
import {
  cancelOptimization,
  readConfig,
  readOverfitting,
  readResults,
  readSkipped,
  readSweepResults,
  startSweep,
} from '../../src/optimize/index.ts';
import { builtInStrategies, createStrategy, StrategyRegistry } from '../../src/strategies/index.ts';
import { eachDatabase } from '../support/database.ts';
import { EXAMPLE, ended, journalOf, readTrials, submit } from '../support/jobs.ts';
import { createOwner } from '../support/owner.ts';
import { listen, startServices } from '../support/services.ts';

/** A type that follows a model has no grid of its own. */
const MODEL_SKIPPED = {
  strategyType: 'model',
  reason: 'model takes model_id, which has no default: search it by itself.',
};

const { strategyType: _, ...INPUT } = EXAMPLE;
const PAIR = { ...INPUT, symbols: ['AAPL', 'MSFT'] };

eachDatabase((_provider, create) => {
  describe('a sweep', () => {
    it('searches every type that fits and says why the others do not', async () => {
      const services = await startServices(await create());

      const submitted = await startSweep(services, services.user, INPUT);
      const row = await ended(services, submitted.id);

      const config = readConfig(row);
      expect(submitted).toMatchObject({ jobType: 'sweep', strategyType: null, totalCombinations: 18 + 27 + 9 });
      expect(config.sections.map(({ strategyType, trials }) => [strategyType, trials])).toEqual([
        ['momentum', 18],
        ['mean_reversion', 27],
        ['market_making', 9],
      ]);
      expect(config.skippedTypes).toEqual([
        { strategyType: 'stat_arb', reason: 'stat_arb trades exactly 2 symbols, found 1.' },
        MODEL_SKIPPED,
      ]);
      expect(row).toMatchObject({ status: 'complete', partial: false, progressCombo: 54 });
      expect(await journalOf(services, row.id)).toEqual(['OptimizationStarted', 'OptimizationCompleted']);
    });

    it('finds of each type what a job of that type finds, and recommends the best of all', async () => {
      const services = await startServices(await create());
      const { id } = await startSweep(services, services.user, PAIR);
      const row = await ended(services, id);
      const sweep = readSweepResults(row);

      for (const { strategyType, results } of sweep?.byStrategy ?? []) {
        const alone = readResults(await ended(services, (await submit(services, { ...PAIR, strategyType })).id));
        const bare = (list: typeof results | null) => list?.slice(0, 5).map(({ index: __, ...result }) => result);
        expect(results.length).toBeGreaterThan(0);
        expect(bare(results)).toEqual(bare(alone));
      }
      const bests = sweep?.byStrategy.flatMap(({ results }) => results.slice(0, 1)) ?? [];
      const best = bests.toSorted((a, b) => b.meanSharpe - a.meanSharpe)[0];
      expect(sweep?.byStrategy).toHaveLength(4);
      expect(sweep?.recommendation).toMatchObject({
        strategyType: best?.strategyType,
        bestParams: best?.params,
        meanSharpe: best?.meanSharpe,
        sharpeStd: best?.sharpeStd,
        recommended: (best?.meanSharpe ?? 0) > 0,
      });
      expect([row.bestSharpe, row.bestParams]).toEqual([best?.meanSharpe, JSON.stringify(best?.params)]);
      expect(readResults(row)).toBeNull();
    });

    it('ranks its trials per type, in one sequence, and judges the best against all that were tried', async () => {
      const services = await startServices(await create());

      const row = await ended(services, (await startSweep(services, services.user, INPUT)).id);

      const trials = (await readTrials(services, row.id)) as readonly Record<string, unknown>[];
      const firsts = trials.filter(({ rank }) => rank === 1).map(({ strategyType }) => strategyType);
      const valid = trials.filter(({ status }) => status !== 'skipped').length;
      expect(trials.map(({ index }) => index)).toEqual(trials.map((__, index) => index));
      expect(firsts).toHaveLength(3);
      expect(new Set(firsts)).toEqual(new Set(['momentum', 'mean_reversion', 'market_making']));
      expect(readOverfitting(row)?.nTrials).toBe(valid);
      const each = readSweepResults(row)?.byStrategy.map(({ overfitting }) => overfitting?.nTrials ?? 0) ?? [];
      expect(each.reduce((sum, count) => sum + count, 0)).toBe(valid);
      expect(readSkipped(row)?.every(({ strategyType }) => strategyType === 'momentum')).toBe(true);
      expect(readSkipped(row)).toHaveLength(2);
      expect(row.curve).toContain('"part":"test"');
    });

    it('tells in its progress which type it is at', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });
      const row = await startSweep(services, services.user, INPUT);
      const at = (progressCombo: number) => services.runner.progressOf({ ...row, progressCombo });

      expect([0, 17, 18, 44, 45, 54].map((combo) => [at(combo).currentStrategy, at(combo).strategyIndex])).toEqual([
        ['momentum', 1],
        ['momentum', 1],
        ['mean_reversion', 2],
        ['mean_reversion', 2],
        ['market_making', 3],
        ['market_making', 3],
      ]);
      expect(at(0).totalStrategies).toBe(3);
    });

    it('publishes its progress with the type, another job without', async () => {
      const services = await startServices(await create());
      const heard = listen(services);

      const sweep = await ended(services, (await startSweep(services, services.user, INPUT)).id);
      const job = await ended(services, (await submit(services)).id);

      const ticks = (id: number) =>
        heard
          .filter(({ kind, event }) => kind === 'progress' && event.subjectId === id)
          .map(({ event }) => event.payload as unknown as OptimizationProgress);
      const types = ['momentum', 'mean_reversion', 'market_making'];
      const ofSweep = ticks(sweep.id);
      expect(ofSweep).not.toEqual([]);
      for (const { currentStrategy, strategyIndex, totalStrategies } of ofSweep) {
        expect([currentStrategy, totalStrategies]).toEqual([types[(strategyIndex ?? 0) - 1], 3]);
      }
      expect(ticks(job.id)[0]).toMatchObject({ currentStrategy: null, strategyIndex: null, totalStrategies: null });
    });

    it('leaves out types whose windows are longer than the bars', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0, limits: { minBarsPerSplit: 2 } });

      const short = await startSweep(services, services.user, { ...PAIR, start: '2024-12-01', nSplits: 1 });

      expect(short.bars).toBe(21);
      expect(readConfig(short).sections.map(({ strategyType }) => strategyType)).toEqual([
        'momentum',
        'mean_reversion',
        'market_making',
      ]);
      expect(readConfig(short).skippedTypes).toEqual([
        { strategyType: 'stat_arb', reason: 'stat_arb looks back on at least 30 bars, and there are 21.' },
        MODEL_SKIPPED,
      ]);
    });

    it.each([{}, { method: 'random' }])('leaves out types whose grid has no valid combination, %o', async (search) => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });
      const defaultGrid = { short_window: [50, 60], long_window: [10] };
      const types = builtInStrategies.map((type) => (type.name === 'momentum' ? { ...type, defaultGrid } : type));
      const deps = { ...services, registry: new StrategyRegistry(types) };

      const config = readConfig(await startSweep(deps, services.user, { ...PAIR, ...search }));

      expect(config.sections.map(({ strategyType }) => strategyType)).not.toContain('momentum');
      expect(config.skippedTypes).toEqual([
        {
          strategyType: 'momentum',
          reason:
            'No combination of momentum is valid (2 in all): short_window 50 must be smaller than long_window 10.',
        },
      ]);
    });

    it('is refused when nothing fits', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0, limits: { minBarsPerSplit: 2 } });

      const started = startSweep(services, services.user, { ...PAIR, start: '2024-12-20', nSplits: 1 });

      await expect(started).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['symbols'], message: expect.stringMatching(/^momentum looks back on at least 20 bars/) }],
      });
      expect(await services.database.read.optimization.count()).toBe(0);
    });

    it('is refused with more combinations than are allowed, those of all types together', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0, limits: { maxCombinations: 53 } });

      await expect(startSweep(services, services.user, INPUT)).rejects.toMatchObject({
        code: 'VALIDATION',
        facts: { limit: 53, observed: 54 },
      });
    });

    it('may name a saved strategy of any type, but of its owner', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });
      const saved = { name: 'Pairs', strategyType: 'stat_arb', symbols: ['AAPL', 'MSFT'] };
      const mine = await createStrategy(services, services.user, saved);
      const theirs = await createStrategy(services, await createOwner(services.database), saved);

      const row = await startSweep(services, services.user, { ...INPUT, strategyId: mine.id });

      expect(row.strategyId).toBe(mine.id);
      await expect(startSweep(services, services.user, { ...INPUT, strategyId: theirs.id })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    it('that is cancelled before it began has an empty result of its shape', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });
      const { id } = await startSweep(services, services.user, INPUT);

      const row = await cancelOptimization(services, services.user, id);

      expect(readSweepResults(row)).toEqual({
        byStrategy: [],
        recommendation: {
          strategyType: null,
          bestParams: null,
          meanSharpe: null,
          sharpeStd: null,
          confidence: 'none',
          recommended: false,
        },
      });
    });
  });
});
