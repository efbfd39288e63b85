/**
 * The one reader of new events in this process: whoever commits pokes it, it reads what is new in the order of cursors,
 * and hands it on. Pokes during a read lead to one more read, never to two at a time.
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

  /** Reads everything that was committed before the call; rejects when the database cannot be read. */
  catchUp(): Promise<void> {
    this.#isWanted = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Waits for the read that is under way, if any; whoever waits for it too hears how it went. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#reading]);
  }

  async #read(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      const events = await readNewEvents(this.#db, this.#head, BATCH_SIZE);
      for (const event of events) {
        // Cursors have no gaps, but for what was pruned.
        if (event.cursor !== this.#head + 1n) this.#host.missed(event.cursor);
        this.#head = event.cursor;
        this.#host.dispatch(event);
      }
      if (events.length === BATCH_SIZE) this.#isWanted = true;
    }
  }
}
