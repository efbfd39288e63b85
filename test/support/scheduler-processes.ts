/** Several processes that share the scheduled jobs of a database, and what they did. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enableScheduledJob } from '../../src/scheduler/index.ts';
import type { TestDatabase } from './database.ts';
import { eventually } from './jobs.ts';
import { composeScheduler, createJob, DONE, runsOf } from './scheduler.ts';
import { scriptPath } from './script-path.ts';

/** What is tried. */
export interface SharedSchedule {
  readonly processes: number;
  /** Jobs that are due every second. */
  readonly jobs: number;
  /** Due times to wait for. */
  readonly dueTimes: number;
}

/** What came of it. */
export interface SharedOutcome {
  /** `job occurrence` of each due time between the first and the last of a job. */
  readonly due: readonly string[];
  /** The same of each row, counted ones left out. */
  readonly rows: readonly string[];
  /** Ids of the rows that were run, ascending. */
  readonly ran: readonly number[];
  /** Ids of runs, as the processes themselves told, ascending. */
  readonly done: readonly number[];
  /** How each process ended: 0 when nothing went wrong. */
  readonly exits: readonly (number | null)[];
}

/** Lets processes whose clocks differ by up to 5 s share jobs, until they have handled enough due times. */
export async function shareSchedule(on: TestDatabase, wanted: SharedSchedule): Promise<SharedOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-scheduler-'));
  const file = join(folder, 'done');
  writeFileSync(file, '');
  const database = await on.open();
  // The process of the test takes part: creating a job wakes its scheduler.
  const deps = await composeScheduler(database, {
    scan: ({ runId }) => {
      appendFileSync(file, `${runId} here\n`);
      return Promise.resolve(DONE);
    },
  });
  const children = Array.from({ length: wanted.processes }, (_, index) => {
    const skew = Math.round(((index / Math.max(1, wanted.processes - 1)) * 2 - 1) * 5000);
    return fork(scriptPath('scheduler-child.ts'), [on.url, String(skew), file], { execArgv: [] });
  });
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    const jobs = await Promise.all(
      Array.from({ length: wanted.jobs }, () => createJob(deps, { schedule: '* * * * * *', overlapPolicy: 'allow' })),
    );
    await eventually(
      'enough due times',
      async () => {
        const count = await database.read.jobRun.count();
        return count >= wanted.dueTimes ? true : null;
      },
      120_000,
    );
    for (const { id } of jobs) await enableScheduledJob(deps, deps.user, { id, enabled: false });
    await eventually(
      'everything to end',
      async () => {
        const open = await database.read.jobRun.count({ where: { finishedAt: null } });
        return open === 0 ? true : null;
      },
      120_000,
    );
    const rows = (await Promise.all(jobs.map(({ id }) => runsOf(deps, id)))).flat();
    return {
      due: jobs.flatMap(({ id }) =>
        between(rows.filter(({ jobId }) => jobId === id).map(({ scheduledFor }) => scheduledFor)).map(
          (time) => `${id} ${time}`,
        ),
      ),
      rows: rows.map(({ jobId, scheduledFor }) => `${jobId} ${scheduledFor.toISOString()}`),
      ran: rows.flatMap(({ id, status }) => (status === 'skipped' ? [] : [id])).toSorted((a, b) => a - b),
      done: readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => Number(line.split(' ')[0]))
        .toSorted((a, b) => a - b),
      exits: await Promise.all(children.map(ending)),
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await deps.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ending(child: ChildProcess): Promise<number | null> {
  const exit = once(child, 'exit');
  child.send('end');
  const [code] = await exit;
  return code;
}

function between(times: readonly Date[]): readonly string[] {
  const sorted = times.map((time) => time.getTime()).toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
  return Array.from({ length: (last - first) / 1000 + 1 }, (_, index) => new Date(first + index * 1000).toISOString());
}
