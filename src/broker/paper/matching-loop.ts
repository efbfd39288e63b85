/**
 * When to look. With open orders: all the time, with a pause between two looks. Without: seldom, to see only whether another
 * process left orders behind; prices are not asked for then.
 *
 *   idle    --an order was placed, or after a long while--> looking
 *   looking --orders are open--> waiting;  --none is--> idle;  --an order was placed meanwhile--> looking
 *   waiting --an order was placed, or after the pause--> looking
 *   any     --close--> closed, when the look that is under way has ended
 */

/** How much longer the pause is while nothing is open. */
const IDLE_PAUSES = 20;

export interface LoopOptions {
  /** Looks once; whether to look again soon. It does not throw. */
  readonly look: () => Promise<boolean>;
  readonly pollMs: number;
}

/** See the head of the file. */
export class MatchingLoop {
  readonly #options: LoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #isRunning = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isRunning = true;
    this.wake();
  }

  /** An order was placed: looks now, or once more after the look that is under way. Nothing unless it runs. */
  wake(): void {
    if (!this.#isRunning) return;
    if (this.#looking === undefined) this.#begin();
    else this.#lookAgain = true;
  }

  /** Looks, running or not. The look begins after the call and has ended when it resolves. */
  async lookNow(): Promise<void> {
    while (this.#looking !== undefined) await this.#looking;
    await this.#begin();
  }

  /** Waits for the look that is under way; there will be no other one. */
  async close(): Promise<void> {
    this.#isRunning = false;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #begin(): Promise<void> {
    clearTimeout(this.#timer);
    this.#lookAgain = false;
    this.#looking = this.#look();
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { look, pollMs } = this.#options;
    const remains = await look();
    this.#looking = undefined;
    if (!this.#isRunning) return;
    const pauseMs = remains ? pollMs : pollMs * IDLE_PAUSES;
    this.#timer = setTimeout(() => this.wake(), this.#lookAgain ? 0 : pauseMs);
  }
}
