/** Wakes up when something is due and runs it in this process; timers only wake us up, rows decide. */
import { scheduleJob, type Job as Timer } from 'node-schedule';
import { claimDue } from './claim.ts';
import type { SchedulerBasis } from './deps.ts';
import { beginRun, performRun, recoverRuns } from './job-run.ts';

/** How often the table is looked at without a reason, in ms: other processes' jobs, clocks that were moved, dead processes. */
const LOOK_MS = 5_000;

/** Runs at the same time in this process, and those of one owner. */
const MAX_RUNS = 16;
const MAX_RUNS_OF_OWNER = 8;

/** How long closing waits for runs that were told to stop, in ms. */
const CLOSE_MS = 5_000;

/** The scheduler of a process. Any number of them can share a database. */
export class Scheduler {
  readonly #deps: SchedulerBasis;
  readonly #holder: string;
  readonly #running = new Map<number, { readonly ownerId: number; readonly ended: Promise<void> }>();
  readonly #closing = new AbortController();
  #look: NodeJS.Timeout | undefined;
  #timer: Timer | null = null;
  #looking: Promise<void> | undefined;
  #lookAgain = false;

  constructor(deps: SchedulerBasis) {
    this.#deps = deps;
    this.#holder = deps.ids.next();
  }

  /** Takes up what was missed and what comes. */
  start(): void {
    this.#look = setInterval(() => this.wake(), LOOK_MS);
    this.wake();
  }

  /** Looks for what is due now: something was changed. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#lookOnce()
      .catch((err: unknown) => this.#deps.log.error({ err }, 'Looking for scheduled jobs failed; it is tried again'))
      .finally(() => {
        this.#looking = undefined;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.wake();
      });
  }

  /** Runs under way here. */
  get runningCount(): number {
    return this.#running.size;
  }

  /** Starts nothing any more and stops what runs: it becomes `interrupted`, and is taken up by the next process. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#look);
    this.#timer?.cancel();
    await this.#looking;
    let limit: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([Promise.all(Array.from(this.#running.values(), ({ ended }) => ended)), patience]);
    clearTimeout(limit);
  }

  async #lookOnce(): Promise<void> {
    await recoverRuns(this.#deps);
    while (!this.#closing.signal.aborted && (await claimDue(this.#deps))) await this.#beginQueued();
    await this.#beginQueued();
    await this.#wakeAtNext();
  }

  async #beginQueued(): Promise<void> {
    const queued = await this.#deps.database.read.jobRun.findMany({
      where: { status: 'queued' },
      orderBy: { id: 'asc' },
      take: 200,
      select: { id: true, ownerId: true },
    });
    for (const { id, ownerId } of queued) {
      if (this.#closing.signal.aborted || this.#running.size >= MAX_RUNS) return;
      if (this.#countOf(ownerId) >= MAX_RUNS_OF_OWNER) continue;
      const begun = await beginRun(this.#deps, id, this.#holder);
      if (begun === null) continue;
      const ended = performRun(this.#deps, begun, this.#closing.signal).finally(() => {
        this.#running.delete(id);
        this.wake();
      });
      this.#running.set(id, { ownerId, ended });
    }
  }

  #countOf(owner: number): number {
    return [...this.#running.values()].filter(({ ownerId }) => ownerId === owner).length;
  }

  /** A timer for the next due time; the regular look finds what was missed by it. */
  async #wakeAtNext(): Promise<void> {
    const next = await this.#deps.database.read.scheduledJob.findFirst({
      where: { enabled: true, pauseReason: null, nextDueAt: { gt: new Date(this.#deps.clock.now()) } },
      orderBy: { nextDueAt: 'asc' },
      select: { nextDueAt: true },
    });
    this.#timer?.cancel();
    if (this.#closing.signal.aborted || next?.nextDueAt == null) return;
    this.#timer = scheduleJob(next.nextDueAt, () => this.wake());
  }
}
