/** The process that computes a job stays able to answer. */
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { eventually, findings, LONG, readJob, submit, underWay } from '../support/jobs.ts';
import { startServices } from '../support/services.ts';

it('keeps the event loop free while every thread computes', async () => {
  const database = await createTestDatabase('sqlite');
  const services = await startServices(database);
  const { id } = await submit(services, LONG);
  await underWay(services, id);
  const delays: number[] = [];

  await eventually('the job to end', async () => {
    const asked = performance.now();
    const row = await readJob(services, id);
    delays.push(performance.now() - asked);
    return row.finishedAt;
  });

  const p90 = delays.toSorted((a, b) => a - b)[Math.floor(delays.length * 0.9)];
  expect(delays.length).toBeGreaterThan(5);
  expect(p90).toBeLessThan(100);
  expect(await findings(services, id)).toMatchObject({ status: 'complete' });
  await services.close();
  await database.drop();
});
