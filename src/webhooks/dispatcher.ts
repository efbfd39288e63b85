/**
 * Sends what the outbox holds. Any number of processes can share a database: each delivery is taken under the lock of its
 * destination, and nobody who waits for an answer holds a lock or a transaction.
 */
import { setMaxListeners } from 'node:events';
import { dateOf, RepeatingTask } from '../core/index.ts';
import { attempt, type Outside } from './attempt.ts';
import { cancelOrphans } from './cancel.ts';
import { type Claim, claimTurn, findDue, MAX_PER_DESTINATION } from './claim.ts';
import type { WebhookDeps } from './deps.ts';
import { endAttempt, giveBack } from './end-attempt.ts';
import { post } from './post.ts';
import { resolveName } from './resolve.ts';

/** How often is looked for what is due, in ms: retries, what other processes wrote, and what those that died left. */
const LOOK_EVERY_MS = 1_000;

/** How long after an event of the journal, in ms: most come in numbers, and few have something to be told. */
const LOOK_AFTER_MS = 20;

/** How often is looked for deliveries to destinations that are gone, in ms. */
const ORPHANS_EVERY_MS = 60_000;

/** Requests at the same time in this process. */
const MAX_SENDING = 64;

/** Longest time of an attempt, in ms. */
const TIMEOUT_MS = 10_000;

/** How long closing waits for receivers that have a request, in ms, before it is given back. */
const PATIENCE_MS = 2_000;

/** What a dispatcher is made of; what is outside has its defaults. */
export interface DispatcherOptions extends WebhookDeps, Partial<Outside> {}

/** See the head of this file. */
export class WebhookDispatcher {
  readonly #deps: WebhookDeps;
  readonly #outside: Outside;
  readonly #task: RepeatingTask;
  readonly #closing = new AbortController();
  /** Attempts under way, with the destinations that they are for. */
  readonly #sending = new Map<Promise<void>, number>();
  #soon: NodeJS.Timeout | undefined;
  #unlisten: (() => void) | null = null;
  /** The destination that was served last: the next look begins behind it, so that none is always the last. */
  #served = 0;
  #begun = 0;
  #isWanted = false;
  #isClosed = false;
  /** When orphans were looked for last, by the steady clock. */
  #orphansAt = Number.NEGATIVE_INFINITY;

  constructor({ post: send = post, resolve = resolveName, timeoutMs = TIMEOUT_MS, ...deps }: DispatcherOptions) {
    this.#deps = deps;
    this.#outside = { post: send, resolve, timeoutMs };
    // Every attempt listens to it.
    setMaxListeners(MAX_SENDING, this.#closing.signal);
    this.#task = new RepeatingTask({
      name: 'sending webhooks',
      everyMs: LOOK_EVERY_MS,
      log: deps.log,
      run: () => this.#lookAll(),
    });
  }

  /** Begins with what an earlier process left. */
  start(): void {
    this.#unlisten = this.#deps.journal.listen(() => this.#wake());
    void this.#task.now();
  }

  /** Attempts under way here. */
  get sendingCount(): number {
    return this.#sending.size;
  }

  /** Sends what is due until nothing is, and waits for the answers. Never rejects. */
  async settle(): Promise<void> {
    let before: number;
    // A look that is under way may have passed what is due now.
    this.#isWanted = true;
    do {
      before = this.#begun;
      await this.#task.now();
      await Promise.all(this.#sending.keys());
    } while (this.#begun !== before);
  }

  /** Takes nothing any more. Receivers have a moment to answer; what they have not is given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unlisten?.();
    clearTimeout(this.#soon);
    await this.#task.close();
    const limit = setTimeout(() => this.#closing.abort(), PATIENCE_MS);
    await Promise.all(this.#sending.keys());
    clearTimeout(limit);
  }

  #wake(): void {
    if (this.#isClosed) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#isWanted = true;
      void this.#task.now();
    }, LOOK_AFTER_MS);
  }

  /** Again when it was woken meanwhile. */
  async #lookAll(): Promise<void> {
    if (performance.now() - this.#orphansAt >= ORPHANS_EVERY_MS) await this.#cancelOrphans();
    do {
      this.#isWanted = false;
      await this.#look();
    } while (this.#isWanted && !this.#isClosed);
  }

  /** Also when it fails, nothing that is due waits for it. */
  async #cancelOrphans(): Promise<void> {
    this.#orphansAt = performance.now();
    try {
      await cancelOrphans(this.#deps);
    } catch (err) {
      this.#deps.log.error({ err }, 'Deliveries to deleted destinations could not be canceled; it is tried again');
    }
  }

  async #look(): Promise<void> {
    const ids = await findDue(this.#deps.database.read, dateOf(this.#deps.clock));
    const behind = ids.filter((id) => id > this.#served);
    for (const id of [...behind, ...ids.slice(0, ids.length - behind.length)]) {
      const limit = Math.min(MAX_SENDING - this.#sending.size, MAX_PER_DESTINATION - this.#countOf(id));
      if (this.#isClosed || this.#sending.size >= MAX_SENDING) return;
      if (limit <= 0) continue;
      this.#served = id;
      for (const claim of await claimTurn(this.#deps, id, limit)) this.#begin(claim);
    }
  }

  #countOf(destinationId: number): number {
    return [...this.#sending.values()].filter((id) => id === destinationId).length;
  }

  #begin(claim: Claim): void {
    this.#begun += 1;
    const sent: Promise<void> = this.#send(claim).finally(() => {
      this.#sending.delete(sent);
      this.#wake();
    });
    this.#sending.set(sent, claim.destination.id);
  }

  async #send(claim: Claim): Promise<void> {
    const { log } = this.#deps;
    try {
      const end = await attempt(this.#deps, claim, { ...this.#outside, closing: this.#closing.signal });
      await (end === null ? giveBack(this.#deps, claim) : endAttempt(this.#deps, claim, end));
    } catch (err) {
      // Its lease runs out, and it is sent again.
      log.error({ err, delivery: claim.delivery.id }, 'The end of a webhook delivery could not be stored');
    }
  }
}
