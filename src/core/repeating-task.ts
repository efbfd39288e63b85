import type { Log } from './log.ts';

/** What is done again and again. */
interface TaskOptions {
  /** What it does, for the log: `looking up unknown orders`. */
  readonly name: string;
  /** Pause between the end of one run and the beginning of the next, in ms. */
  readonly everyMs: number;
  readonly run: () => Promise<void>;
  readonly log: Log;
}

/** Something that is done again and again and never twice at a time; a failure is logged when it begins, not while it lasts. */
export class RepeatingTask {
  readonly #options: TaskOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #isFailing = false;
  #isClosed = false;

  constructor(options: TaskOptions) {
    this.#options = options;
  }

  /** Begins with a pause. */
  start(): void {
    this.#timer = setTimeout(() => void this.now(), this.#options.everyMs);
  }

  /** Runs it now, or waits for the run that is under way. Never rejects. */
  now(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    clearTimeout(this.#timer);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (!this.#isClosed) this.start();
    });
    return this.#running;
  }

  /** No run begins any more; waits for the one that is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { name, run, log } = this.#options;
    try {
      await run();
      if (this.#isFailing) log.info({ task: name }, `Works again: ${name}`);
      this.#isFailing = false;
    } catch (err) {
      if (!this.#isFailing && !this.#isClosed) log.error({ err, task: name }, `Failed and is tried again: ${name}`);
      this.#isFailing = true;
    }
  }
}
