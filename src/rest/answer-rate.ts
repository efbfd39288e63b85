/** How many requests are answered while the event loop has no time to spare: what the server can do of what it is asked now. */

import { performance } from 'node:perf_hooks';

/** The event loop so far, in ms. */
export interface LoopTimes {
  readonly now: number;
  /** How long it has waited for something to do. */
  readonly idle: number;
}

/** Over which requests are counted, in ms. */
const WINDOW_MS = 200;

/** A loop that waited for less than this part of a window had no time to spare. */
const SPARE = 0.1;

/** Counts answers in windows that follow one another. */
export class AnswerRate {
  readonly #loopTimes: () => LoopTimes;
  #since: LoopTimes;
  #answered = 0;
  #perMs: number | null = null;

  /** `loopTimes` default: those of this thread. */
  constructor(loopTimes: () => LoopTimes = ownLoopTimes) {
    this.#loopTimes = loopTimes;
    this.#since = loopTimes();
  }

  /** Says that a request was answered. */
  count(): void {
    this.#answered += 1;
  }

  /** Answers in a millisecond, of the last two windows that were busy; null when the loop had time to spare in the last one. */
  perMs(): number | null {
    const times = this.#loopTimes();
    const elapsed = times.now - this.#since.now;
    if (elapsed < WINDOW_MS) return this.#perMs;
    const isBusy = times.idle - this.#since.idle < SPARE * elapsed;
    const rate = this.#answered / elapsed;
    this.#perMs = isBusy ? (rate + (this.#perMs ?? rate)) / 2 : null;
    this.#since = times;
    this.#answered = 0;
    return this.#perMs;
  }
}

function ownLoopTimes(): LoopTimes {
  return { now: performance.now(), idle: performance.eventLoopUtilization().idle };
}
