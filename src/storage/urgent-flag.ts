/**
 * How a process asks the others that write to the same SQLite file to hold back: a file beside it. The lock itself has no
 * queue, and on a busy machine a process that looks for it now and then may not find it free for seconds. The flag is fresh
 * as long as its process looks: one that a dead process left behind is ignored, and is no harm if it cannot be written at all.
 */
import { rmSync, statSync, writeFileSync } from 'node:fs';

/** How long a flag counts after it was raised, in ms. */
const FRESH_MS = 300;

/** How often one is raised anew, in ms. */
const RAISE_MS = 100;

/** See the head of this file. */
export class UrgentFlag {
  readonly #path: string;
  #raisedAt = -Infinity;

  /** `database`: the path of the SQLite file. */
  constructor(database: string) {
    this.#path = `${database}-urgent`;
  }

  /** Asks the others to hold back, or goes on asking. */
  raise(): void {
    const now = performance.now();
    if (now - this.#raisedAt < RAISE_MS) return;
    this.#raisedAt = now;
    try {
      writeFileSync(this.#path, '');
    } catch {
      // Then it is decided by who looks more often, as without a flag.
    }
  }

  /** Lets the others go on. */
  lower(): void {
    if (this.#raisedAt === -Infinity) return;
    this.#raisedAt = -Infinity;
    rmSync(this.#path, { force: true });
  }

  /** Whether somebody asks to hold back. */
  isRaised(): boolean {
    const flag = statSync(this.#path, { throwIfNoEntry: false });
    return flag !== undefined && performance.timeOrigin + performance.now() - flag.mtimeMs < FRESH_MS;
  }
}
