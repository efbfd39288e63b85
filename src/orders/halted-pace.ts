/**
 * The pace at which orders are decided while trading is halted. Each is denied, with a row, an audit entry and an event; sources
 * that try again at once would keep the processors and the database busy with that, while a kill waits for what is on its
 * way. So one turn takes in what comes in a tenth of a second, in every process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision } from './intent.ts';
import type { OrderOrigin } from './order-source.ts';
import type { SendGate } from './send-gate.ts';

/** From the end of a turn that was denied because trading is halted to the next turn, in ms. */
const PAUSE_MS = 100;

/** See the head of this file. One per process. */
export class HaltedPace {
  readonly #gate: Pick<SendGate, 'isClosed'>;
  /** Of owners whose last turn was so denied, when the next may begin, by `performance.now`. */
  readonly #next = new Map<number, number>();

  constructor(gate: Pick<SendGate, 'isClosed'>) {
    this.#gate = gate;
  }

  /** Hears what a turn decided. */
  note(ownerId: number, decisions: readonly Decision[]): void {
    const isHalted = decisions.some(
      (decision) => decision.kind === 'denied' && decision.denial.code === 'KILL_SWITCH_ACTIVE',
    );
    if (isHalted) this.#next.set(ownerId, performance.now() + PAUSE_MS);
    else this.#next.delete(ownerId);
  }

  /**
   * Waits, for at most a tenth of a second, until the next turn of an owner may begin: at once unless trading is halted, or a
   * halt is being stored. What the kill itself orders waits for nothing.
   */
  async wait(ownerId: number, intents: readonly { readonly origin: Pick<OrderOrigin, 'source'> }[]): Promise<void> {
    if (intents.some(({ origin }) => origin.source === 'kill')) return;
    const isClosing = this.#gate.isClosed(ownerId);
    const waitMs = isClosing ? PAUSE_MS : (this.#next.get(ownerId) ?? 0) - performance.now();
    if (waitMs > 0) await sleep(waitMs);
  }
}
