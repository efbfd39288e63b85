/** Wilder's mean (1978, New Concepts in Technical Trading Systems): the mean of the first `window` values, then (w − 1)/w of itself and 1/w of the next one. */
export class WilderMean {
  readonly #window: number;
  #count = 0;
  #mean = 0;

  constructor(window: number) {
    this.#window = window;
  }

  /** Whether it has `window` values. */
  get isComplete(): boolean {
    return this.#count >= this.#window;
  }

  /** Takes the next value; answers the mean. */
  next(value: number): number {
    this.#count += 1;
    // Until the first mean is complete this sums up its terms.
    const keep = this.#count <= this.#window ? 1 : (this.#window - 1) / this.#window;
    this.#mean = keep * this.#mean + value / this.#window;
    return this.#mean;
  }
}
