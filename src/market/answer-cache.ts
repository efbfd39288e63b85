import { BoundedCache } from './bounded-cache.ts';

/** Bytes of an answer beside its bars, about: there may be any number of empty ones. */
const ENTRY_BYTES = 1024;

/**
 * Answers that take long to make. Those that were used last are kept, as `BoundedCache` keeps them; whoever asks for one
 * that is being made waits for it, so that jobs which are submitted together do not each make the same.
 */
export class AnswerCache<Value> {
  readonly #kept: BoundedCache<Value>;
  /** Those that are being made. */
  readonly #begun = new Map<string, Promise<Value>>();

  /** @param limitBytes that kept answers may take; `bytesOf` is what the bars of one take */
  constructor(limitBytes: number, bytesOf: (value: Value) => number) {
    this.#kept = new BoundedCache(limitBytes, (value) => ENTRY_BYTES + bytesOf(value));
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
