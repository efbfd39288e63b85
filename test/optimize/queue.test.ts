/** Which job runs when: first come, first served, so many at a time, and so many waiting per user. */
import { describe, expect, it } from 'vitest';
import { startStrategyOptimization } from '../../src/optimize/index.ts';
import { eachDatabase } from '../support/database.ts';
import { EXAMPLE, ended, LONG, readJob, submit, underWay } from '../support/jobs.ts';
import { createOwner } from '../support/owner.ts';
import { startServices } from '../support/services.ts';

eachDatabase((_provider, create) => {
  describe('the queue', () => {
    it('lets a job wait until another has ended, when only one may run', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 1 });
      const first = await submit(services, LONG);
      const second = await submit(services);
      await underWay(services, first.id);

      expect((await readJob(services, second.id)).status).toBe('pending');
      const [one, two] = await Promise.all([ended(services, first.id), ended(services, second.id)]);

      expect([one.status, two.status]).toEqual(['complete', 'complete']);
      expect(two.startedAt?.getTime()).toBeGreaterThanOrEqual(one.finishedAt?.getTime() ?? Number.POSITIVE_INFINITY);
    });

    it('serves users in the order of their submissions', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 1 });
      const other = await createOwner(services.database);

      const submitted: number[] = [];
      for (const user of [services.user, other, services.user, other]) {
        submitted.push((await startStrategyOptimization(services, user, EXAMPLE)).id);
      }
      const rows = await Promise.all(submitted.map((id) => ended(services, id)));

      const byStart = rows.toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt) || a.id - b.id);
      expect(rows.every(({ status }) => status === 'complete')).toBe(true);
      expect(byStart.map(({ id }) => id)).toEqual(submitted);
    });

    it('refuses a job of a user who has too many, and says how many; others are not concerned', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0, limits: { maxWaitingJobs: 2 } });
      const other = await createOwner(services.database);
      await submit(services);
      await submit(services);

      await expect(submit(services)).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        message: '2 optimizations are waiting or running; at most 2 may.',
        facts: { limit: 2, observed: 2, retryAfterSeconds: 10 },
      });
      expect((await startStrategyOptimization(services, other, EXAMPLE)).status).toBe('pending');
    });
  });
});
