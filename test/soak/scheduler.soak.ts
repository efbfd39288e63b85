/** What schedules promise, in numbers: `npm run test:soak -- scheduler`. S1 takes longest: its due times are seconds of the real clock. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parseZone } from '../../src/scheduler/cron/index.ts';
import { schedulerStatus } from '../../src/scheduler/index.ts';
import { ManualClock } from '../support/clock.ts';
import { CRONS, changesOf, differencesAt } from '../support/cron-oracle.ts';
import { createTestDatabase, TEST_PROVIDERS, type TestDatabase } from '../support/database.ts';
import { claimMany, listMany } from '../support/many-jobs.ts';
import { outages } from '../support/outages.ts';
import { composeScheduler } from '../support/scheduler.ts';
import { SchedulerProcesses } from '../support/scheduler-processes.ts';
import { report } from './report.ts';

const PROCESSES = 8;
const ROUNDS = 20;
const DUE_TIMES = 1000;
const JOBS = 100;
const OUTAGES = 1000;

/** Longest time of what has many repeats, in ms: it takes minutes on a quiet machine, and does not fail on another. */
const PATIENCE_MS = 3_600_000;
const SEED = process.env['SEED'] ?? 'outages-1';

const open: TestDatabase[] = [];
const started: SchedulerProcesses[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((processes) => processes.close()));
});
afterAll(() => Promise.all(open.map((database) => database.drop())));

async function create(provider: (typeof TEST_PROVIDERS)[number]): Promise<TestDatabase> {
  const database = await createTestDatabase(provider);
  open.push(database);
  return database;
}

/** A scheduler on a database of its own. */
async function composed(provider: (typeof TEST_PROVIDERS)[number]) {
  const clock = new ManualClock('2026-03-02T11:00:00Z');
  const database = await create(provider);
  return await composeScheduler(await database.open(clock), { clock });
}

describe.each(TEST_PROVIDERS)('on %s', (provider) => {
  it(
    `eight processes do each of ${DUE_TIMES} due times exactly once, ${ROUNDS} times (S1)`,
    async () => {
      const since = performance.now();
      const processes = await SchedulerProcesses.start(await create(provider), PROCESSES);
      started.push(processes);
      let rows = 0;
      for (let round = 1; round <= ROUNDS; round += 1) {
        const outcome = await processes.share({ jobs: JOBS, seconds: DUE_TIMES / JOBS });
        expect(outcome.rows.toSorted(), `round ${round}`).toEqual(outcome.due.toSorted());
        expect(outcome.done, `round ${round}`).toEqual(outcome.ran);
        rows += outcome.rows.length;
      }

      started.splice(0);
      expect(await processes.end()).toEqual(Array.from({ length: PROCESSES }, () => 0));
      report(`S1 on ${provider}`, { processes: PROCESSES, rounds: ROUNDS, rows, duplicates: 0, ...lasted(since) });
    },
    PATIENCE_MS,
  );

  it(
    `what was due in ${OUTAGES} outages was run, or was skipped with a reason (S2, seed ${SEED})`,
    async () => {
      const since = performance.now();
      const { due, accounted, byReason } = await outages(await create(provider), { count: OUTAGES, seed: SEED });

      report(`S2 on ${provider}`, { outages: OUTAGES, due, ...byReason, ...lasted(since) });
      expect(accounted).toBe(due);
    },
    PATIENCE_MS,
  );

  it('a thousand jobs that are due in one minute are all claimed within 5 s (S4)', async () => {
    const deps = await composed(provider);
    const { wallMs, cpuMs } = await claimMany(deps, 1000);
    const { overdueJobs } = await schedulerStatus(deps, deps.user);
    await deps.close();

    report(`S4 on ${provider}`, { jobs: 1000, claimedMs: Math.round(wallMs), cpuMs: Math.round(cpuMs), overdueJobs });
    expect(wallMs).toBeLessThan(5000);
    expect({ overdueJobs, errors: deps.errors }).toEqual({ overdueJobs: 0, errors: [] });
  });

  it('ten thousand jobs are loaded and listed within 2 s', async () => {
    const deps = await composed(provider);
    const { loaded, listed, length } = await listMany(deps, 10_000);
    await deps.close();

    const [loadedMs, listedMs] = [Math.round(loaded.wallMs), Math.round(listed.wallMs)];
    const cpuMs = Math.round(loaded.cpuMs + listed.cpuMs);
    report(`Ten thousand jobs on ${provider}`, { jobs: 10_000, loadedMs, listedMs, cpuMs });
    expect(length).toBe(10_000);
    expect(loadedMs + listedMs).toBeLessThan(2000);
  });
});

it('every change of clocks of every zone has the due times that a walk through its minutes finds (S7)', () => {
  const since = performance.now();
  const zones = Intl.supportedValuesOf('timeZone');
  const wrong: string[] = [];
  let changes = 0;
  for (const name of zones) {
    for (const change of changesOf(parseZone(name))) {
      wrong.push(...differencesAt(name, change));
      changes += 1;
    }
  }

  report('S7', {
    zones: zones.length,
    changes,
    expressions: CRONS.length,
    differences: wrong.length,
    ...lasted(since),
  });
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(changes).toBeGreaterThan(1000);
});

function lasted(since: number): { readonly seconds: number } {
  return { seconds: Math.round((performance.now() - since) / 1000) };
}
