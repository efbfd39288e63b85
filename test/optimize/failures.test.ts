/** Tasks that throw, loop, allocate without end or take their thread down harm their own job and nothing else. */
import { expect, it } from 'vitest';
import { eachDatabase } from '../support/database.ts';
import { EXAMPLE, ended, journalOf, submit } from '../support/jobs.ts';
import { MISBEHAVING_POOL, MISBEHAVIOUR, type Misbehaviour } from '../support/misbehaviour.ts';
import { randomBars } from '../support/series.ts';
import { importSeries, startServices } from '../support/services.ts';

const REASONS: readonly [Misbehaviour, RegExp][] = [
  ['throw', /^Computing failed because of an error of the server: [0-9a-f]{32}\.$/],
  ['loop', /^Computing took too long: .* longer than its limit of 1500 ms\. Ask for fewer bars/],
  ['allocate', /^Computing took too much memory: /],
  ['exit', /^A thread that computed this job died: .* Submit the job again\.$/],
];

eachDatabase((_provider, create) => {
  it.each(REASONS)('a job whose tasks %s ends with a reason, and the next job completes', async (way, reason) => {
    // Only what loops needs to run into the time limit; filling the memory may take long on a busy machine.
    const pool = way === 'loop' ? MISBEHAVING_POOL : { ...MISBEHAVING_POOL, taskTimeoutMs: 20_000 };
    const services = await startServices(await create(), { pool });

    const bad = await submit(services, { ...EXAMPLE, initialCapital: MISBEHAVIOUR.get(way) });
    const badEnd = await ended(services, bad.id);
    const good = await ended(services, (await submit(services)).id);

    expect(badEnd).toMatchObject({ status: 'error', partial: true, leaseOwner: null });
    expect(badEnd.error).toMatch(reason);
    expect(badEnd.error).not.toContain('secret');
    expect(await journalOf(services, bad.id)).toEqual(['OptimizationStarted', 'OptimizationFailed']);
    expect(good).toMatchObject({ status: 'complete', error: null });
  });
});

eachDatabase((_provider, create) => {
  it('a job does not wait for indicators that died with a thread', async () => {
    const services = await startServices(await create(), { pool: { ...MISBEHAVING_POOL, taskTimeoutMs: 20_000 } });
    const windows = (from: number) => Array.from({ length: 25 }, (_, i) => from + i);
    const paramGrid = { short_window: windows(2), long_window: windows(50) };
    const way = MISBEHAVIOUR.get('exit with a portion');

    const bad = await submit(services, { ...EXAMPLE, start: '2004-01-02', paramGrid, initialCapital: way });
    const badEnd = await ended(services, bad.id);
    const good = await ended(services, (await submit(services)).id);

    expect(badEnd).toMatchObject({ status: 'error', progressCombo: 0 });
    expect(badEnd.error).toMatch(/^A thread that computed this job died: /);
    expect(good.status).toBe('complete');
  });

  it('jobs at the same time are not harmed by one that loops', async () => {
    const services = await startServices(await create(), { pool: { ...MISBEHAVING_POOL, taskTimeoutMs: 6000 } });

    const bad = await submit(services, { ...EXAMPLE, initialCapital: MISBEHAVIOUR.get('loop') });
    const good = await Promise.all([submit(services), submit(services, { ...EXAMPLE, symbols: ['MSFT'] })]);
    const ends = await Promise.all([bad, ...good].map(({ id }) => ended(services, id)));

    expect(ends.map(({ status }) => status)).toEqual(['error', 'complete', 'complete']);
  });

  it('says so when the bars have changed between submission and run', async () => {
    const database = await create();
    const submitter = await startServices(database, { maxRunningJobs: 0 });
    await importSeries(submitter, randomBars(1, { length: 600, symbol: 'XYZ' }));
    const input = { ...EXAMPLE, symbols: ['XYZ'], start: '2020-01-01', end: '2021-08-22', source: 'csv' };
    const { id } = await submit(submitter, input);
    await importSeries(submitter, randomBars(2, { length: 600, symbol: 'XYZ' }));
    const services = await startServices(database);

    const row = await ended(services, id);

    expect(row).toMatchObject({
      status: 'error',
      error: 'The bars have changed since this job was submitted; submit it again.',
      results: '[]',
    });
  });

  it('computes on the bars of the submission when newer ones have come since', async () => {
    const database = await create();
    const submitter = await startServices(database, { maxRunningJobs: 0 });
    const bars = randomBars(1, { length: 700, symbol: 'XYZ' });
    await importSeries(submitter, { ...bars, time: bars.time.slice(0, 600) });
    const input = { ...EXAMPLE, symbols: ['XYZ'], start: '2020-01-01', end: '2999-12-31', source: 'csv' };
    const before = await submit(submitter, input);
    await importSeries(submitter, bars);
    const services = await startServices(database);

    const row = await ended(services, before.id);

    expect(row).toMatchObject({ status: 'complete', bars: 600, lastBar: new Date('2021-08-22') });
  });
});
