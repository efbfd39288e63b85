/** Several processes that share the scheduled jobs of a database, and what they did. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError } from '../../src/core/index.ts';
import { enableScheduledJob } from '../../src/scheduler/index.ts';
import type { TestDatabase } from './database.ts';
import { eventually } from './jobs.ts';
import { composeScheduler, createJob, DONE, runsOf, type TestScheduler } from './scheduler.ts';
import { scriptPath } from './script-path.ts';

/** Longest time for what a round waits for, in ms. */
const PATIENCE_MS = 120_000;

/** What a round tries. */
export interface SharedSchedule {
  /** Jobs that are due every second. */
  readonly jobs: number;
  /** Due times to wait for. */
  readonly dueTimes: number;
}

/** What came of a round. */
export interface SharedOutcome {
  /** `job occurrence` of each due time between the first and the last of a job. */
  readonly due: readonly string[];
  /** The same of each row, counted ones left out. */
  readonly rows: readonly string[];
  /** Ids of the rows that were run, ascending. */
  readonly ran: readonly number[];
  /** Ids of runs, as the processes themselves told, ascending. */
  readonly done: readonly number[];
}

/** Processes whose clocks differ by up to 5 s, and which do what is due on one database. */
export class SchedulerProcesses {
  readonly #deps: TestScheduler;
  readonly #folder: string;
  readonly #children: readonly ChildProcess[];

  private constructor(deps: TestScheduler, folder: string, children: readonly ChildProcess[]) {
    this.#deps = deps;
    this.#folder = folder;
    this.#children = children;
  }

  /** Starts so many, beside this process, which takes part: creating a job wakes its scheduler. */
  static async start(on: TestDatabase, count: number): Promise<SchedulerProcesses> {
    const folder = mkdtempSync(join(tmpdir(), 'dunlin-scheduler-'));
    const file = join(folder, 'done');
    writeFileSync(file, '');
    const deps = await composeScheduler(await on.open(), {
      scan: ({ runId }) => {
        appendFileSync(file, `${runId} here\n`);
        return Promise.resolve(DONE);
      },
    });
    const children = Array.from({ length: count }, (_, index) => {
      const skew = Math.round(((index / Math.max(1, count - 1)) * 2 - 1) * 5000);
      return fork(scriptPath('scheduler-child.ts'), [on.url, String(skew), file], { execArgv: [] });
    });
    await Promise.all(children.map((child) => once(child, 'message')));
    return new SchedulerProcesses(deps, folder, children);
  }

  /** Lets them share new jobs until they have handled enough due times. */
  async share({ jobs: count, dueTimes }: SharedSchedule): Promise<SharedOutcome> {
    const deps = this.#deps;
    const jobs = await Promise.all(
      Array.from({ length: count }, () =>
        patiently(() => createJob(deps, { schedule: '* * * * * *', overlapPolicy: 'allow' })),
      ),
    );
    const ofRound = { jobId: { in: jobs.map(({ id }) => id) } };
    const counted = (where: object): Promise<number> =>
      deps.database.read.jobRun.count({ where: { ...ofRound, ...where } });
    await eventually('enough due times', async () => ((await counted({})) >= dueTimes ? true : null), PATIENCE_MS);
    for (const { id } of jobs) await patiently(() => enableScheduledJob(deps, deps.user, { id, enabled: false }));
    const isOver = async (): Promise<true | null> => ((await counted({ finishedAt: null })) === 0 ? true : null);
    await eventually('everything to end', isOver, PATIENCE_MS);
    const rows = (await Promise.all(jobs.map(({ id }) => runsOf(deps, id)))).flat();
    const ids = new Set(rows.map(({ id }) => id));
    return {
      due: jobs.flatMap(({ id }) =>
        between(rows.filter(({ jobId }) => jobId === id).map(({ scheduledFor }) => scheduledFor)).map(
          (time) => `${id} ${time}`,
        ),
      ),
      rows: rows.map(({ jobId, scheduledFor }) => `${jobId} ${scheduledFor.toISOString()}`),
      ran: rows.flatMap(({ id, status }) => (status === 'skipped' ? [] : [id])).toSorted((a, b) => a - b),
      done: this.#done().filter((id) => ids.has(id)),
    };
  }

  /** Ends them; answers how each ended: 0 when nothing went wrong. */
  async end(): Promise<readonly (number | null)[]> {
    const exits = await Promise.all(this.#children.map(ending));
    await this.close();
    return exits;
  }

  /** Ends what still runs. */
  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#deps.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #done(): readonly number[] {
    return readFileSync(join(this.#folder, 'done'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => Number(line.split(' ')[0]))
      .toSorted((a, b) => a - b);
  }
}

/** Again for as long as too many writes are waiting, as callers are told to. */
async function patiently<Value>(act: () => Promise<Value>): Promise<Value> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const isBusy = error instanceof DomainError && error.code === 'UNAVAILABLE';
      if (!isBusy || performance.now() > until) throw error;
    }
  }
}

async function ending(child: ChildProcess): Promise<number | null> {
  const exit = once(child, 'exit');
  child.send('end');
  const [code] = await exit;
  return code;
}

function between(times: readonly Date[]): readonly string[] {
  const instants = times.map((time) => time.getTime());
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  return Array.from({ length: (last - first) / 1000 + 1 }, (_, index) => new Date(first + index * 1000).toISOString());
}
