/** Cancelling works in every state that is not final, within 2 s, and keeps what was computed. */
import { describe, expect, it } from 'vitest';
import type { DomainError } from '../../src/core/index.ts';
import { cancelOptimization } from '../../src/optimize/index.ts';
import type { TestServices } from '../support/compose.ts';
import { eachDatabase } from '../support/database.ts';
import { ENDLESS, EXAMPLE, ended, journalOf, readJob, readTrials, submit, underWay } from '../support/jobs.ts';
import { createOwner } from '../support/owner.ts';
import { seededRandom } from '../support/random.ts';
import { startServices } from '../support/services.ts';

const NOTHING_KEPT = { status: 'cancelled', partial: true, results: '[]', skipped: '[]', unranked: '[]' };
const CANCELLED = ['OptimizationStarted', 'OptimizationCancelled'];

async function cancelTimed(services: TestServices, id: number) {
  const start = performance.now();
  const row = await cancelOptimization(services, services.user, id);
  return { row, tookMs: performance.now() - start };
}

eachDatabase((_provider, create) => {
  describe('cancelling', () => {
    it('ends a job that nobody has taken, at once and for good', async () => {
      const database = await create();
      const services = await startServices(database, { maxRunningJobs: 0 });
      const { id } = await submit(services);

      const { row, tookMs } = await cancelTimed(services, id);
      const later = await startServices(database);
      const other = await ended(later, (await submit(later)).id);

      expect(row).toMatchObject({ ...NOTHING_KEPT, finishedAt: expect.any(Date) });
      expect(tookMs).toBeLessThan(500);
      expect(other.status).toBe('complete');
      expect(await journalOf(services, id)).toEqual(CANCELLED);
    });

    it('stops a job that runs here and keeps what it has computed', async () => {
      const services = await startServices(await create());
      const { id } = await submit(services, ENDLESS);
      await underWay(services, id);

      const { row, tookMs } = await cancelTimed(services, id);

      const trials = await readTrials(services, id);
      expect(tookMs).toBeLessThan(2000);
      expect(row).toMatchObject({ status: 'cancelled', partial: true, error: null, leaseOwner: null });
      expect(trials.length).toBeGreaterThan(0);
      expect(trials.length).toBeLessThan(row.totalCombinations);
      expect(row.progressCombo).toBe(trials.length);
      expect(row.results).toContain('"rank":1');
      expect(await journalOf(services, id)).toEqual(CANCELLED);
    });

    it('stops a job that another process computes, which keeps what it has', async () => {
      const database = await create();
      const here = await startServices(database, { maxRunningJobs: 0 });
      const there = await startServices(database);
      const { id } = await submit(here, ENDLESS);
      await underWay(there, id);

      const { row, tookMs } = await cancelTimed(here, id);

      expect(tookMs).toBeLessThan(2000);
      expect(row).toMatchObject({ status: 'cancelled', partial: true });
      expect(row.progressCombo).toBeGreaterThan(0);
      expect(await journalOf(here, id)).toEqual(CANCELLED);
    });

    it('ends a job whose process does not answer, without results', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });
      const { id } = await submit(services);
      const leaseUntil = new Date(services.clock.now() + 3_600_000);
      const data = { status: 'running', leaseOwner: 'a process that is gone', leaseUntil, attempt: 1 };
      await services.database.transaction((db) => db.optimization.update({ where: { id }, data }));

      const { row, tookMs } = await cancelTimed(services, id);

      expect(tookMs).toBeLessThan(2000);
      expect(row).toMatchObject({ ...NOTHING_KEPT, leaseOwner: null });
      expect(await journalOf(services, id)).toEqual(CANCELLED);
    });

    it('holds also when the process gives the job back meanwhile', async () => {
      const database = await create();
      const services = await startServices(database, { maxRunningJobs: 0 });
      const { id } = await submit(services);
      const data = { cancelRequestedAt: new Date() };
      await services.database.transaction((db) => db.optimization.update({ where: { id }, data }));

      const row = await ended(await startServices(database), id);

      expect(row).toMatchObject(NOTHING_KEPT);
    });

    it('is a conflict once the job has ended, however it ended', async () => {
      const services = await startServices(await create());
      const complete = await ended(services, (await submit(services)).id);
      const { id } = await submit(services, ENDLESS);
      await cancelOptimization(services, services.user, id);

      await expect(cancelOptimization(services, services.user, complete.id)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: `Optimization ${complete.id} has ended (complete) and cannot be cancelled.`,
      });
      await expect(cancelOptimization(services, services.user, id)).rejects.toMatchObject({ code: 'CONFLICT' });
      expect((await readJob(services, complete.id)).cancelRequestedAt).toBeNull();
    });

    it('knows no job of another user, and takes the scope trade', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });
      const { id } = await submit(services);
      const stranger = await createOwner(services.database);
      const reader = { ...services.user, scopes: new Set(['read'] as const) };

      await expect(cancelOptimization(services, stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(cancelOptimization(services, services.user, 999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(cancelOptimization(services, reader, id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect((await readJob(services, id)).status).toBe('pending');
    });

    it('twice at the same time is one cancellation', async () => {
      const database = await create();
      const here = await startServices(database, { maxRunningJobs: 0 });
      // It hears of it half a second later: one that ends it at once may be faster than the second request.
      const there = await startServices(database);
      const { id } = await submit(here, ENDLESS);
      await underWay(there, id);

      const rows = await Promise.all([1, 2].map(() => cancelOptimization(here, here.user, id)));

      expect(rows.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
      expect(await journalOf(here, id)).toEqual(CANCELLED);
    });

    it('that races with the end of the job gives one final state and one final event', async () => {
      const seed = 20_261_123;
      const random = seededRandom(seed);
      const services = await startServices(await create());
      const outcomes: string[] = [];
      for (let round = 0; round < 30; round += 1) {
        const { id } = await submit(services, {
          ...EXAMPLE,
          paramGrid: { short_window: [5, 6], long_window: [20, 30] },
        });
        await new Promise((resolve) => setTimeout(resolve, random() * 60));

        const answer = await cancelOptimization(services, services.user, id).then(
          (row) => row.status,
          (error: DomainError) => error.code,
        );

        const { status } = await ended(services, id);
        const last = status === 'complete' ? 'OptimizationCompleted' : 'OptimizationCancelled';
        const what = `seed ${seed}, round ${round}`;
        expect(answer, what).toBe(status === 'complete' ? 'CONFLICT' : 'cancelled');
        expect(await journalOf(services, id), what).toEqual(['OptimizationStarted', last]);
        outcomes.push(status);
      }
      expect(new Set(outcomes)).toEqual(new Set(['complete', 'cancelled']));
    });
  });
});
