/**
 * A fair lock inside one process: whoever asks first goes first; the urgent go before all others that wait. Between two
 * turns the event loop goes round once: work that never leaves the microtasks, such as SQLite's, would otherwise keep timers
 * and sockets waiting until nobody wants a turn any more.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  readonly #urgent: (() => void)[] = [];
  #isTaken = false;

  /** Waits for its turn; resolves with the function that ends it (calling it again does nothing). */
  async take(isUrgent = false): Promise<() => void> {
    if (this.#isTaken) await new Promise<void>((granted) => (isUrgent ? this.#urgent : this.#waiting).push(granted));
    this.#isTaken = true;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#handOver();
    };
  }

  /** Lets the urgent that wait go first, and resolves when the turn has come back. Only for who has it, and is not urgent. */
  async giveWay(): Promise<void> {
    while (this.#urgent.length > 0) {
      await new Promise<void>((granted) => {
        this.#waiting.unshift(granted);
        this.#handOver();
      });
    }
  }

  /** Hands the turn over; it is never free in between, so that nobody slips in. */
  #handOver(): void {
    setImmediate(() => {
      const granted = this.#urgent.shift() ?? this.#waiting.shift();
      if (granted === undefined) this.#isTaken = false;
      else granted();
    });
  }
}
