/** Searches of the thresholds of a strategy that follows a stored model. */
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../src/core/index.ts';
import type { Bars } from '../../src/market/index.ts';
import { evaluatePlainly } from '../../src/optimize/evaluate.ts';
import { requireUsableBars } from '../../src/optimize/followed-models.ts';
import {
  readConfig,
  readResults,
  type StrategyOptimizationInput,
  startStrategyOptimization,
} from '../../src/optimize/index.ts';
import { modelStrategy, type TradedModel } from '../../src/strategies/index.ts';
import type { TestServices } from '../support/compose.ts';
import { createTestDatabase, eachDatabase } from '../support/database.ts';
import { evaluationPlan, figuresOf } from '../support/evaluation.ts';
import { cutBarsOf, dayOf, EDGE, tuneOnEdge } from '../support/followed.ts';
import { ended, readTrials, submit } from '../support/jobs.ts';
import { startServices } from '../support/services.ts';

/** The bars after these the model has not learned from; 103 before them it may be asked for. */
const TUNED = { end: dayOf(599), paramGrid: { n_estimators: [20], max_depth: 2, subsample: 0.7 }, nSplits: 2 } as const;

const GRID = { enter_above: [null, 0.52, 0.55, 0.6], exit_below: [null, 0.45, 0.5, 0.55] };

async function tunedEarly(services: TestServices) {
  const { model } = await tuneOnEdge(services, TUNED);
  const known = EDGE.time.findIndex((time) => time > model.trainedUntil.getTime());
  const input: StrategyOptimizationInput = {
    strategyType: 'model',
    paramGrid: { model_id: model.id, ...GRID },
    symbols: ['EDGE'],
    start: dayOf(known - 103),
    end: dayOf(999),
    nSplits: 2,
  };
  return { model, known, input };
}

eachDatabase((_provider, create) => {
  describe('a search of thresholds', () => {
    it('finds what the plain definition says of each combination', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      for (const allowShort of [false, true]) {
        const { model, known, input } = await tunedEarly(services);
        const job = await ended(services, (await submit(services, { ...input, allowShort })).id, 60_000);

        expect(job).toMatchObject({ status: 'complete', error: null, totalCombinations: 16 });
        expect(readConfig(job).models).toEqual([{ id: model.id, checksum: model.checksum }]);
        const bars = [cutBarsOf(EDGE, 'EDGE', [known - 103, 1000])];
        const traded = await services.models.find(services.user.userId, model.id);
        const predictions = new Map([[model.id, (await traded?.predict(bars)) ?? { neutral: 0, bySymbol: [] }]]);
        const results = readResults(job) ?? [];
        expect(results.length).toBeGreaterThan(5);
        for (const { params, folds } of results) {
          const walkForward = { nSplits: 2, trainRatio: 0.7 };
          const options = { params: [], bars, settings: { allowShort }, walkForward };
          const plan = { ...evaluationPlan(modelStrategy, options), predictions };
          const row = evaluatePlainly(plan, modelStrategy, params);
          if (!(row instanceof Float64Array)) throw new Error(row.reason);
          const figures = figuresOf(row, plan.segments);
          for (const [index, { test }] of folds.entries()) {
            const slice = `slice ${2 * index + 1}`;
            expect(test.totalReturn).toBeCloseTo(figures.get(`${slice} totalReturn`) ?? Number.NaN, 9);
            expect(test.trades).toBe(figures.get(`${slice} trades`));
          }
        }
        const skipped = (await readTrials(services, job.id)).filter((trial) =>
          JSON.stringify(trial).includes('skipped'),
        );
        expect(skipped).toHaveLength(1);
      }
    });

    it('is refused on bars that the model knows, with the date on which it may begin', {
      timeout: 60_000,
    }, async () => {
      const services = await startServices(await create());
      const { model, known, input } = await tunedEarly(services);
      const refused = (change: Partial<StrategyOptimizationInput>, path: string) =>
        expect(submit(services, { ...input, ...change })).rejects.toMatchObject({
          code: 'VALIDATION',
          fields: [{ path: path.split('.') }],
        });

      await expect(submit(services, { ...input, start: dayOf(known - 104) })).rejects.toMatchObject({
        code: 'VALIDATION',
        message: expect.stringMatching(
          new RegExp(
            `Model ${model.id} has learned from 1 of the .* Start on ${dayOf(known - 103)} or later: .* is of ${dayOf(known)}`,
          ),
        ),
        fields: [{ path: ['start'] }],
      });
      await refused({ paramGrid: GRID }, 'paramGrid.model_id');
      await refused({ paramGrid: undefined }, 'paramGrid.model_id');
      await refused({ paramGrid: { model_id: [model.id, 99] } }, 'paramGrid.model_id');
      await refused(
        { paramGrid: { model_id: Array.from({ length: 21 }, (_, index) => index + 1) } },
        'paramGrid.model_id',
      );
      await refused({ interval: '1h', paramGrid: { model_id: model.id } }, 'interval');
      expect(await services.database.read.optimization.count({ where: { jobType: 'strategy' } })).toBe(0);
    });

    it('ends with an error when its model is gone, or another one, before it runs', { timeout: 120_000 }, async () => {
      const database = await create();
      const services = await startServices(database);
      const { model, input } = await tunedEarly(services);
      const { model: other } = await tuneOnEdge(services, { ...TUNED, seed: 2 });
      await services.close();
      const waiting = await startServices(database, { maxRunningJobs: 0 });
      await waiting.database.transaction((db) =>
        db.trainedModel.update({ where: { id: other.id }, data: { bytes: Uint8Array.of(1) } }),
      );
      const gone = await submit(waiting, input);
      // Bytes are read when it runs and not before.
      const changed = await submit(waiting, { ...input, paramGrid: { model_id: other.id } });
      const { bytes, checksum } = model;
      await waiting.database.transaction(async (db) => {
        await db.trainedModel.update({ where: { id: other.id }, data: { bytes, checksum } });
        await db.trainedModel.delete({ where: { id: model.id } });
      });
      await waiting.close();

      const running = await startServices(database);

      expect(await ended(running, gone.id)).toMatchObject({
        status: 'error',
        error: expect.stringContaining(`There is no model ${model.id}.`),
      });
      expect(await ended(running, changed.id)).toMatchObject({
        status: 'error',
        error: `Model ${other.id} has changed since this job was submitted.`,
      });
    });

    it('chooses among models too', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { input, model } = await tunedEarly(services);
      const { model: other } = await tuneOnEdge(services, { ...TUNED, seed: 2 });
      const paramGrid = { model_id: [model.id, other.id], enter_above: [null, 0.55] };

      const job = await ended(
        services,
        (await startStrategyOptimization(services, services.user, { ...input, paramGrid })).id,
      );

      expect(job).toMatchObject({ status: 'complete', totalCombinations: 4 });
      const followed = (readResults(job) ?? []).map(({ params }) => params['model_id']);
      expect(new Set(followed)).toEqual(new Set([model.id, other.id]));
    });
  });
});

describe('bars within the day', () => {
  const HOUR_MS = 3_600_000;
  const SESSION_HOURS = 7;
  /** Sessions of seven hours, from 14:30 UTC on. */
  const hours = (from: number, to: number): Bars => {
    const time = Float64Array.from({ length: to - from }, (_, bar) => {
      const [day, hour] = [Math.floor((from + bar) / SESSION_HOURS), (from + bar) % SESSION_HOURS];
      return Date.UTC(2024, 0, 8 + day, 14, 30) + hour * HOUR_MS;
    });
    const price = new Float64Array(time.length).fill(5);
    const columns = { time, open: price, high: price, low: price, close: price, volume: price };
    return { symbol: 'EDGE', interval: '1h', source: 'csv', ...columns };
  };
  const all = hours(0, 70);
  const modelThatKnows = (bars: number, warmUpBars: number) =>
    ({
      id: 4,
      warmUpBars,
      trainedUntil: all.time[bars - 1],
      requireFeasible: () => undefined,
    }) as unknown as TradedModel;
  const adviceFor = (model: TradedModel, bars: Bars): string => {
    try {
      requireUsableBars([model], { bars: [bars] });
      return 'none';
    } catch (error) {
      return error instanceof DomainError ? error.message : 'a bug';
    }
  };

  it.each([1, 6, 10, 13, 14, 15])('begin on a day that is not refused again, with a warm-up of %i', (warmUpBars) => {
    const model = modelThatKnows(24, warmUpBars);
    const [, day = ''] = / Start on (\S+) or later/.exec(adviceFor(model, all)) ?? [];
    const first = all.time.findIndex((time) => new Date(time).toISOString().startsWith(day));

    expect(first % SESSION_HOURS).toBe(0);
    expect(adviceFor(model, hours(first, 70))).toBe('none');
    expect(adviceFor(model, hours(first - SESSION_HOURS, 70))).toContain(`Start on ${day} or later`);
  });

  it('are refused where the model says nothing of any', () => {
    const later = hours(30, 42);
    const says = 'Model 4 says nothing of the first 12 bars, and this range has 12. Start earlier.';

    expect(adviceFor(modelThatKnows(24, 12), later)).toBe(says);
    expect(adviceFor(modelThatKnows(24, 11), later)).toBe('none');
  });

  it('are waited for where no day leaves any', () => {
    expect(adviceFor(modelThatKnows(69, 10), all)).toContain('wait for later ones');
    expect(adviceFor(modelThatKnows(60, 10), all)).toContain('Start on');
  });
});

it('finds the same with 1 and with 2 threads', { timeout: 120_000 }, async () => {
  const found: unknown[] = [];
  for (const threads of [1, 2]) {
    const database = await createTestDatabase('sqlite');
    const services = await startServices(database, { pool: { threads } });
    const { input } = await tunedEarly(services);
    const { id } = await ended(services, (await submit(services, input)).id, 60_000);
    found.push(await readTrials(services, id));
    await services.close();
    await database.drop();
  }
  expect(found[1]).toEqual(found[0]);
});
