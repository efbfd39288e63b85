/**
 * Stores halts, at all costs. One that could not be stored, because the database is slow, full or down, is tried again until
 * it is; its callers have heard by then that it is not stored yet. Halts of one owner are stored one at a time: those that come
 * while one is being stored share the next write, so that a thousand kills are two writes. None joins a write that has
 * begun: it may have been committed, and undone by a resumption, before the other came.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DomainError, unavailable } from '../../core/index.ts';
import { type Halt, type HaltChange, haltedEvent, haltTrading, KILL_POLICIES } from '../../safety/index.ts';
import type { OrderBasis } from '../deps.ts';

/** How long a caller waits for its halt to be stored, in ms. */
const PATIENCE_MS = 2_000;

/** Pause before a halt that could not be stored is tried again, in ms. */
const RETRY_MS = 250;

type LatchDeps = Pick<OrderBasis, 'journal' | 'clock' | 'ids' | 'log'>;

/** A halt that is to be stored, and who waits for it. */
interface Pending {
  readonly halt: Halt;
  readonly callers: readonly Caller[];
  /** When the first of those that it stands for was asked for, by `performance.now`. */
  readonly since: number;
}

interface Caller {
  readonly stored: (change: HaltChange) => void;
  readonly failed: (error: DomainError) => void;
}

/** Hears what a halt changed, and how long it took to store it, in ms. It must not throw. */
type HaltStored = (ownerId: number, change: HaltChange, haltMs: number) => void;

/** The halts of one owner: `next` is what the writer, if there is one, stores next. */
interface Queue {
  next: Pending | null;
  /** Includes the one that is being stored. */
  waiting: number;
}

/** See the head of this file. */
export class HaltLatch {
  readonly #deps: LatchDeps;
  readonly #onStored: HaltStored;
  readonly #queues = new Map<number, Queue>();
  readonly #writers = new Map<number, Promise<void>>();
  readonly #closing = new AbortController();

  /** `onStored` hears of every halt that was stored, before its callers, if any still wait. */
  constructor(deps: LatchDeps, onStored: HaltStored) {
    this.#deps = deps;
    this.#onStored = onStored;
  }

  /**
   * Stores the halt and answers what it changed.
   *
   * @throws {DomainError} UNAVAILABLE when it could not be stored within 2 s: it will be, as soon as that is possible
   */
  halt(ownerId: number, halt: Halt): Promise<HaltChange> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(notStored()), PATIENCE_MS);
      const caller: Caller = {
        stored: (change) => {
          clearTimeout(timer);
          resolve(change);
        },
        failed: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#enqueue(ownerId, { halt, callers: [caller], since: performance.now() });
    });
  }

  /** Whether a halt of the owner is not stored yet. */
  isWaiting(ownerId: number): boolean {
    return (this.#queues.get(ownerId)?.waiting ?? 0) > 0;
  }

  /** Gives up what could not be stored, and waits for the write that is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#writers.values());
  }

  #enqueue(ownerId: number, pending: Pending): void {
    const queue = this.#queues.get(ownerId) ?? { next: null, waiting: 0 };
    this.#queues.set(ownerId, queue);
    queue.next = queue.next === null ? pending : merged(queue.next, pending);
    queue.waiting += 1;
    if (this.#writers.has(ownerId)) return;
    const writer = this.#storeAll(ownerId, queue).finally(() => this.#writers.delete(ownerId));
    this.#writers.set(ownerId, writer);
  }

  async #storeAll(ownerId: number, queue: Queue): Promise<void> {
    for (let hasFailed = false; queue.next !== null; ) {
      const pending = queue.next;
      const { waiting } = queue;
      queue.next = null;
      try {
        const change = await this.#store(ownerId, pending.halt);
        queue.waiting -= waiting;
        this.#onStored(ownerId, change, performance.now() - pending.since);
        for (const { stored } of pending.callers) stored(change);
        hasFailed = false;
      } catch (error) {
        for (const { failed } of pending.callers) failed(notStored(error));
        if (!hasFailed) this.#deps.log.error({ err: error, ownerId }, 'A halt could not be stored; it is tried again');
        hasFailed = true;
        const kept = { ...pending, callers: [] };
        queue.next = queue.next === null ? kept : merged(kept, queue.next);
        if (!(await this.#pause())) return;
      }
    }
  }

  #store(ownerId: number, halt: Halt): Promise<HaltChange> {
    const { journal, clock, ids } = this.#deps;
    return journal.write(
      async ({ db, append }) => {
        const change = await haltTrading(db, clock, ownerId, halt);
        if (!change.changed) return change;
        await append(haltedEvent(change, { actor: halt.actor, correlationId: ids.next() }));
        return change;
      },
      { isUrgent: true },
    );
  }

  /** Waits before the next attempt; false when this is closed meanwhile. */
  async #pause(): Promise<boolean> {
    try {
      await sleep(RETRY_MS, undefined, { signal: this.#closing.signal });
      return true;
    } catch {
      // Only by closing.
      return false;
    }
  }
}

/** Both at once: the stronger policy, with the cause and the reason of the one that asks for it, the earlier one if both do. */
function merged(earlier: Pending, later: Pending): Pending {
  const rank = ({ halt }: Pending): number => KILL_POLICIES.indexOf(halt.policy);
  const { halt } = rank(later) > rank(earlier) ? later : earlier;
  return { halt, callers: [...earlier.callers, ...later.callers], since: earlier.since };
}

function notStored(cause?: unknown): DomainError {
  return unavailable(
    'This process sends no more orders, but the halt could not be stored yet, so that other processes may go on. It will be ' +
      'stored as soon as the database answers. Ask again until this succeeds.',
    cause,
  );
}
