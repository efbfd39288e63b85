/**
 * How much work is let in. A server that is asked for more than it can do and tries serves nobody: what would wait for too
 * long is refused at once, before anything is read of it, at a small part of what an answer costs. There are two measures,
 * because work waits in two places: requests under way, which wait for databases and threads; and the turn of the event loop,
 * within which SQLite answers and each request waits for those before it.
 */

/** Where refusing begins. */
interface AdmissionLimits {
  /** Requests under way. */
  readonly underWay: number;
  /** How long a turn of the event loop may have lasted, in ms, ... */
  readonly turnMs: number;
  /** ... once it has let so many requests in: one that is slow alone is not too many. */
  readonly perTurn: number;
}

const LIMITS: AdmissionLimits = { underWay: 256, turnMs: 100, perTurn: 16 };

/** See the head of this file. */
export class Admission {
  readonly #limits: AdmissionLimits;
  #underWay = 0;
  #turnBegan: number | null = null;
  #inTurn = 0;
  #refused = 0;

  constructor(limits: AdmissionLimits = LIMITS) {
    this.#limits = limits;
  }

  /** Requests that were refused so far. */
  get refusedCount(): number {
    return this.#refused;
  }

  /** Lets a request in, whatever there is to do; answers how to say that it is over, which may be said again. */
  enter(): () => void {
    this.#underWay += 1;
    this.#inTurn += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#underWay -= 1;
      isOver = true;
    };
  }

  /** Whether one more that can wait fits in; no counts as a refusal. */
  hasRoom(): boolean {
    const { underWay, turnMs, perTurn } = this.#limits;
    const isTooLate = this.#turnMs() > turnMs && this.#inTurn >= perTurn;
    if (this.#underWay < underWay && !isTooLate) return true;
    this.#refused += 1;
    return false;
  }

  /** How long this turn of the event loop has lasted since it was first asked. */
  #turnMs(): number {
    const now = performance.now();
    if (this.#turnBegan === null) {
      this.#turnBegan = now;
      this.#inTurn = 0;
      setImmediate(() => {
        this.#turnBegan = null;
      });
    }
    return now - this.#turnBegan;
  }
}
