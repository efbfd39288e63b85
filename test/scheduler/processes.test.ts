import { expect, it } from 'vitest';
import { eachDatabase } from '../support/database.ts';
import { SchedulerProcesses } from '../support/scheduler-processes.ts';

eachDatabase((_provider, create) => {
  it('processes whose clocks differ by up to five seconds do each due time exactly once (S1)', async () => {
    const processes = await SchedulerProcesses.start(await create(), 2);
    const outcome = await processes.share({ jobs: 4, seconds: 3 });

    expect(outcome.rows.toSorted()).toEqual(outcome.due.toSorted());
    expect(outcome.done).toEqual(outcome.ran);
    expect(await processes.end()).toEqual([0, 0]);
  }, 120_000);
});
