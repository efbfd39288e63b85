import { invariant } from '../core/index.ts';

/** Keeps the values that were used last, at most `limit` of them. What it forgets is computed again when asked for. */
export class BoundedCache<Value> {
  readonly #limit: number;
  /** In the order of use, oldest first: a Map keeps the order of insertion. */
  readonly #values = new Map<string, Value>();

  /** @param limit greatest number of values kept, at least 1 */
  constructor(limit: number) {
    invariant(limit >= 1, `a cache keeps at least one value, not ${limit}`);
    this.#limit = limit;
  }

  /** The value of `key`, if it is still kept. */
  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  /** Keeps a value, and forgets the one that has been unused for longest when there are too many. */
  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const oldest = this.#values.keys().next();
    if (this.#values.size > this.#limit && oldest.done !== true) this.#values.delete(oldest.value);
  }
}
