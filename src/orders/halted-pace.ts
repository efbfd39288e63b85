/**
 * The pace at which orders are decided while trading is halted. Each is denied, with a row, an audit entry and an event; sources
 * that try again at once would keep the processors and the database busy with that, while a kill waits for what is on its
 * way. So what comes in a tenth of a second is decided together, in every process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision } from './intent.ts';
import type { OrderOrigin } from './order-source.ts';
import type { SendGate } from './send-gate.ts';

/** From the end of a turn that was denied because trading is halted to the next, in ms, unless a gateway is told otherwise. */
const PAUSE_MS = 100;

/** See the head of this file. One per process. */
export class HaltedPace {
  readonly #gate: Pick<SendGate, 'isClosed'>;
  readonly #pauseMs: number;
  /** Of owners of whom a turn was so denied, when the next may begin, by `performance.now`. */
  readonly #next = new Map<number, number>();
  /** What ends the pauses of an owner. */
  readonly #pauses = new Map<number, AbortController>();
  #isClosed = false;

  constructor(gate: Pick<SendGate, 'isClosed'>, pauseMs = PAUSE_MS) {
    this.#gate = gate;
    this.#pauseMs = pauseMs;
  }

  /** Hears what a turn decided. Nothing takes that back: the pause that follows is over by itself. */
  note(ownerId: number, decisions: readonly Decision[]): void {
    const isHalted = decisions.some(
      (decision) => 'denial' in decision && decision.denial.code === 'KILL_SWITCH_ACTIVE',
    );
    if (isHalted) this.#next.set(ownerId, performance.now() + this.#pauseMs);
  }

  /**
   * Waits, for at most a tenth of a second, until the next turn of an owner may begin: at once unless trading is halted, or a
   * halt is being stored. What the kill itself orders waits for nothing, whenever it comes (see `hurry`).
   */
  async wait(ownerId: number, intents: readonly { readonly origin: Pick<OrderOrigin, 'source'> }[]): Promise<void> {
    if (this.#isClosed || intents.some(({ origin }) => origin.source === 'kill')) return;
    const isClosing = this.#gate.isClosed(ownerId);
    const waitMs = isClosing ? this.#pauseMs : (this.#next.get(ownerId) ?? 0) - performance.now();
    if (waitMs <= 0) return;
    const pause = this.#pauses.get(ownerId) ?? new AbortController();
    this.#pauses.set(ownerId, pause);
    // Rejected only by `hurry`.
    await sleep(waitMs, undefined, { signal: pause.signal }).catch(() => undefined);
  }

  /** Ends the pauses of an owner that are under way: an order of the kill has come. */
  hurry(ownerId: number): void {
    this.#pauses.get(ownerId)?.abort();
    this.#pauses.delete(ownerId);
  }

  /** Ends all pauses; from now on there is none. */
  close(): void {
    this.#isClosed = true;
    for (const ownerId of this.#pauses.keys()) this.hurry(ownerId);
  }
}
