/**
 * How much work is let in. A server that is asked for more than it can do and tries serves nobody: what would wait for too
 * long is refused at once, before anything is read of it, at a small part of what an answer costs.
 *
 * While the event loop has time to spare, requests under way wait for databases and other machines, and many may. While it has
 * none, they wait for one another: no more are let in than are answered in `inTimeMs`, as far as can be told from what was answered
 * lately (Little's law), but for a few, so that a page may ask for all that it shows. What was begun longer ago than that does not
 * count there: it waits for threads or other machines, and not for the loop. Where too many came at once for that, those that have
 * waited for `patienceMs` are refused when their turn comes.
 */
import { DomainError } from '../core/index.ts';
import { AnswerRate } from './answer-rate.ts';
import { Pace } from './pace.ts';

/** Where refusing begins. */
interface AdmissionLimits {
  /** Requests under way, whatever they wait for. */
  readonly most: number;
  /** Requests that wait for the loop and are let in however slowly the server answers. */
  readonly least: number;
  /** How long one that is let in should take while the loop is busy, in ms. */
  readonly inTimeMs: number;
  /** How long it may wait for its turn, in ms, when more than `least` wait. */
  readonly patienceMs: number;
}

const LIMITS: AdmissionLimits = { most: 256, least: 16, inTimeMs: 300, patienceMs: 500 };

/** Seconds after which who was refused may try again. */
const RETRY_AFTER_SECONDS = 1;

/** See the head of this file. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #rate: AnswerRate;
  readonly #pace: Pace;
  /** Requests that wait for their turn. */
  #waiting = 0;
  /** Requests that have begun and are not over. */
  #begun = 0;
  /** When each of them began, in ms, in their order; without those that are known to have begun more than `inTimeMs` ago. */
  readonly #lately = new Map<symbol, number>();
  #refused = 0;

  constructor(limits: AdmissionLimits = LIMITS, rate: AnswerRate = new AnswerRate()) {
    this.#limits = limits;
    this.#rate = rate;
    this.#pace = new Pace(limits.patienceMs, Math.max(1, limits.least));
  }

  /** Requests and operations that were refused so far. */
  get refusedCount(): number {
    return this.#refused;
  }

  /** Says that a connection was accepted, so that more can be before work goes on; see `Pace`. */
  accepted(): void {
    this.#pace.accepted();
  }

  /** Whether one more fits in. */
  hasRoom(): boolean {
    const { most, least, inTimeMs } = this.#limits;
    const perMs = this.#rate.perMs();
    if (this.#waiting + this.#begun >= most) return false;
    return perMs === null || this.#waiting + this.#begunLately() < Math.max(least, perMs * inTimeMs);
  }

  /**
   * Lets one in when its turn comes, which is at once while there is time. Resolves with how to say that it is over, which may be
   * said again.
   *
   * @param isWanted asked when its turn has come: nothing is done for somebody who is gone
   * @throws {DomainError} UNAVAILABLE when there is too much to do
   */
  async admit(isWanted: () => boolean = () => true): Promise<() => void> {
    if (!this.hasRoom()) throw this.refusal();
    this.#waiting += 1;
    const mayBegin = await this.#pace.turn();
    this.#waiting -= 1;
    if (mayBegin && isWanted()) return this.#begin();
    throw this.refusal();
  }

  #begin(): () => void {
    const work = Symbol('work');
    this.#begun += 1;
    this.#lately.set(work, performance.now());
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#begun -= 1;
      this.#lately.delete(work);
      this.#rate.count();
    };
  }

  #begunLately(): number {
    const since = performance.now() - this.#limits.inTimeMs;
    for (const [work, begunAt] of this.#lately) {
      if (begunAt >= since) break;
      this.#lately.delete(work);
    }
    return this.#lately.size;
  }

  /** What one that does not fit is told; it counts as refused. */
  refusal(): DomainError {
    this.#refused += 1;
    return tooMuchToDo();
  }
}

/** See `Admission.refusal`. */
export function tooMuchToDo(): DomainError {
  return new DomainError('UNAVAILABLE', 'The server is asked for more than it can do. Come back shortly.', {
    facts: { retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
}
