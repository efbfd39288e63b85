/** The same job has the same results to the byte, whoever computes it and however often it is interrupted. */
import { expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createTestDatabase, eachDatabase } from '../support/database.ts';
import { startJobProcess } from '../support/job-process.ts';
import { EXAMPLE, ended, findings, LONG, readJob, submit, underWay } from '../support/jobs.ts';
import { startServices } from '../support/services.ts';

/** What `LONG` finds when nothing interrupts it. */
let undisturbed: Promise<object> | undefined;

function findingsOfLong(): Promise<object> {
  undisturbed ??= (async () => {
    const database = await createTestDatabase('sqlite');
    const services = await startServices(database);
    const { id } = await ended(services, (await submit(services, LONG)).id);
    const found = await findings(services, id);
    await services.close();
    await database.drop();
    return found;
  })();
  return undisturbed;
}

it('finds the same with 1, 2 and 4 threads', async () => {
  const found: object[] = [];

  for (const threads of [1, 2, 4]) {
    const database = await createTestDatabase('sqlite');
    const services = await startServices(database, { pool: { threads } });
    const { id } = await ended(services, (await submit(services, { ...EXAMPLE, symbols: ['AAPL', 'MSFT'] })).id);
    found.push(await findings(services, id));
    await services.close();
    await database.drop();
  }

  expect(found[0]).toMatchObject({ status: 'complete' });
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
});

eachDatabase((_provider, create) => {
  it('finds the same after the process that computed it was killed', async () => {
    const database = await create();
    const submitter = await startServices(database, { maxRunningJobs: 0 });
    const victim = await startJobProcess(database);
    const { id } = await submit(submitter, LONG);
    await victim.underWay;
    await victim.kill();
    expect((await readJob(submitter, id)).status).toBe('running');

    const survivor = await startServices(database, { clock: { now: () => systemClock.now() + 11_000 } });
    const row = await ended(survivor, id);

    expect(row).toMatchObject({ status: 'complete', attempt: 2 });
    expect(await findings(survivor, id)).toEqual(await findingsOfLong());
  });

  it('finds the same after the process that computed it was closed, and is taken up at once', async () => {
    const database = await create();
    const first = await startServices(database);
    const { id } = await submit(first, LONG);
    await underWay(first, id);
    await first.close();
    const second = await startServices(database);

    const row = await ended(second, id);

    expect(row).toMatchObject({ status: 'complete', attempt: 1 });
    expect(await findings(second, id)).toEqual(await findingsOfLong());
  });
});
