import { invariant } from '../core/index.ts';

/**
 * Keeps the values that were used last, as long as they weigh no more than `limit` together; a heavier one is not kept at
 * all. What it forgets is computed again when asked for.
 */
export class BoundedCache<Value> {
  readonly #limit: number;
  readonly #weigh: (value: Value) => number;
  /** In the order of use, oldest first: a Map keeps the order of insertion. */
  readonly #values = new Map<string, Value>();
  #weight = 0;

  /**
   * @param limit greatest weight kept, at least 1
   * @param weigh weight of a value, the same at every call; default 1, so that `limit` counts values
   */
  constructor(limit: number, weigh: (value: Value) => number = () => 1) {
    invariant(limit >= 1, `a cache keeps at least one value, not ${limit}`);
    this.#limit = limit;
    this.#weigh = weigh;
  }

  /** The value of `key`, if it is still kept. */
  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  /** Keeps a value, and forgets those that have been unused for longest when there are too many. */
  set(key: string, value: Value): void {
    this.#forget(key);
    this.#values.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.#limit) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#weight -= this.#weigh(value);
  }
}
