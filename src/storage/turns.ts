/** A fair lock inside one process: whoever asks first goes first; the urgent go before all others that wait. */
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
      this.#next();
    };
  }

  /** Hands the turn over; it is never free in between, so that nobody slips in. */
  #next(): void {
    const granted = this.#urgent.shift() ?? this.#waiting.shift();
    if (granted === undefined) this.#isTaken = false;
    else granted();
  }
}
