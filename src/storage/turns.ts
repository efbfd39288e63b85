/** A fair lock inside one process: whoever asks first goes first. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Waits for all earlier turns to end; resolves with the function that ends this one (calling it again does nothing). */
  take(): Promise<() => void> {
    return new Promise((granted) => {
      this.#last = this.#last.then(() => new Promise((end) => granted(end)));
    });
  }
}
