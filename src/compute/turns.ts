/**
 * Which of the tasks that wait is next, and whether there is a thread for it. It starts nothing: that is the pool's.
 *
 * Next is a task of the job that holds the fewest threads. It finds one when a thread is free. A job that holds none need not
 * wait for one behind tasks that take minutes: a task that has run for `LONG_AFTER_MS` leaves its place to it and goes on, and
 * the operating system shares the processors among them. A job that holds a thread waits, so that no job ever holds more
 * than there are places, whatever its tasks take of memory. A task of no job is as a job of its own, but only one of them at a
 * time may overtake: many that take long would otherwise leave no extra place to a job.
 */

/** From here on a task counts as long, in milliseconds: most end within a few hundred. */
export const LONG_AFTER_MS = 500;

/** What the tasks of a job have in common; compared by identity. */
export type JobKey = symbol;

interface RunningTask {
  /** Null of a task of no job. */
  readonly job: JobKey | null;
  readonly hasOvertaken: boolean;
  /** When a thread took it up, in milliseconds; null before: a thread that is loading says nothing about the task. */
  readonly startedMs: number | null;
}

/** What decides how many run. */
export interface TurnOptions {
  /** Tasks that run at the same time, at least 1. */
  readonly places: number;
  /** Long tasks that leave their places to others, at most; 0: none does. */
  readonly extraPlaces: number;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
}

/** The tasks of a pool in their turns; `Task` is compared by identity. */
export class Turns<Task> {
  readonly #options: TurnOptions;
  /** In order of arrival. */
  readonly #queued = new Map<Task, JobKey | null>();
  readonly #running = new Map<Task, RunningTask>();
  /** Threads that each job holds; none of those that hold none. */
  readonly #held = new Map<JobKey, number>();

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** Tasks that wait, in order of arrival. */
  get queued(): readonly Task[] {
    return [...this.#queued.keys()];
  }

  get queuedCount(): number {
    return this.#queued.size;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Puts a task behind the others. @param job null when it is of none */
  enqueue(task: Task, job: JobKey | null): void {
    this.#queued.set(task, job);
  }

  /** Takes a task out of the queue, if it is still there. */
  drop(task: Task): void {
    this.#queued.delete(task);
  }

  /** The next task, which runs from here on; undefined when none waits or there is no thread for it. */
  take(): Task | undefined {
    const next = this.#next();
    if (next === undefined || !this.#hasPlace(next.held)) return undefined;
    const { task, job, held } = next;
    this.#queued.delete(task);
    const hasOvertaken = this.#isFull();
    this.#running.set(task, { job, hasOvertaken, startedMs: null });
    if (job !== null) this.#held.set(job, held + 1);
    return task;
  }

  /** A thread has taken a running task up. */
  started(task: Task): void {
    const running = this.#running.get(task);
    if (running !== undefined) this.#running.set(task, { ...running, startedMs: this.#options.now() });
  }

  /** The thread of a running task is free. */
  ended(task: Task): void {
    const running = this.#running.get(task);
    if (running === undefined) return;
    this.#running.delete(task);
    const { job } = running;
    if (job === null) return;
    const held = this.#heldBy(job) - 1;
    if (held === 0) this.#held.delete(job);
    else this.#held.set(job, held);
  }

  /** In how many milliseconds `take` may have an answer although nothing ends until then, 0 for now; undefined when it will not. */
  get msToNextChange(): number | undefined {
    const { places, extraPlaces } = this.#options;
    if (this.#running.size >= places + extraPlaces || this.#next()?.held !== 0) return undefined;
    // Time goes on: one may have come to take long since `take` was asked, and the next moment another.
    const ages = this.#ages();
    if (this.#hasPlace(0, ages)) return 0;
    const young = ages.filter((age) => age < LONG_AFTER_MS);
    return young.length === 0 ? undefined : LONG_AFTER_MS - Math.max(...young);
  }

  #next(): { readonly task: Task; readonly job: JobKey | null; readonly held: number } | undefined {
    const leavesOutSingle = this.#isFull() && this.#hasSingleOvertaken();
    let next;
    for (const [task, job] of this.#queued) {
      if (job === null && leavesOutSingle) continue;
      const held = this.#heldBy(job);
      if (next === undefined || held < next.held) next = { task, job, held };
      if (held === 0) break;
    }
    return next;
  }

  #hasPlace(held: number, ages = this.#ages()): boolean {
    const { places, extraPlaces } = this.#options;
    if (!this.#isFull()) return true;
    if (held > 0) return false;
    const long = ages.filter((age) => age >= LONG_AFTER_MS).length;
    return this.#running.size < places + Math.min(long, extraPlaces);
  }

  /** Whether whoever starts now overtakes. */
  #isFull(): boolean {
    return this.#running.size >= this.#options.places;
  }

  #heldBy(job: JobKey | null): number {
    return job === null ? 0 : (this.#held.get(job) ?? 0);
  }

  /** Whether a task of no job that has overtaken still runs. */
  #hasSingleOvertaken(): boolean {
    return Array.from(this.#running.values()).some(({ job, hasOvertaken }) => job === null && hasOvertaken);
  }

  /** How long the running tasks have run, in milliseconds. */
  #ages(): readonly number[] {
    const now = this.#options.now();
    return Array.from(this.#running.values()).flatMap(({ startedMs }) => (startedMs === null ? [] : [now - startedMs]));
  }
}
