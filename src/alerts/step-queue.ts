/**
 * Steps of alerts on their way into the database, oldest first. What cannot be stored is tried again until it can: a price that
 * was seen beyond a level has been there, also when it is back by then. What is left when the process ends is found again by
 * the next look at the price, because the rows still say what they said.
 */
import { DomainError, RepeatingTask } from '../core/index.ts';
import type { AlertBook, RememberedAlert } from './alert-book.ts';
import type { AlertBasis } from './deps.ts';
import { evaluateLevels, type Sighting, STEPS_PER_TRANSACTION } from './evaluate-levels.ts';

/** How long a database that failed is left alone, in ms. */
const RETRY_MS = 500;

interface QueuedStep {
  readonly id: number;
  readonly sighting: Sighting;
}

/** See the head of this file. */
export class StepQueue {
  readonly #deps: AlertBasis;
  readonly #book: AlertBook;
  readonly #leaveOut: (id: number) => void;
  readonly #task: RepeatingTask;
  #steps: QueuedStep[] = [];
  /** The first step that is not stored yet. */
  #first = 0;

  /** `leaveOut` is told of an alert that cannot be evaluated. */
  constructor(deps: AlertBasis, book: AlertBook, leaveOut: (id: number) => void) {
    this.#deps = deps;
    this.#book = book;
    this.#leaveOut = leaveOut;
    this.#task = new RepeatingTask({
      name: 'storing steps of alerts',
      everyMs: RETRY_MS,
      log: deps.log,
      run: () => this.#storeAll(),
    });
  }

  /** Stores the steps that alerts took at a sighting. */
  push(alerts: readonly RememberedAlert[], sighting: Sighting): void {
    for (const alert of alerts) {
      alert.pending += 1;
      this.#steps.push({ id: alert.id, sighting });
    }
    if (alerts.length > 0) void this.settle();
  }

  /** Waits until everything that was pushed before is stored, or storing failed. Never rejects. */
  async settle(): Promise<void> {
    await this.#task.now();
    if (this.#first < this.#steps.length) await this.#task.now();
  }

  /** Waits for what is being stored. */
  async close(): Promise<void> {
    await this.#task.close();
  }

  async #storeAll(): Promise<void> {
    while (this.#first < this.#steps.length) {
      this.#first += await this.#storeSome(this.#nextBatch());
      if (this.#first * 2 > this.#steps.length) {
        this.#steps = this.#steps.slice(this.#first);
        this.#first = 0;
      }
    }
  }

  /** The next steps, no two of one alert. */
  #nextBatch(): ReadonlyMap<number, Sighting> {
    const batch = new Map<number, Sighting>();
    for (let index = this.#first; index < this.#steps.length && batch.size < STEPS_PER_TRANSACTION; index += 1) {
      const step = this.#steps[index];
      if (step === undefined || batch.has(step.id)) break;
      batch.set(step.id, step.sighting);
    }
    return batch;
  }

  /**
   * Stores a batch, or its first step alone where the batch cannot be stored for another reason than that the database is not
   * there: one row that cannot be read must not hold up the others. Answers how many steps are done with.
   */
  async #storeSome(batch: ReadonlyMap<number, Sighting>): Promise<number> {
    try {
      await this.#store(batch);
      return batch.size;
    } catch (err) {
      const [first] = batch;
      if (first === undefined || (err instanceof DomainError && err.code === 'UNAVAILABLE')) throw err;
      const [alert] = first;
      if (batch.size > 1) return await this.#storeSome(new Map([first]));
      this.#deps.log.error({ err, alert }, 'An alert could not be evaluated; it is left out for a minute');
      this.#book.forget(alert);
      this.#leaveOut(alert);
      return 1;
    }
  }

  async #store(sightings: ReadonlyMap<number, Sighting>): Promise<void> {
    const cause = { correlationId: this.#deps.ids.next(), causationId: null };
    const evaluated = await this.#deps.journal.write((write) =>
      evaluateLevels(this.#deps, write, { sightings, cause }),
    );
    for (const id of sightings.keys()) {
      const known = this.#book.get(id);
      if (known !== undefined) known.pending -= 1;
      const stored = evaluated.get(id);
      if (stored === undefined) this.#book.forget(id);
      else this.#book.put(stored.row);
    }
  }
}
