import { afterAll, describe, expect, it } from 'vitest';
import { createTestDatabase, TEST_PROVIDERS, type TestDatabase } from '../support/database.ts';
import { shareSchedule } from '../support/scheduler-processes.ts';

const open: TestDatabase[] = [];
afterAll(() => Promise.all(open.map((database) => database.drop())));

/** S1 in full: 20 times on SQLite, and as often on PostgreSQL where there is one. */
describe.each(TEST_PROVIDERS)('on %s', (provider) => {
  it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'eight processes do each of 1,000 due times exactly once, round %i',
    async () => {
      const database = await createTestDatabase(provider);
      open.push(database);
      const outcome = await shareSchedule(database, { processes: 8, jobs: 50, dueTimes: 1000 });

      expect(outcome.exits).toEqual(Array.from({ length: 8 }, () => 0));
      expect(outcome.rows.toSorted()).toEqual(outcome.due.toSorted());
      expect(outcome.done).toEqual(outcome.ran);
    },
  );
});
