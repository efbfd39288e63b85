import type { Clock } from '../../core/index.ts';

/** Shortest time between two ticks of one job. */
const INTERVAL_MS = 250;

/** Lets a tick through at most four times a second: the first at once, the last of a burst when its time has come. */
export class ProgressThrottle {
  readonly #clock: Clock;
  readonly #emit: () => void;
  #last = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(clock: Clock, emit: () => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Something has moved on. */
  tick(): void {
    if (this.#closed || this.#timer !== undefined) return;
    // A clock that was set back must not silence the job.
    const wait = Math.min(this.#last + INTERVAL_MS - this.#clock.now(), INTERVAL_MS);
    if (wait <= 0) this.#fire();
    else this.#timer = setTimeout(() => this.#fire(), wait);
  }

  /** No more ticks, also none that waits: the job has ended. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #fire(): void {
    this.#timer = undefined;
    this.#last = this.#clock.now();
    this.#emit();
  }
}
