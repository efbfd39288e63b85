/** Tuning jobs from their submission to their model, on real threads. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/index.ts';
import {
  cancelOptimization,
  readTuningConfig,
  readTuningFindings,
  readTuningResults,
} from '../../../src/optimize/index.ts';
import { predictModel } from '../../../src/predictions/index.ts';
import { createTestDatabase, eachDatabase } from '../../support/database.ts';
import { startJobProcess } from '../../support/job-process.ts';
import { ended, journalOf, readJob, underWay } from '../../support/jobs.ts';
import { startServices } from '../../support/services.ts';
import { LONG_TUNING, TUNING, tune, tuned } from '../../support/tunings.ts';

/** A loss that no combination has. */
const CANARY = 0.123_456_789;

/** What `LONG_TUNING` finds when nothing interrupts it. */
let undisturbed: Promise<object> | undefined;

function findingsOfLong(): Promise<object> {
  undisturbed ??= (async () => {
    const database = await createTestDatabase('sqlite');
    const services = await startServices(database);
    const found = await tuned(services, (await ended(services, (await tune(services, LONG_TUNING)).id, 120_000)).id);
    await services.close();
    await database.drop();
    return found;
  })();
  return undisturbed;
}

describe('the same job finds the same', () => {
  it('with 1, 2 and 4 threads', { timeout: 120_000 }, async () => {
    const found: Awaited<ReturnType<typeof tuned>>[] = [];

    for (const threads of [1, 2, 4]) {
      const database = await createTestDatabase('sqlite');
      const services = await startServices(database, { pool: { threads } });
      const input = { ...TUNING, symbols: ['AAPL', 'MSFT'], method: 'halving', maxTrials: 6 };
      found.push(await tuned(services, (await ended(services, (await tune(services, input)).id, 60_000)).id));
      await services.close();
      await database.drop();
    }

    expect(found[0]).toMatchObject({ status: 'complete', error: null });
    const dropped = found[0]?.trials.filter(({ status }) => status === 'unranked') ?? [];
    expect(dropped.length).toBeGreaterThan(0);
    for (const { folds, reason, meanLoss, rank } of dropped) {
      const scored: readonly { loss: number }[] = JSON.parse(folds);
      expect([rank, scored.length]).toEqual([null, Number(/first (\d+) test/.exec(reason ?? '')?.[1] ?? 1)]);
      expect(meanLoss).toBeCloseTo(scored.reduce((sum, { loss }) => sum + loss, 0) / scored.length, 12);
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });
});

eachDatabase((_provider, create) => {
  describe('a tuning job', () => {
    it('answers at once, and comes to trials, a verdict and a model', { timeout: 60_000 }, async () => {
      const services = await startServices(await create());

      const submitted = await tune(services);
      const row = await ended(services, submitted.id, 60_000);
      const trials = await services.database.read.modelTrial.findMany({ where: { optimizationId: row.id } });
      const model = await services.database.read.trainedModel.findUnique({ where: { optimizationId: row.id } });

      expect(submitted).toMatchObject({ status: 'pending', totalCombinations: 8, nFolds: 5, modelType: 'xgboost' });
      expect(row).toMatchObject({ status: 'complete', partial: false, error: null, progressCombo: 8, progressFold: 5 });
      expect(await journalOf(services, row.id)).toEqual(['OptimizationStarted', 'OptimizationCompleted']);
      expect(readTuningConfig(row)).toMatchObject({ embargoBars: 13, seed: 1, method: 'grid', trials: 8 });
      const results = readTuningResults(row) ?? [];
      expect(results.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(results.map(({ meanLoss }) => meanLoss)).toEqual(
        results.map(({ meanLoss }) => meanLoss).toSorted((a, b) => a - b),
      );
      expect(trials.map(({ status, folds }) => [status, JSON.parse(folds).length])).toEqual(
        trials.map(() => ['ranked', 5]),
      );
      expect(trials.every(({ fitSeconds }) => (fitSeconds ?? 0) > 0)).toBe(true);
      expect(row.bestParams).toBe(JSON.stringify(results[0]?.params));
      expect(readTuningFindings(row)).toMatchObject({
        verdict: 'no_edge',
        reasons: expect.arrayContaining([expect.any(String)]),
        trading: { nTrials: 8, sharpe: row.bestSharpe },
        cuts: { gapBars: 14, holdout: { test: { bars: 174, end: '2024-12-30' } } },
      });
      expect(model).toMatchObject({ params: row.bestParams, verdict: 'no_edge', ownerId: row.ownerId });
      expect(services.logged).toEqual([]);
    });

    it('counts what earlier jobs tried on the same bars', { timeout: 60_000 }, async () => {
      const services = await startServices(await create());
      const trialsOf = async (paramGrid: object, start = '2020-01-02') => {
        const { id } = await tune(services, { ...TUNING, start, paramGrid: { n_estimators: 5, ...paramGrid } });
        return readTuningFindings(await ended(services, id, 60_000))?.trading.nTrials;
      };

      expect(await trialsOf({ max_depth: [1, 2] })).toBe(2);
      expect(await trialsOf({ max_depth: [2, 3] })).toBe(3);
      expect(await trialsOf({ max_depth: [4] }, '2019-01-02')).toBe(4);
    });

    it('is cancelled within 2 s and keeps what is done', { timeout: 60_000 }, async () => {
      const services = await startServices(await create());
      const { id } = await tune(services, { ...LONG_TUNING, start: '1990-01-02' });
      await underWay(services, id);

      const begun = performance.now();
      const row = await cancelOptimization(services, services.user, id);

      expect(performance.now() - begun).toBeLessThan(2000);
      expect(row).toMatchObject({ status: 'cancelled', partial: true, tuning: null, error: null });
      expect(row.progressCombo).toBeGreaterThan(0);
      const trials = await services.database.read.modelTrial.count({ where: { optimizationId: id, status: 'ranked' } });
      expect(trials).toBe(row.progressCombo);
      expect(readTuningResults(row)?.[0]?.rank).toBe(1);
      expect(await services.database.read.trainedModel.count()).toBe(0);
    });

    it('goes on where a process that was killed had stopped, to the same bytes', { timeout: 180_000 }, async () => {
      const database = await create();
      const submitter = await startServices(database, { maxRunningJobs: 0 });
      const victim = await startJobProcess(database);
      const { id } = await tune(submitter, LONG_TUNING);
      await victim.underWay;
      await victim.kill();
      expect((await readJob(submitter, id)).status).toBe('running');

      const survivor = await startServices(database, { clock: { now: () => systemClock.now() + 11_000 } });
      const row = await ended(survivor, id, 120_000);

      expect(row).toMatchObject({ status: 'complete', attempt: 2 });
      expect(await tuned(survivor, id)).toEqual(await findingsOfLong());
    });

    it('goes on from where a server was closed, to the same bytes', { timeout: 180_000 }, async () => {
      const database = await create();
      const first = await startServices(database);
      const { id } = await tune(first, LONG_TUNING);
      await underWay(first, id);
      await first.close();
      const second = await startServices(database);

      expect(await ended(second, id, 120_000)).toMatchObject({ status: 'complete', attempt: 1 });
      expect(await tuned(second, id)).toEqual(await findingsOfLong());
    });

    it('does nothing again that a checkpoint holds', { timeout: 120_000 }, async () => {
      const database = await create();
      const first = await startServices(database);
      const { id } = await tune(first, LONG_TUNING);
      await underWay(first, id);
      await first.close();
      const second = await startServices(database, { maxRunningJobs: 0 });
      const key = { optimizationId_sequence: { optimizationId: id, sequence: 0 } };
      const { figures } = await second.database.read.optimizationCheckpoint.findUniqueOrThrow({ where: key });
      const forged = Uint8Array.from(figures);
      const view = new DataView(forged.buffer);
      // The loss of the first combination on its first fold.
      view.setFloat64(4 + view.getUint32(0, true), CANARY, true);
      await second.database.transaction((db) =>
        db.optimizationCheckpoint.update({ where: key, data: { figures: forged } }),
      );
      const third = await startServices(database);

      await ended(third, id, 120_000);

      expect(JSON.stringify(await tuned(third, id))).toContain(String(CANARY));
    });

    it('leaves a model that predicts, and says which bars it has learned from', { timeout: 60_000 }, async () => {
      const services = await startServices(await create());
      const row = await ended(services, (await tune(services)).id, 60_000);
      const model = await services.database.read.trainedModel.findUniqueOrThrow({ where: { optimizationId: row.id } });
      const input = { modelId: model.id, start: TUNING.start, end: TUNING.end };

      const predictions = await predictModel(services, services.user, input);

      const unseen = predictions.filter(({ isInSample }) => !isInSample);
      const cuts = readTuningFindings(row)?.cuts;
      expect(predictions).toHaveLength(1155);
      expect(predictions.at(-1)).toMatchObject({ symbol: 'AAPL', date: '2024-12-31' });
      expect(
        predictions.every(({ value, target }) => value > 0 && value < 1 && target === Math.sign(value - 0.5)),
      ).toBe(true);
      // What it knows ends before the hold-out begins.
      expect((unseen[0]?.date ?? '') <= (cuts?.holdout.test.start ?? '')).toBe(true);
      expect((cuts?.holdout.train.end ?? '') < (unseen[0]?.date ?? '')).toBe(true);

      const damaged = { bytes: Uint8Array.from(model.bytes, (byte, at) => (at === 900 ? byte ^ 1 : byte)) };
      await services.database.transaction((db) => db.trainedModel.update({ where: { id: model.id }, data: damaged }));
      await expect(predictModel(services, services.user, input)).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(predictModel(services, services.user, { ...input, modelId: 99 })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });
  });
});
