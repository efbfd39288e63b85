/** What a job has computed survives its process: it is not computed again, and changes nothing in what is found. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { SLICE_COLUMNS, sliceOffset } from '../../src/optimize/figures.ts';
import type { TestServices } from '../support/compose.ts';
import { eachDatabase } from '../support/database.ts';
import { startJobProcess } from '../support/job-process.ts';
import {
  ENDLESS,
  EXAMPLE,
  ended,
  eventually,
  findings,
  LONG,
  readJob,
  readTrials,
  submit,
  underWay,
} from '../support/jobs.ts';
import { startServices } from '../support/services.ts';

/** A return that no combination has. */
const CANARY = 0.123_456_789;

function checkpointsOf({ database }: TestServices, id: number) {
  return database.read.optimizationCheckpoint.findMany({
    where: { optimizationId: id },
    orderBy: { sequence: 'asc' },
  });
}

/** Gives the first row of the first checkpoint the same made-up return in each of five test slices; its index. */
async function forge(services: TestServices, id: number): Promise<number> {
  const [first] = await checkpointsOf(services, id);
  const figures = new Uint8Array(first?.figures ?? []);
  const view = new DataView(figures.buffer);
  const start = 4 + view.getUint32(0, true);
  for (const slice of [1, 3, 5, 7, 9]) {
    view.setFloat64(start + 8 * (sliceOffset(slice) + SLICE_COLUMNS.indexOf('totalReturn')), CANARY, true);
  }
  const key = { optimizationId_sequence: { optimizationId: id, sequence: 0 } };
  await services.database.transaction((db) => db.optimizationCheckpoint.update({ where: key, data: { figures } }));
  const header = JSON.parse(Buffer.from(figures.subarray(4, start)).toString());
  return header.indexes[0];
}

eachDatabase((_provider, create) => {
  describe('a checkpoint', () => {
    it('is written on the way, taken up after a kill and gone at the end, when all is as if nothing had happened', async () => {
      const database = await create();
      const submitter = await startServices(database, { maxRunningJobs: 0 });
      const victim = await startJobProcess(database);
      const { id } = await submit(submitter, LONG);
      await eventually('a checkpoint', async () => (await checkpointsOf(submitter, id))[0], 60_000);
      await victim.kill();
      expect((await readJob(submitter, id)).status).toBe('running');

      const survivor = await startServices(database, { clock: { now: () => systemClock.now() + 11_000 } });
      const row = await ended(survivor, id, 60_000);
      const again = await ended(survivor, (await submit(survivor, LONG)).id, 60_000);

      expect(row).toMatchObject({ status: 'complete', attempt: 2, partial: false });
      expect(await findings(survivor, id)).toEqual(await findings(survivor, again.id));
      expect(await checkpointsOf(survivor, id)).toEqual([]);
    });

    it('is written when the job is given back, and what it holds is not computed again', async () => {
      const database = await create();
      const first = await startServices(database, { pool: { threads: 1 } });
      const { id } = await submit(first, LONG);
      await underWay(first, id);
      await first.close();
      const reader = await startServices(database, { maxRunningJobs: 0 });
      const held = (await checkpointsOf(reader, id)).reduce((sum, { count }) => sum + count, 0);
      const forged = await forge(reader, id);

      const second = await startServices(database);
      const { status, attempt, progressCombo } = await ended(second, id);

      const trials = await readTrials(second, id);
      expect([status, attempt, progressCombo]).toEqual(['complete', 1, 3000]);
      expect(held).toBeGreaterThan(0);
      expect(held).toBeLessThan(3000);
      expect(trials[forged]).toMatchObject({ index: forged, meanReturn: expect.closeTo(CANARY, 12) });
      expect(trials.filter((trial) => JSON.stringify(trial).includes('0.12345678'))).toHaveLength(1);
    });

    it('of a cancelled job is gone, and its combinations are the partial results', async () => {
      const database = await create();
      const first = await startServices(database);
      const { id } = await submit(first, ENDLESS);
      await underWay(first, id);
      await first.close();
      const reader = await startServices(database, { maxRunningJobs: 0 });
      const held = (await checkpointsOf(reader, id)).reduce((sum, { count }) => sum + count, 0);

      const second = await startServices(database);
      await eventually('the job to be taken up', () => (second.runner.runningCount === 1 ? true : null));
      await eventually('what was held to be read', async () =>
        second.runner.progressOf(await readJob(second, id)).combo >= held ? true : null,
      );
      second.runner.cancel(id);
      const row = await ended(second, id);

      expect(row).toMatchObject({ status: 'cancelled', partial: true, overfitting: null, curve: null });
      expect(row.progressCombo).toBeGreaterThanOrEqual(held);
      expect(await readTrials(second, id)).toHaveLength(row.progressCombo);
      expect(await checkpointsOf(second, id)).toEqual([]);
    });

    it('is not written by a process that has lost the job', async () => {
      const database = await create();
      const services = await startServices(database);
      const { id } = await submit(services, ENDLESS);
      await underWay(services, id);
      const leaseUntil = new Date(systemClock.now() + 3_600_000);
      await services.database.transaction((db) =>
        db.optimization.update({ where: { id }, data: { leaseOwner: 'another process', leaseUntil } }),
      );
      const reader = await startServices(database, { maxRunningJobs: 0 });
      const before = await checkpointsOf(reader, id);

      await services.close();

      expect(await checkpointsOf(reader, id)).toEqual(before);
    });

    it('of another version of the engine is dropped, and its job computed as a job of this one', async () => {
      const database = await create();
      const submitter = await startServices(database, { maxRunningJobs: 0 });
      const { id } = await submit(submitter, EXAMPLE);
      const { sections, skippedTypes, method, maxTrials, seed, ...rest } = JSON.parse(
        (await readJob(submitter, id)).config,
      );
      const { strategyType, paramGrid } = sections[0];
      const config = JSON.stringify({ strategyType, paramGrid, ...rest });
      await submitter.database.transaction(async (db) => {
        await db.optimization.update({ where: { id }, data: { engineVersion: '1', config } });
        const figures = new Uint8Array([1, 2, 3]);
        await db.optimizationCheckpoint.create({ data: { optimizationId: id, sequence: 0, count: 1, figures } });
      });

      const services = await startServices(database);
      const row = await ended(services, id);
      const other = await ended(services, (await submit(services, EXAMPLE)).id);

      expect([skippedTypes, method, maxTrials, seed]).toEqual([[], 'grid', null, null]);
      expect(row).toMatchObject({ status: 'complete', engineVersion: '3' });
      expect(await findings(services, id)).toEqual(await findings(services, other.id));
    });
  });
});
