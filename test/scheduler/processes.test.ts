import { expect, it } from 'vitest';
import { eachDatabase } from '../support/database.ts';
import { shareSchedule } from '../support/scheduler-processes.ts';

eachDatabase((_provider, create) => {
  it('processes whose clocks differ by up to five seconds do each due time exactly once (S1)', async () => {
    const outcome = await shareSchedule(await create(), { processes: 3, jobs: 2, dueTimes: 12 });

    expect(outcome.exits).toEqual([0, 0, 0]);
    expect(outcome.rows.toSorted()).toEqual(outcome.due.toSorted());
    expect(outcome.done).toEqual(outcome.ran);
  }, 120_000);
});
