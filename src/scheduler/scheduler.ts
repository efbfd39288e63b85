/**
 * Wakes up when something is due and runs it in this process; timers only wake us up, rows decide. SQLite answers without ever
 * giving way to the event loop, so that it is given way to here, between transactions.
 */
import { setMaxListeners } from 'node:events';
import { setImmediate as breathe } from 'node:timers/promises';
import { scheduleJob, type Job as Timer } from 'node-schedule';
import { systemClock } from '../core/index.ts';
import { beginRuns, type Capacity, findTurns } from './begin-runs.ts';
import { claimDue } from './claim.ts';
import type { SchedulerBasis } from './deps.ts';
import { recoverRuns } from './end-run.ts';
import { performRun } from './perform-run.ts';

/** How often the table is looked at without a reason, in ms: other processes' jobs, clocks that were moved, dead processes. */
const LOOK_MS = 5_000;

/** A scheduler that has not looked for so long, in ms, is not working. */
const STUCK_MS = 30_000;

/** Runs at the same time in this process, and those of one owner; what is started by hand counts for the first only. */
const MAX_RUNS = 16;
const MAX_RUNS_OF_OWNER = 8;

/** How long closing waits for runs that were told to stop, in ms. */
const CLOSE_MS = 3_000;

/** What to look for: due jobs and dead runs too, or only whose turn it is, because a run has ended. */
type Wanted = 'everything' | 'turns';

/** The scheduler of a process. Any number of them can share a database. */
export class Scheduler {
  readonly #deps: SchedulerBasis;
  readonly #holder: string;
  readonly #running = new Map<number, { readonly ownerId: number; readonly ended: Promise<void> }>();
  readonly #closing = new AbortController();
  #look: NodeJS.Timeout | undefined;
  #timer: Timer | null = null;
  #looking: Promise<void> | undefined;
  #next: Wanted | null = null;
  /** By the steady clock. */
  #lookedAt: number | null = null;

  constructor(deps: SchedulerBasis) {
    this.#deps = deps;
    this.#holder = deps.ids.next();
    // Every run listens to it while it is under way.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Takes up what was missed and what comes. */
  start(): void {
    this.#look = setInterval(() => this.wake(), LOOK_MS);
    this.wake();
  }

  /** Looks for what is due now: something was changed. */
  wake(): void {
    this.#ask('everything');
  }

  /** One look at a time; what is asked for meanwhile is done afterwards, once. */
  #ask(wanted: Wanted): void {
    if (this.#closing.signal.aborted) return;
    if (this.#looking !== undefined) {
      if (this.#next !== 'everything') this.#next = wanted;
      return;
    }
    this.#looking = (wanted === 'everything' ? this.#lookOnce() : this.#beginAll())
      .catch((err: unknown) => this.#deps.log.error({ err }, 'Looking for scheduled jobs failed; it is tried again'))
      .finally(() => {
        this.#looking = undefined;
        const next = this.#next;
        this.#next = null;
        if (next !== null) this.#ask(next);
      });
  }

  /** Runs under way here. */
  get runningCount(): number {
    return this.#running.size;
  }

  /** Waits for the first look. @throws {Error} when it has not looked for a while */
  async requireLooking(): Promise<void> {
    if (this.#lookedAt === null) await this.#looking;
    if (this.lookAge * 1000 <= STUCK_MS) return;
    throw new Error(`The scheduler has not looked for due jobs for ${Math.round(this.lookAge)} s.`);
  }

  /** Seconds since it looked for due jobs; infinite before the first time. */
  get lookAge(): number {
    return this.#lookedAt === null ? Number.POSITIVE_INFINITY : (performance.now() - this.#lookedAt) / 1000;
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
    await recoverRuns(this.#deps, [...this.#running.keys()]).catch((err: unknown) =>
      this.#deps.log.error({ err }, 'Runs of dead processes could not be ended; it is tried again'),
    );
    while (!this.#closing.signal.aborted && (await claimDue(this.#deps))) {
      await breathe();
      await this.#beginSome();
    }
    await this.#beginAll();
    await this.#wakeAtNext();
    this.#lookedAt = performance.now();
  }

  /** Again while something begins: runs that end at once make room. */
  async #beginAll(): Promise<void> {
    while (!this.#closing.signal.aborted && (await this.#beginSome())) await breathe();
  }

  /** Begins what there is room for; answers whether it was anything. */
  async #beginSome(): Promise<boolean> {
    const turns = await findTurns(this.#deps.database.read, this.#capacity());
    if (turns.length === 0) return false;
    const begun = await beginRuns(this.#deps, turns, this.#holder);
    for (const { run, job } of begun) {
      const ended = performRun(this.#deps, { run, job }, this.#closing.signal).finally(() => {
        this.#running.delete(run.id);
        this.#ask('turns');
      });
      this.#running.set(run.id, { ownerId: run.ownerId, ended });
    }
    return begun.length > 0;
  }

  #capacity(): Capacity {
    const running = new Map<number, number>();
    for (const { ownerId } of this.#running.values()) running.set(ownerId, (running.get(ownerId) ?? 0) + 1);
    return { free: MAX_RUNS - this.#running.size, perOwner: MAX_RUNS_OF_OWNER, running };
  }

  /** A timer for the next due time; the regular look finds what was missed by it. */
  async #wakeAtNext(): Promise<void> {
    const now = this.#deps.clock.now();
    const next = await this.#deps.database.read.scheduledJob.findFirst({
      where: { enabled: true, pauseReason: null, nextDueAt: { gt: new Date(now) } },
      orderBy: { nextDueAt: 'asc' },
      select: { nextDueAt: true },
    });
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#closing.signal.aborted || next?.nextDueAt == null) return;
    // The timer goes by the machine's clock, which need not be ours.
    const wait = Math.max(1, next.nextDueAt.getTime() - this.#deps.clock.now());
    this.#timer = scheduleJob(new Date(systemClock.now() + wait), () => this.wake());
    if (this.#timer === null) this.#next = 'everything';
  }
}
