/** What is done beforehand for the first job: all of it on every thread, none of it to be seen. */
import { expect, it } from 'vitest';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { ended, submit } from '../support/jobs.ts';
import { startServices } from '../support/services.ts';

eachDatabase((_provider, create) => {
  it('runs a small job once on every thread, and leaves no row and no event', async () => {
    const services = await startServices(await create(), { pool: { threads: 2 } });
    const { compute, database, runner } = services;
    const head = services.journal.head();

    runner.warmUp();
    runner.warmUp();

    await eventually('both threads', () => (compute.stats().completed === 2 ? true : null));
    await runner.close();
    expect(services.logged).toEqual([]);
    expect(await database.read.optimization.count()).toBe(0);
    expect(services.journal.head()).toBe(head);
  });

  it('ends with the runner', async () => {
    const services = await startServices(await create(), { pool: { threads: 1 } });

    services.runner.warmUp();
    await services.runner.close();

    expect(services.compute.stats()).toMatchObject({ running: 0, queued: 0 });
    expect(services.logged).toEqual([]);
  });

  it('does not keep jobs from running', async () => {
    const services = await startServices(await create());

    services.runner.warmUp();
    const row = await ended(services, (await submit(services)).id);

    expect(row.status).toBe('complete');
  });
});
