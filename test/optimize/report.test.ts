/** The report of a job: who may have it, when, and what it is made of. */
import { beforeAll, expect, it } from 'vitest';
import { optimizationReport } from '../../src/optimize/index.ts';
import type { OptimizationRow } from '../../src/storage/index.ts';
import type { TestServices } from '../support/compose.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import { EXAMPLE, ended, submit } from '../support/jobs.ts';
import { createOwner } from '../support/owner.ts';
import { startServices } from '../support/services.ts';

const TRIALS = 10_000;

eachDatabase((_provider, create) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await create();
  });

  it('has the landscape, the winner and the counts of a job that has ended', async () => {
    const services = await startServices(database);
    const { id } = await submit(services, EXAMPLE);
    await ended(services, id);

    const report = await optimizationReport(services, services.user, id);

    const [section] = report.sections;
    expect(report.sections).toHaveLength(1);
    expect(section).toMatchObject({ strategyType: 'momentum', ranked: 16, skipped: 2, unranked: 0 });
    expect(section?.heatMaps).toHaveLength(3);
    expect(Math.max(...(section?.heatMaps[0]?.best.flat() ?? []).map((value) => value ?? -Infinity))).toBe(
      report.winner?.meanSharpe,
    );
    expect(report.winner).toMatchObject({ rank: 1, strategyType: 'momentum' });
    expect(report.winner?.folds).toHaveLength(5);
  });

  it('is a conflict while the job waits, and found by its owner only', async () => {
    const services = await startServices(database, { maxRunningJobs: 0 });
    const { id } = await submit(services, EXAMPLE);
    const other = await createOwner(services.database);

    const [waiting, foreign, missing] = await Promise.allSettled([
      optimizationReport(services, services.user, id),
      optimizationReport(services, other, id),
      optimizationReport(services, services.user, 2_000_000),
    ]);

    expect(waiting).toMatchObject({
      reason: { code: 'CONFLICT', message: expect.stringContaining('pending') },
    });
    expect(foreign).toMatchObject({ reason: { code: 'NOT_FOUND' } });
    expect(missing).toMatchObject({ reason: { code: 'NOT_FOUND' } });
  });

  it('needs the scope to read', async () => {
    const services = await startServices(database);
    const nobody = { ...services.user, scopes: new Set<never>() };

    await expect(optimizationReport(services, nobody, 1)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('takes ten thousand trials in a moment, in pieces between which others have their turn', async () => {
    const services = await startServices(database, { maxRunningJobs: 0 });
    const row = await endedJob(services);
    const since = performance.now();

    const waits: number[] = [];
    const isDone = { value: false };
    const clock = watchLoop(waits, isDone);
    const { sections } = await optimizationReport(services, services.user, row.id);
    isDone.value = true;
    await clock;

    expect(sections[0]?.ranked).toBe(TRIALS);
    expect(sections[0]?.heatMaps[0]?.x.labels).toHaveLength(20);
    expect(waits.length).toBeGreaterThan(8);
    // Far above what it takes, so that a busy machine does not fail it; a mistake of order would.
    expect(performance.now() - since).toBeLessThan(3000);
  });
});

/** A job of 100 × 100 combinations as it is stored when it has ended. */
async function endedJob(services: TestServices): Promise<OptimizationRow> {
  const values = Array.from({ length: 100 }, (_, at) => at + 1);
  const { id } = await submit(services, {
    ...EXAMPLE,
    paramGrid: { short_window: values, long_window: values.map((value) => value + 100) },
  });
  const data = Array.from({ length: TRIALS }, (_, index) => ({
    optimizationId: id,
    index,
    strategyType: 'momentum',
    status: 'ranked',
    rank: index + 1,
    params: JSON.stringify({
      short_window: Math.floor(index / 100) + 1,
      long_window: (index % 100) + 101,
      ma_type: 'sma',
      signal_threshold: 0,
    }),
    meanSharpe: Math.sin(index),
    sharpeStd: 0.1,
    meanReturn: 0.1,
    maxDrawdown: -0.1,
    meanWinRate: 0.5,
    trades: 3,
  }));
  return await services.database.transaction(async (db) => {
    for (let from = 0; from < TRIALS; from += 500) {
      await db.optimizationTrial.createMany({ data: data.slice(from, from + 500) });
    }
    return await db.optimization.update({ where: { id }, data: { status: 'complete', results: '[]' } });
  });
}

/** How long the event loop kept each of a row of turns waiting, in ms. */
async function watchLoop(waits: number[], isDone: { readonly value: boolean }): Promise<void> {
  while (!isDone.value) {
    const since = performance.now();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    waits.push(performance.now() - since);
  }
}
