/** Group commit: what arrives while a batch is under way goes into the next one, so that many share one transaction. */
import { invariant } from '../core/index.ts';

/** The greatest number of items of one batch. */
export const MAX_BATCH = 64;

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (result: Out) => void;
  readonly reject: (error: unknown) => void;
}

/** A queue that is worked off in batches, one at a time, in the order of arrival. */
export class Batches<In, Out> {
  readonly #run: (items: readonly In[]) => Promise<readonly Out[]>;
  readonly #before: (items: readonly In[]) => Promise<void>;
  readonly #waiting: Waiting<In, Out>[] = [];
  #working: Promise<void> | null = null;

  /**
   * `run` answers one result for each item, in their order; when it throws, every item of the batch hears that. `before` is
   * waited for with those who wait, and not again before all of them, and all who come meanwhile, were worked off, in however
   * many batches: so it does not hold up more the more wait. It must not throw.
   */
  constructor(
    run: (items: readonly In[]) => Promise<readonly Out[]>,
    before: (items: readonly In[]) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#run = run;
    this.#before = before;
  }

  /** Waits for the item's batch and answers its result. */
  add(item: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  /** Resolves when nothing waits any more. */
  async whenIdle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    // Those who come in the same turn of the event loop come along.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    while (this.#waiting.length > 0) {
      await this.#before(this.#waiting.map(({ item }) => item));
      for (let left = this.#waiting.length; left > 0; left -= MAX_BATCH) {
        await this.#runBatch(this.#waiting.splice(0, MAX_BATCH));
      }
    }
    this.#working = null;
  }

  async #runBatch(batch: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      invariant(results.length === batch.length, 'a batch answers one result for each item');
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
