/**
 * Hands on new events in the order of cursors. Those that this process has committed are told to it; where one is missing
 * before them, and when other processes have committed, it reads from the table. Pokes during a read lead to one more read,
 * never to two at a time.
 */
import type { Db } from '../storage/index.ts';
import type { JournalEvent } from './event.ts';
import { readHead, readNewEvents } from './table.ts';

/** Events per read. */
const BATCH_SIZE = 500;

/** Who is told. Neither may throw. */
interface TailHost {
  /** Called for each event in order, for all events of a read in one tick. */
  readonly dispatch: (event: JournalEvent) => void;
  /** Events before `oldest` were deleted before they could be read: called before the next one is dispatched. */
  readonly missed: (oldest: bigint) => void;
}

/** See the head of this file. */
export class Tail {
  readonly #db: Db;
  readonly #host: TailHost;
  #head = 0n;
  #isWanted = false;
  #reading: Promise<void> | null = null;

  constructor(db: Db, host: TailHost) {
    this.#db = db;
    this.#host = host;
  }

  /** The newest cursor that was dispatched. */
  get head(): bigint {
    return this.#head;
  }

  /** Starts at the newest event: older ones are not dispatched. */
  async start(): Promise<void> {
    this.#head = await readHead(this.#db);
  }

  /**
   * Takes events that were committed here, in the order of their cursors. What is before them, or a read that is under way, may
   * have been committed by others: then everything is read.
   */
  async committed(events: readonly JournalEvent[]): Promise<void> {
    const isNext = this.#reading === null && events[0]?.cursor === this.#head + 1n;
    if (!isNext) return await this.catchUp();
    for (const event of events) this.#handOn(event);
  }

  /** Reads everything that was committed before the call; rejects when the database cannot be read. */
  catchUp(): Promise<void> {
    this.#isWanted = true;
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Waits for the read that is under way, if any; whoever waits for it too hears how it went. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#reading]);
  }

  async #read(): Promise<void> {
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        const events = await readNewEvents(this.#db, this.#head, BATCH_SIZE);
        for (const event of events) {
          // Who was told of one that was committed here may have asked for a read before the others were told.
          if (event.cursor <= this.#head) continue;
          // Cursors have no gaps, but for what was pruned.
          if (event.cursor !== this.#head + 1n) this.#host.missed(event.cursor);
          this.#handOn(event);
        }
        if (events.length === BATCH_SIZE) this.#isWanted = true;
      }
    } finally {
      // In the same turn as the last look at the flag: a poke in between would be lost.
      this.#reading = null;
    }
  }

  #handOn(event: JournalEvent): void {
    this.#head = event.cursor;
    this.#host.dispatch(event);
  }
}
