import type { Clock } from '../../src/core/index.ts';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number;

  constructor(start: string) {
    this.#nowMs = Date.parse(start);
  }

  now(): number {
    return this.#nowMs;
  }

  /** Moves it on, or back when `ms` is negative. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
