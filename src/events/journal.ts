import { type Clock, DomainError, invalid, invariant } from '../core/index.ts';
import type { Database, Db, Following, TransactionOptions } from '../storage/index.ts';
import type { Delivery, EventDraft, EventFilter, JournalEvent, ProgressEvent } from './event.ts';
import { pruneEvents, type Retention } from './retention.ts';
import { Subscription, type SubscriptionHost } from './subscription.ts';
import { appendEvents, readEvents, readHead, readOldest, type Stretch } from './table.ts';
import { Tail } from './tail.ts';

/** Name under which commits are announced to other processes. */
const CHANNEL = 'dunlin_journal';

/** Events per page of a replay. */
const REPLAY_PAGE_SIZE = 200;

/** A transaction that changes something and says so. */
export interface JournalWrite {
  readonly db: Db;
  /**
   * Appends an event in this transaction and answers its cursor. Append after the changes: from the first append to the
   * commit other writers of events wait on PostgreSQL too.
   */
  readonly append: (draft: EventDraft) => Promise<bigint>;
  /** Several at once, in this order; answers their cursors. Nothing happens without any. */
  readonly appendAll: (drafts: readonly EventDraft[]) => Promise<readonly bigint[]>;
}

/** A part of this program that follows the journal. */
interface Listener {
  readonly heard: (event: JournalEvent) => void;
  readonly missed: () => void;
}

/** Settings of a journal. */
export interface JournalOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** How many deliveries may wait for one subscriber. Default 1,024. */
  readonly queueLimit?: number;
  /** How often other processes' commits are looked for on SQLite, in ms; on PostgreSQL they are announced. Default 250. */
  readonly pollMs?: number;
  /** Hears once when new events cannot be read any more, which is tried again at each poll. Default: a process warning. */
  readonly onError?: (error: unknown) => void;
}

/**
 * The event journal: every change that somebody may want to hear of, in the order of commits, stored and then published.
 * It outlives the process; what is published here was committed by this process or by another on the same database.
 */
export class Journal {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #tail: Tail;
  /** Those who hear of every stored event, whoever owns it. */
  readonly #listeners = new Set<Listener>();
  readonly #host: SubscriptionHost;
  /** By owner, so that an event costs only those whom it may concern. */
  readonly #subscriptions = new Map<number, Set<Subscription>>();
  #following: Following | null = null;
  #isFailing = false;
  #isClosed = false;

  constructor(options: JournalOptions) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#pollMs = options.pollMs ?? 250;
    this.#onError = options.onError ?? warn;
    this.#tail = new Tail(options.database.read, {
      dispatch: (event) => this.#dispatch(event),
      missed: (oldest) => this.#loseAll(oldest),
    });
    this.#host = {
      queueLimit: options.queueLimit ?? 1_024,
      pageSize: REPLAY_PAGE_SIZE,
      head: () => this.head(),
      admit: (after) => this.#admit(after),
      read: (filter, after, until) => this.#read(filter, { after, until, limit: REPLAY_PAGE_SIZE }),
      ended: (subscription) => this.#forget(subscription),
    };
  }

  /** Reads the head and starts following other processes' commits. Call it once, before anything else. */
  async start(): Promise<void> {
    invariant(this.#following === null, 'a journal is started once');
    await this.#tail.start();
    this.#following = await this.#database.follow({
      channel: CHANNEL,
      pollMs: this.#pollMs,
      heard: () => void this.#follow(() => this.#tail.catchUp()),
    });
  }

  /**
   * A change and its events in one transaction; subscribers hear of it shortly after the commit. See
   * `Database.transaction` for what `work` may do and what the options mean.
   */
  async write<T>(work: (write: JournalWrite) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    invariant(this.#following !== null, 'a journal is started before it is written');
    const appended: JournalEvent[] = [];
    const result = await this.#database.transaction(async (db) => {
      const appendAll = async (drafts: readonly EventDraft[]): Promise<readonly bigint[]> => {
        if (drafts.length === 0) return [];
        const events = await appendEvents(db, this.#clock, drafts);
        if (appended.length === 0) await this.#database.announce(db, CHANNEL);
        appended.push(...events);
        return events.map(({ cursor }) => cursor);
      };
      const append = async (draft: EventDraft): Promise<bigint> => {
        const [cursor] = await appendAll([draft]);
        invariant(cursor !== undefined, 'an event that is appended has a cursor');
        return cursor;
      };
      return work({ db, append, appendAll });
    }, options);
    // After what the caller does with it at once: who commits goes before who only hears of it.
    if (appended.length > 0) setImmediate(() => void this.#follow(() => this.#tail.committed(appended)));
    return result;
  }

  /** Publishes a tick of progress to the subscribers of this process. */
  publishProgress(event: ProgressEvent): void {
    this.#publish({ kind: 'progress', event });
  }

  /** The newest cursor that has been published here; 0 before the first event. */
  head(): bigint {
    return this.#tail.head;
  }

  /** The oldest cursor that is still stored, null when none is. */
  oldest(): Promise<bigint | null> {
    return readOldest(this.#database.read);
  }

  /** How many subscriptions are open. */
  get subscriberCount(): number {
    let count = 0;
    for (const subscriptions of this.#subscriptions.values()) count += subscriptions.size;
    return count;
  }

  /**
   * Everything after the cursor `after` (default: the head at the call), first from the table, then live: in the order
   * of cursors, without a gap or a repeat. Ends when `signal` aborts or the journal closes.
   *
   * The iterator throws a DomainError (CURSOR_EXPIRED with the fact `oldest`, a decimal string, when events after `after`
   * were deleted; VALIDATION when `after` is negative or newer than the journal), or SubscriberOverflow when it was not
   * drained.
   */
  subscribe(
    filter: EventFilter,
    options: { readonly after?: bigint; readonly signal?: AbortSignal } = {},
  ): AsyncIterableIterator<Delivery> {
    invariant(this.#following !== null, 'a journal is started before it is read');
    const subscription = new Subscription(this.#host, filter, options);
    if (this.#isClosed) subscription.end();
    else if (options.signal?.aborted !== true) this.#remember(subscription);
    return subscription;
  }

  /**
   * Calls `heard` for every stored event of any owner from now on, in order, for parts of the program that only want to know
   * that there is something to read, and `missed` when events were deleted before this process has read them. Both must be quick
   * and not throw. Answers how to end it.
   */
  listen(heard: Listener['heard'], missed: Listener['missed'] = () => undefined): () => void {
    const listener = { heard, missed };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** At most `limit` events after the cursor `after`, oldest first, for those who poll. Errors as in `subscribe`. */
  async page(filter: EventFilter, after: bigint, limit: number): Promise<readonly JournalEvent[]> {
    await this.#admit(after);
    return this.#read(filter, { after, limit });
  }

  /** Deletes what need not be kept any more, a page per transaction; answers how many events that were. */
  prune(retention: Retention): Promise<number> {
    return pruneEvents(this.#database, { ...retention, now: this.#clock.now() });
  }

  /** Ends all subscriptions and stops following. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const subscriptions of this.#subscriptions.values()) {
      for (const subscription of subscriptions) subscription.end();
    }
    await this.#following?.close();
    await this.#tail.settle();
  }

  async #follow(read: () => Promise<void>): Promise<void> {
    if (this.#isClosed) return;
    try {
      await read();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isClosed && !this.#isFailing) this.#onError(error);
      this.#isFailing = true;
    }
  }

  #dispatch(event: JournalEvent): void {
    this.#publish({ kind: 'event', event });
    for (const { heard } of this.#listeners) heard(event);
  }

  #publish(delivery: Delivery): void {
    for (const subscription of this.#subscriptions.get(delivery.event.ownerId) ?? []) subscription.offer(delivery);
  }

  /** @throws {DomainError} VALIDATION for a cursor that was never assigned */
  async #admit(after: bigint): Promise<void> {
    if (after < 0n) throw invalid('after', `A cursor is 0 or more, not ${after}.`);
    // The cursor may come from another process that is ahead of this one.
    if (after > this.head()) await this.#tail.catchUp();
    const head = this.head();
    if (after > head) throw invalid('after', `The newest cursor is ${head}; ${after} does not exist yet.`);
  }

  /**
   * Whether nothing is missing is asked after reading: events may be deleted at any moment, and never come back.
   *
   * @throws {DomainError} CURSOR_EXPIRED when events after `after` are gone
   */
  async #read(filter: EventFilter, stretch: Stretch): Promise<readonly JournalEvent[]> {
    const { read } = this.#database;
    const events = await readEvents(read, stretch, filter);
    // The head first: an event that is appended to an empty table between the two reads is not gone.
    const head = await readHead(read);
    const oldest = (await readOldest(read)) ?? head + 1n;
    if (stretch.after < oldest - 1n) throw expired(oldest, stretch.after);
    return events;
  }

  /** This process was away for so long that events were deleted before it has read them. */
  #loseAll(oldest: bigint): void {
    const failure = expired(oldest, this.head());
    for (const subscriptions of this.#subscriptions.values()) {
      for (const subscription of subscriptions) subscription.lose(failure);
    }
    for (const { missed } of this.#listeners) missed();
  }

  #remember(subscription: Subscription): void {
    const { ownerId } = subscription.filter;
    const subscriptions = this.#subscriptions.get(ownerId) ?? new Set();
    this.#subscriptions.set(ownerId, subscriptions.add(subscription));
  }

  #forget(subscription: Subscription): void {
    const subscriptions = this.#subscriptions.get(subscription.filter.ownerId);
    subscriptions?.delete(subscription);
    if (subscriptions?.size === 0) this.#subscriptions.delete(subscription.filter.ownerId);
  }
}

function expired(oldest: bigint, after: bigint): DomainError {
  return new DomainError('CURSOR_EXPIRED', `The journal begins at ${oldest}; what came after ${after} is gone.`, {
    facts: { oldest: String(oldest) },
  });
}

function warn(error: unknown): void {
  process.emitWarning(`New events could not be read and are tried again: ${String(error)}`);
}
