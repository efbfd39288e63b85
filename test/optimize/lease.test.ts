/** Every job ends once, whatever becomes of the processes that compute it. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { type Findings, noFindings } from '../../src/optimize/job/findings.ts';
import { insertTrials } from '../../src/optimize/job/insert-trials.ts';
import { type Holder, takeJob } from '../../src/optimize/job/job-lease.ts';
import { type JobEnd, storeJobEnd } from '../../src/optimize/job/job-outcome.ts';
import type { Database, Db } from '../../src/storage/index.ts';
import type { TestServices } from '../support/compose.ts';
import { eachDatabase } from '../support/database.ts';
import { ENDLESS, ended, eventually, journalOf, readJob, readTrials, submit, underWay } from '../support/jobs.ts';
import { startServices } from '../support/services.ts';

const COMPLETED = ['OptimizationStarted', 'OptimizationCompleted'];

/** Writes into the row of a job what another process might have written. */
async function overwrite({ database }: TestServices, id: number, data: object): Promise<void> {
  await database.transaction((db) => db.optimization.update({ where: { id }, data }));
}

function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** A job is complete, with nothing found; `asked` is awaited in the transaction, when that is read. */
function completeEnd(asked: (db: Db) => Promise<void>): JobEnd {
  return {
    status: 'complete',
    error: null,
    findings: async (db) => {
      await asked(db);
      return noFindings({ jobType: 'strategy' });
    },
  };
}

/** Transactions that wait for a lock of another, on PostgreSQL. */
async function lockWaits({ read }: Database): Promise<number> {
  const [waits] = await read.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) AS "count" FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return Number(waits?.count);
}

eachDatabase((provider, create) => {
  describe('the lease', () => {
    it('gives a job to one of those who reach for it at the same time', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });
      const { id } = await submit(services);
      const now = new Date();

      const taken = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) => services.database.transaction((db) => takeJob(db, id, { name }, now))),
      );

      expect(taken.filter((row) => row !== null)).toHaveLength(1);
      expect((await readJob(services, id)).attempt).toBe(1);
    });

    it('lets two processes share many jobs, each of which ends once', async () => {
      const database = await create();
      const a = await startServices(database, { maxRunningJobs: 2, pool: { threads: 1 } });
      const b = await startServices(database, { maxRunningJobs: 2, pool: { threads: 1 } });

      const jobs = await Promise.all(Array.from({ length: 12 }, (_, i) => submit(i % 2 === 0 ? a : b)));
      const rows = await Promise.all(jobs.map(({ id }) => ended(a, id)));

      expect(rows.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(rows.map(() => 'complete 1'));
      for (const { id } of jobs) expect(await journalOf(a, id)).toEqual(COMPLETED);
    });

    it('that was lost while the job was computed leaves the end to the new holder', async () => {
      const services = await startServices(await create());
      const { id } = await submit(services, ENDLESS);
      await underWay(services, id);

      await overwrite(services, id, {
        leaseOwner: 'another process',
        leaseUntil: new Date(systemClock.now() + 3_600_000),
      });
      // Much sooner than it could be computed.
      await eventually('the job to be let go', () => (services.runner.runningCount === 0 ? true : null), 2500);

      expect(await readJob(services, id)).toMatchObject({ status: 'running', leaseOwner: 'another process' });
      expect(await readTrials(services, id)).toEqual([]);
      expect(await journalOf(services, id)).toEqual(['OptimizationStarted']);
    });

    it('that has run out is taken, and the job ends once', async () => {
      const database = await create();
      const submitter = await startServices(database, { maxRunningJobs: 0 });
      const { id } = await submit(submitter);
      await overwrite(submitter, id, {
        status: 'running',
        leaseOwner: 'a dead one',
        leaseUntil: new Date(0),
        attempt: 1,
      });
      const services = await startServices(database);

      const row = await ended(services, id);

      expect(row).toMatchObject({ status: 'complete', attempt: 2 });
      expect(await journalOf(services, id)).toEqual(COMPLETED);
    });

    it('that has not run out is respected', async () => {
      const database = await create();
      const submitter = await startServices(database, { maxRunningJobs: 0 });
      const { id } = await submit(submitter);
      const leaseUntil = new Date(systemClock.now() + 3_600_000);
      await overwrite(submitter, id, { status: 'running', leaseOwner: 'a living one', leaseUntil, attempt: 1 });
      const services = await startServices(database);

      await ended(services, (await submit(services)).id);

      expect(await readJob(services, id)).toMatchObject({ status: 'running', leaseOwner: 'a living one' });
    });

    it('is needed to store an end: without it neither state nor trials nor event change', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });
      const row = await submit(services);
      const { id } = row;
      await services.database.transaction((db) => takeJob(db, id, { name: 'holder' }, new Date()));
      const trials = JSON.stringify([[0, 'momentum', 'skipped', null, '{}', ...Array(6).fill(null), 'invalid']]);
      const findings: Findings = {
        ...noFindings({ jobType: 'strategy' }),
        done: 1,
        storeRows: ({ db, database }) => insertTrials(db, database, { optimizationId: id, texts: [trials] }),
      };
      const end = { status: 'complete' as const, error: null, findings: () => Promise.resolve(findings) };
      const storeAs = (name: string) => storeJobEnd(services, { row, holder: { name } }, { end, now: new Date() });

      const strangers = await storeAs('other');
      const stored = await readTrials(services, id);
      const holders = await storeAs('holder');

      expect([strangers, stored, holders]).toEqual([false, [], true]);
      expect(await readTrials(services, id)).toHaveLength(1);
      expect(await journalOf(services, id)).toEqual(COMPLETED);
    });

    it('lets jobs of an owner end in turn, so that the later one sees the earlier', async () => {
      const services = await startServices(await create(), { maxRunningJobs: 0 });
      const { database } = services;
      const holder: Holder = { name: 'holder' };
      const [first, second] = [await submit(services), await submit(services)];
      for (const { id } of [first, second]) await database.transaction((db) => takeJob(db, id, holder, new Date()));
      const now = new Date();
      const firstAsks = gate();
      const mayEnd = gate();
      let seen: number | null = null;

      const ending = storeJobEnd(
        services,
        { row: first, holder },
        {
          now,
          end: completeEnd(async () => {
            firstAsks.open();
            await mayEnd.opened;
          }),
        },
      );
      await firstAsks.opened;
      const endingNext = storeJobEnd(
        services,
        { row: second, holder },
        {
          now,
          end: completeEnd(async (db) => {
            seen = await db.optimization.count({ where: { status: 'complete' } });
          }),
        },
      );
      // On SQLite transactions run in turn anyway.
      const isWaiting = async () => provider === 'sqlite' || (await lockWaits(database)) > 0 || seen !== null;
      await eventually('the second to wait', async () => ((await isWaiting()) ? true : null));
      mayEnd.open();

      expect(await Promise.all([ending, endingNext])).toEqual([true, true]);
      expect(seen).toBe(1);
    });

    it('that ran out twenty times ends the job with an error: it may be what kills the processes', async () => {
      const database = await create();
      const submitter = await startServices(database, { maxRunningJobs: 0 });
      const { id } = await submit(submitter);
      await overwrite(submitter, id, {
        status: 'running',
        leaseOwner: 'a dead one',
        leaseUntil: new Date(0),
        attempt: 20,
      });

      const row = await ended(await startServices(database), id);

      expect(row).toMatchObject({
        status: 'error',
        error: 'The server stopped 20 times while it computed this job.',
        results: '[]',
      });
      expect(await journalOf(submitter, id)).toEqual(['OptimizationStarted', 'OptimizationFailed']);
    });

    it('is given back by a process that closes, with nothing stored', async () => {
      const database = await create();
      const services = await startServices(database);
      const { id } = await submit(services, ENDLESS);
      await underWay(services, id);

      await services.close();

      const reader = await startServices(database, { maxRunningJobs: 0 });
      expect(await readJob(reader, id)).toMatchObject({ status: 'pending', leaseOwner: null, attempt: 0 });
      expect(await journalOf(reader, id)).toEqual(['OptimizationStarted']);
    });
  });
});
