/**
 * The pace at which work is begun. What one request does with SQLite never leaves its turn of the event loop, so twenty that
 * came together would keep refusals, kills, events and timers waiting for all of them. Here they wait for one another
 * instead, in their order, and each turn begins one.
 *
 * Node accepts one connection in a turn. Whoever comes over a new one, were it to stop everything, would wait for as many pieces
 * of work as there are connections before his; so turns that accept somebody begin nothing, for some milliseconds at most.
 */

/** For how long turns may begin nothing because connections come in, in ms. */
const ACCEPTING_MS = 10;

/** Somebody who waits for his turn. */
interface Waiting {
  readonly since: number;
  readonly answer: (mayBegin: boolean) => void;
}

/** See the head of this file. */
export class Pace {
  readonly #patienceMs: number;
  readonly #few: number;
  readonly #waiting: Waiting[] = [];
  /** Whether this turn has begun something. */
  #isSpent = false;
  #hasAccepted = false;
  /** When the first turn since the last work accepted somebody. */
  #acceptingSince: number | null = null;

  /**
   * @param patienceMs who has waited for longer when his turn comes waits in vain, ...
   * @param few ... unless he is one of so many who are the last that wait; 1 or more
   */
  constructor(patienceMs: number, few: number) {
    this.#patienceMs = patienceMs;
    this.#few = few;
  }

  /** Says that a connection was accepted. */
  accepted(): void {
    this.#hasAccepted = true;
  }

  /**
   * Resolves with true when it may begin, which is without a pause when nothing was begun in this turn; with false when it has
   * waited for too long and many wait behind it.
   */
  async turn(): Promise<boolean> {
    if (this.#isSpent) return new Promise((answer) => this.#waiting.push({ since: performance.now(), answer }));
    this.#spend();
    return true;
  }

  /** Takes this turn, and looks at its end who is next. */
  #spend(): void {
    this.#isSpent = true;
    setImmediate(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#isSpent = false;
    const hasAccepted = this.#hasAccepted;
    this.#hasAccepted = false;
    const now = performance.now();
    // A few who have waited for long tell of a slow machine or of one long turn, not of too many; there is time for them now.
    while (this.#waiting.length > this.#few && this.#hasWaitedInVain(now)) this.#waiting.shift()?.answer(false);
    if (this.#waiting.length === 0) return;
    this.#spend();
    this.#acceptingSince ??= now;
    if (hasAccepted && now - this.#acceptingSince < ACCEPTING_MS) return;
    this.#acceptingSince = null;
    this.#waiting.shift()?.answer(true);
  };

  /** Whether the next one has. */
  #hasWaitedInVain(now: number): boolean {
    const [next] = this.#waiting;
    return next !== undefined && now - next.since > this.#patienceMs;
  }
}
