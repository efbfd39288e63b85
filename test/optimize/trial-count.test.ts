/** Trials of earlier jobs are counted without reading those of repetitions; the count is that of reading them all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrialCount } from '../../src/optimize/job/trial-count.ts';
import type { Database } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { createOwner } from '../support/owner.ts';

/** What decides which combinations a job tries, and of which nothing came. */
interface PastJob {
  readonly method: 'grid' | 'random' | 'tpe' | null;
  readonly version: '2' | '3';
  readonly seed: number;
  readonly maxTrials: number;
  /** By strategy type: which of some grids. */
  readonly grids: readonly { readonly type: string; readonly grid: number }[];
  /** Combinations whose number is divisible by it were skipped. */
  readonly skippedEvery: number;
}

const TYPES = ['momentum', 'stat_arb'];

const pastJob: fc.Arbitrary<PastJob> = fc.record({
  method: fc.constantFrom('grid', 'grid', 'random', 'tpe', null),
  version: fc.constantFrom('2', '3', '3'),
  seed: fc.integer({ min: 1, max: 2 }),
  maxTrials: fc.integer({ min: 3, max: 4 }),
  grids: fc
    .uniqueArray(fc.constantFrom(...TYPES), { minLength: 1 })
    .chain((types) => fc.tuple(...types.map((type) => fc.record({ type: fc.constant(type), grid: fc.nat(2) })))),
  skippedEvery: fc.constantFrom(3, 4, 1000),
});

interface Trial {
  readonly strategyType: string;
  readonly params: string;
  readonly status: 'ranked' | 'skipped';
}

/** As the engine would: a version has combinations of its own, and what `tpe` tries is another thing in every job. */
function trialsOf({ method, version, seed, maxTrials, grids, skippedEvery }: PastJob, place: number): readonly Trial[] {
  return grids.flatMap(({ type, grid }) => {
    const drawn = method === 'tpe' ? 7 * place : method === 'random' ? 3 * seed : 0;
    const count = method === 'grid' || method === null ? 5 : maxTrials;
    return Array.from({ length: count }, (_, i) => {
      const number = 4 * grid + drawn + i + (version === '2' ? 100 : 0);
      const status = number % skippedEvery === 0 ? 'skipped' : 'ranked';
      return { strategyType: type, params: JSON.stringify({ number, type: 'a\nb' }), status } as const;
    });
  });
}

/** Null of a method: a row of engine version 1, which says nothing of methods and sections. */
function configOf({ method, seed, maxTrials, grids }: PastJob, settings: number) {
  const sections = grids.map(({ type, grid }) => ({ strategyType: type, paramGrid: { grid: [grid] } }));
  if (method === null) return { strategyType: grids[0]?.type, paramGrid: { grid: grids[0]?.grid }, settings };
  return { sections, method, settings, ...(method === 'grid' ? {} : { seed, maxTrials }) };
}

async function store(database: Database, ownerId: number, past: PastJob, place: number): Promise<number> {
  const trials = trialsOf(past, place);
  const skipped = trials.filter(({ status }) => status === 'skipped').map(({ params }) => params);
  return await database.transaction(async (db) => {
    const { id } = await db.optimization.create({
      data: {
        ...{ ownerId, jobType: 'strategy', status: 'complete', symbolKey: 'AAPL', dataSource: 'csv', dataHash: '' },
        ...{
          firstBar: new Date(0),
          lastBar: new Date(1),
          bars: 2,
          nFolds: 1,
          correlationId: '',
          createdAt: new Date(0),
        },
        ...{ engineVersion: past.version, totalCombinations: trials.length, skipped: JSON.stringify(skipped) },
        config: JSON.stringify(configOf(past, place)),
      },
    });
    await db.optimizationTrial.createMany({
      data: trials.map((trial, index) => ({ optimizationId: id, index, ...trial })),
    });
    return id;
  });
}

/** The distinct ones of all jobs, counted one by one. */
function countedPlainly(pasts: readonly PastJob[]): Readonly<Record<string, number>> {
  const valid = pasts.flatMap(trialsOf).filter(({ status }) => status !== 'skipped');
  return Object.fromEntries(
    TYPES.map((type) => [
      type,
      new Set(valid.flatMap((each) => (each.strategyType === type ? [each.params] : []))).size,
    ]),
  );
}

async function countOf(database: Database, ownerId: number): Promise<TrialCount> {
  const range = { firstBar: new Date(0), lastBar: new Date(1) };
  const job = await database.read.optimization.findFirstOrThrow({ where: { ownerId } });
  // Of the job itself nothing is stored yet.
  return new TrialCount(database, { ...job, ...range, id: 0 }, TYPES);
}

eachDatabase((_provider, create) => {
  describe('the trials of earlier jobs', () => {
    it('are counted as if all were read, however they repeat each other', async () => {
      const database = await (await create()).open();

      await fc.assert(
        fc.asyncProperty(fc.array(pastJob, { minLength: 1, maxLength: 12 }), async (pasts) => {
          const { userId } = await createOwner(database);
          for (const [place, past] of pasts.entries()) await store(database, userId, past, place);
          const count = await countOf(database, userId);

          await count.readEarlier();

          expect(Object.fromEntries(count.counts())).toEqual(countedPlainly(pasts));
          expect(await count.isComplete(database.read)).toBe(true);
        }),
        { numRuns: 60 },
      );
    });

    it('are read of a job that differs in anything that decides them', async () => {
      const database = await (await create()).open();
      const past: PastJob = {
        ...{ method: 'random', version: '3', seed: 1, maxTrials: 3, skippedEvery: 1000 },
        grids: [{ type: 'momentum', grid: 0 }],
      };
      const others: readonly Partial<PastJob>[] = [
        ...[{ version: '2' as const }, { seed: 2 }, { maxTrials: 4 }, { skippedEvery: 3 }, { method: 'grid' as const }],
        { grids: [{ type: 'momentum', grid: 1 }] },
        { grids: [{ type: 'stat_arb', grid: 0 }] },
      ];
      for (const other of others) {
        const pasts = [{ ...past, ...other }, past];
        const { userId } = await createOwner(database);
        for (const [place, each] of pasts.entries()) await store(database, userId, each, place);
        const count = await countOf(database, userId);

        await count.readEarlier();

        expect(Object.fromEntries(count.counts()), JSON.stringify(other)).toEqual(countedPlainly(pasts));
      }
    });

    it.each([
      ['are not read of a job that tried the same as another', '', 3],
      ['are read of a job that says so much that comparing it would take as long', 'x'.repeat(5000), 4],
    ])('%s', async (_, words, counted) => {
      const database = await (await create()).open();
      const { userId } = await createOwner(database);
      const past: PastJob = {
        ...{ method: 'grid', version: '3', seed: 1, maxTrials: 3, skippedEvery: 3 },
        grids: [{ type: 'momentum', grid: 0 }],
      };
      await store(database, userId, past, 0);
      const repetition = await store(database, userId, past, 1);
      // Whoever reads it counts one more.
      const more = { optimizationId: repetition, index: 4, strategyType: 'momentum', status: 'ranked', params: '{}' };
      const config = JSON.stringify({ ...configOf(past, 1), words });
      await database.transaction(async (db) => {
        await db.optimization.update({ where: { id: repetition }, data: { config } });
        await db.optimizationTrial.update({
          where: { optimizationId_index: { optimizationId: repetition, index: 4 } },
          data: more,
        });
      });
      const count = await countOf(database, userId);

      await count.readEarlier();

      expect(count.counts().get('momentum')).toBe(counted);
      expect(await count.isComplete(database.read)).toBe(true);
    });
  });
});
