/** The process that computes a job stays able to answer. */
import { expect, it } from 'vitest';
import { cancelOptimization, type StrategyOptimizationInput } from '../../src/optimize/index.ts';
import { createTestDatabase } from '../support/database.ts';
import { ended, eventually, findings, LONG, readJob, submit, underWay } from '../support/jobs.ts';
import { startServices } from '../support/services.ts';
import { longestTurn } from '../support/turns.ts';

/**
 * What a turn of the event loop may compute. A few turns take 20 to 30 ms here, most of them what the garbage collector does
 * or what runs for the first time; a machine half as fast has as much room again. A loop over minute bars or combinations
 * that gives nobody a turn takes hundreds.
 */
const LONGEST_TURN_MS = 100;

const windows = (first: number) => Array.from({ length: 100 }, (_, i) => first + i);
/** 10,000 combinations over a year of minutes. */
const LARGE: StrategyOptimizationInput = {
  strategyType: 'momentum',
  symbols: ['SPY'],
  start: '2019-01-02',
  end: '2019-12-31',
  interval: '1m',
  paramGrid: { short_window: windows(2), long_window: windows(120) },
};

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

it('keeps it free while jobs over years of minutes are submitted, begin and are cancelled', async () => {
  const database = await createTestDatabase('sqlite');
  const services = await startServices(database);
  const inputs = ['SPY', 'SPY', 'QQQ'].map((symbol) => ({ ...LARGE, symbols: [symbol], end: '2023-12-29' }));

  const longest = await longestTurn(async () => {
    const jobs = await Promise.all(inputs.map((input) => submit(services, input)));
    for (const { id } of jobs) await underWay(services, id);
    for (const { id } of jobs) await cancelOptimization(services, services.user, id);
    for (const { id } of jobs) await ended(services, id);
  });

  expect(longest.looks).toBeGreaterThan(100);
  expect(longest.ms).toBeLessThan(LONGEST_TURN_MS);
  await services.close();
  await database.drop();
});

it('keeps it free while a job of 10,000 combinations runs and ends', async () => {
  const database = await createTestDatabase('sqlite');
  const services = await startServices(database);

  const longest = await longestTurn(async () => {
    const { id } = await submit(services, LARGE);
    expect(await ended(services, id, 120_000)).toMatchObject({ status: 'complete' });
  });

  expect(longest.looks).toBeGreaterThan(100);
  expect(longest.ms).toBeLessThan(LONGEST_TURN_MS);
  await services.close();
  await database.drop();
});
