/** What schedules promise, in numbers: `npm run test:soak -- scheduler`, some ten minutes on two quiet cores. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parseZone } from '../../src/scheduler/cron/index.ts';
import { CRONS, changesOf, differencesAt } from '../support/cron-oracle.ts';
import { createTestDatabase, TEST_PROVIDERS, type TestDatabase } from '../support/database.ts';
import { outages } from '../support/outages.ts';
import { SchedulerProcesses } from '../support/scheduler-processes.ts';
import { report } from './report.ts';

const PROCESSES = 8;
const ROUNDS = 20;
const DUE_TIMES = 1000;
const OUTAGES = 1000;
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

describe.each(TEST_PROVIDERS)('on %s', (provider) => {
  it(`eight processes do each of ${DUE_TIMES} due times exactly once, ${ROUNDS} times (S1)`, async () => {
    const since = performance.now();
    const processes = await SchedulerProcesses.start(await create(provider), PROCESSES);
    started.push(processes);
    let rows = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const outcome = await processes.share({ jobs: 100, dueTimes: DUE_TIMES });
      expect(outcome.rows.toSorted(), `round ${round}`).toEqual(outcome.due.toSorted());
      expect(outcome.done, `round ${round}`).toEqual(outcome.ran);
      rows += outcome.rows.length;
    }

    started.splice(0);
    expect(await processes.end()).toEqual(Array.from({ length: PROCESSES }, () => 0));
    report(`S1 on ${provider}`, { processes: PROCESSES, rounds: ROUNDS, rows, duplicates: 0, ...lasted(since) });
  });

  it(`what was due in ${OUTAGES} outages was run, or was skipped with a reason (S2, seed ${SEED})`, async () => {
    const since = performance.now();
    const { due, accounted, byReason } = await outages(await create(provider), { count: OUTAGES, seed: SEED });

    report(`S2 on ${provider}`, { outages: OUTAGES, due, ...byReason, ...lasted(since) });
    expect(accounted).toBe(due);
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
