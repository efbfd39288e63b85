import { BoundedCache } from './bounded-cache.ts';

/**
 * Answers that take long to make. Those that were used last are kept, as `BoundedCache` keeps them; whoever asks for one
 * that is being made waits for it, so that jobs which are submitted together do not each make the same.
 */
export class AnswerCache<Value> {
  readonly #kept: BoundedCache<Value>;
  /** Those that are being made. */
  readonly #begun = new Map<string, Promise<Value>>();

  /** @param limit and `weigh` as of `BoundedCache` */
  constructor(limit: number, weigh: (value: Value) => number) {
    this.#kept = new BoundedCache(limit, weigh);
  }

  /**
   * The answer of `key`, made where there is none.
   *
   * @throws what `make` throws, to all who wait for it; the next one who asks has it made again
   */
  async get(key: string, make: () => Promise<Value>): Promise<Value> {
    const known = this.#kept.get(key) ?? this.#begun.get(key);
    if (known !== undefined) return await known;
    const making = make();
    this.#begun.set(key, making);
    try {
      const made = await making;
      this.#kept.set(key, made);
      return made;
    } finally {
      this.#begun.delete(key);
    }
  }
}
