/**
 * One reader of the journal, as a small state machine:
 *
 * - `replaying`: pages are read from the table when the reader asks for more, so a slow reader holds one page and no
 *   queue. Dispatched events are ignored: the table has them.
 * - `live`: entered in the same tick in which the position is found to equal the journal's head. Everything up to
 *   the head was replayed and everything after it will be offered, so there is no gap and no repeat.
 * - `ended`: by the reader, its signal, the closing of the journal, or a failure, which the next `next()` throws.
 *
 * It is an iterator by hand: an async generator that waits for a promise cannot be ended by `return()`.
 */
import { type Delivery, type EventFilter, type JournalEvent, matches } from './event.ts';
import { DeliveryQueue } from './queue.ts';

/** The reader did not drain its queue. It can subscribe again after the last cursor it has seen. */
export class SubscriberOverflow extends Error {
  override readonly name = 'SubscriberOverflow';

  /** `limit`: how many deliveries were waiting. */
  constructor(limit: number) {
    super(`The subscriber left ${limit} events unread. Subscribe again after the last cursor that it has seen.`);
  }
}

/** What a subscription asks of the journal. */
export interface SubscriptionHost {
  readonly queueLimit: number;
  /** The newest cursor that has been dispatched. */
  head(): bigint;
  /** Fails when `after` is no cursor of this journal. */
  admit(after: bigint): Promise<void>;
  /** Stored events of the filter after `after`, up to `until`, oldest first. Fails when some of them are gone. */
  read(filter: EventFilter, after: bigint, until: bigint): Promise<readonly JournalEvent[]>;
  /** How many events `read` answers at most; fewer mean that there are no more up to `until`. */
  readonly pageSize: number;
  /** The subscription has ended and is to be forgotten. */
  ended(subscription: Subscription): void;
}

const DONE = { done: true, value: undefined } as const;

/** See the head of this file. */
export class Subscription implements AsyncIterableIterator<Delivery> {
  readonly filter: EventFilter;
  readonly #host: SubscriptionHost;
  readonly #signal: AbortSignal | undefined;
  readonly #queue: DeliveryQueue;
  #state: 'replaying' | 'live' | 'ended';
  /** While replaying: the cursor up to which everything was put into `#page`. */
  #position: bigint;
  #isAdmitted: boolean;
  #page: readonly JournalEvent[] = [];
  #pageIndex = 0;
  #failure: Error | null = null;
  /** Calls of `next` are answered in their order. */
  #calls: Promise<unknown> = Promise.resolve();
  #wake: (() => void) | null = null;

  constructor(host: SubscriptionHost, filter: EventFilter, options: { after?: bigint; signal?: AbortSignal }) {
    this.filter = filter;
    this.#host = host;
    this.#signal = options.signal;
    this.#queue = new DeliveryQueue(host.queueLimit);
    this.#state = options.after === undefined ? 'live' : 'replaying';
    this.#isAdmitted = options.after === undefined;
    this.#position = options.after ?? host.head();
    if (this.#signal?.aborted === true) this.end();
    else this.#signal?.addEventListener('abort', this.end, { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Delivery, undefined>> {
    const call = this.#calls.then(() => this.#pull());
    this.#calls = call.catch(() => undefined);
    return call;
  }

  return(): Promise<IteratorResult<Delivery, undefined>> {
    this.end();
    return Promise.resolve(DONE);
  }

  /** Takes a dispatched event or a tick that concerns this reader. */
  offer(delivery: Delivery): void {
    if (this.#state !== 'live' || !matches(this.filter, delivery.event)) return;
    if (this.#queue.push(delivery)) this.#wake?.();
    else this.#fail(new SubscriberOverflow(this.#host.queueLimit));
  }

  /** Fails it when it is live: an event that concerns it may be missing. A replay finds that out by itself. */
  lose(failure: Error): void {
    if (this.#state === 'live') this.#fail(failure);
  }

  /** Ends it without an error; unread deliveries are dropped. */
  readonly end = (): void => {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#queue.clear();
    this.#page = [];
    this.#signal?.removeEventListener('abort', this.end);
    this.#host.ended(this);
    this.#wake?.();
  };

  async #pull(): Promise<IteratorResult<Delivery, undefined>> {
    while (this.#state !== 'ended') {
      const delivery = this.#take();
      if (delivery !== undefined) return { done: false, value: delivery };
      if (this.#state === 'live') await this.#woken();
      else await this.#advance();
    }
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
    return DONE;
  }

  #take(): Delivery | undefined {
    const event = this.#page[this.#pageIndex];
    if (event === undefined) return this.#queue.shift();
    this.#pageIndex += 1;
    return { kind: 'event', event };
  }

  /** Goes live when nothing is left to replay, else reads the next page. */
  async #advance(): Promise<void> {
    try {
      if (!this.#isAdmitted) await this.#host.admit(this.#position);
      this.#isAdmitted = true;
      const until = this.#host.head();
      if (this.#position >= until) {
        if (this.#state === 'replaying') this.#state = 'live';
        return;
      }
      const page = await this.#host.read(this.filter, this.#position, until);
      if (this.#state === 'ended') return;
      this.#page = page;
      this.#pageIndex = 0;
      this.#position = page.length < this.#host.pageSize ? until : (page.at(-1)?.cursor ?? until);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error('Replaying the journal failed.', { cause: error }));
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  #fail(failure: Error): void {
    if (this.#state === 'ended') return;
    this.#failure = failure;
    this.end();
  }
}
