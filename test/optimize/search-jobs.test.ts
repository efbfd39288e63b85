/** Jobs that search by random draws or TPE: the same for a seed, whoever computes them. */
import { describe, expect, it } from 'vitest';
import { readConfig, readResults, readUnranked } from '../../src/optimize/index.ts';
import { createTestDatabase, eachDatabase } from '../support/database.ts';
import { EXAMPLE, ended, findings, LONG, readTrials, submit, underWay } from '../support/jobs.ts';
import { startServices } from '../support/services.ts';

const RANGES = { short_window: { min: 2, max: 40 }, long_window: { min: 50, max: 200, step: 5 } };
/** Generations with work for some seconds. */
const LONG_TPE = {
  ...LONG,
  method: 'tpe',
  maxTrials: 1200,
  paramGrid: { spread_bps: { min: 1, max: 50 }, max_inventory: { min: 10, max: 500 } },
};

describe.each(['random', 'tpe'])('a job with method %s', (method) => {
  it('finds the same with 1, 2 and 4 threads', async () => {
    const found: object[] = [];

    for (const threads of [1, 2, 4]) {
      const database = await createTestDatabase('sqlite');
      const services = await startServices(database, { pool: { threads } });
      const input = { ...EXAMPLE, symbols: ['AAPL', 'MSFT'], method, maxTrials: 60, seed: 7, paramGrid: RANGES };
      found.push(await findings(services, (await ended(services, (await submit(services, input)).id)).id));
      await services.close();
      await database.drop();
    }

    expect(found[0]).toMatchObject({ status: 'complete' });
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  it('tries as many distinct valid combinations as were asked for, other ones with another seed', async () => {
    const database = await createTestDatabase('sqlite');
    const services = await startServices(database);
    const tried: string[][] = [];

    for (const seed of [1, 2]) {
      const row = await ended(
        services,
        (await submit(services, { ...EXAMPLE, method, maxTrials: 40, seed, paramGrid: RANGES })).id,
      );
      const trials = (await readTrials(services, row.id)) as readonly { readonly params: string }[];
      expect(row).toMatchObject({ status: 'complete', totalCombinations: 40, skipped: '[]' });
      expect(readConfig(row)).toMatchObject({ method, maxTrials: 40, seed });
      expect((readResults(row)?.length ?? 0) + (readUnranked(row)?.length ?? 0)).toBeGreaterThan(15);
      tried.push(trials.map(({ params }) => params));
    }
    await services.close();
    await database.drop();

    expect(tried.map((list) => new Set(list).size)).toEqual([40, 40]);
    expect(tried[0]).not.toEqual(tried[1]);
  });
});

eachDatabase((_provider, create) => {
  it('a TPE that is interrupted goes on as if it had not been', { timeout: 60_000 }, async () => {
    const database = await create();
    const first = await startServices(database);
    const { id } = await submit(first, LONG_TPE);
    await underWay(first, id);
    await first.close();

    const second = await startServices(database, { pool: { threads: 1 } });
    const row = await ended(second, id);
    const whole = await ended(second, (await submit(second, LONG_TPE)).id);

    expect(row.status).toBe('complete');
    expect(await findings(second, id)).toEqual(await findings(second, whole.id));
  });
});
