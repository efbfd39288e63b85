/**
 * When to look. With open orders: all the time, with a pause between two looks. Without: seldom, to see only whether another
 * process left orders behind; prices are not asked for then.
 *
 *   closed? <-- close -- idle --wake, or after a while--> looking --orders are open--> waiting --after the pause--> looking
 *                                                         looking --none is----------> idle
 */

/** How much longer the pause is while nothing is open. */
const IDLE_PAUSES = 20;

export interface LoopOptions {
  /** Looks once; whether to look again soon. It does not throw. */
  readonly look: () => Promise<boolean>;
  readonly pollMs: number;
}

export class MatchingLoop {
  readonly #options: LoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #isClosed = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Looks now: an order was placed. */
  wake(): void {
    if (this.#isClosed) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = this.#look();
  }

  /** Waits for the look that is under way; there is no other one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { look, pollMs } = this.#options;
    const remains = await look();
    this.#looking = undefined;
    if (this.#isClosed) return;
    const pauseMs = remains ? pollMs : pollMs * IDLE_PAUSES;
    this.#timer = setTimeout(() => this.wake(), this.#lookAgain ? 0 : pauseMs);
    this.#lookAgain = false;
  }
}
