/**
 * A part of the program that reacts to events of all owners: each is handled once, however many processes share the database
 * and whatever dies when. What handling changes and how far it has come are one transaction: whoever moves the stored
 * position on, from the one that it read, has handled the events between; for anybody else that transaction never was.
 */
import { type Log, RepeatingTask } from '../core/index.ts';
import type { Database, Db } from '../storage/index.ts';
import type { JournalEvent } from './event.ts';
import type { Journal, JournalWrite } from './journal.ts';
import { readEvents, readHead } from './table.ts';

/** Events that are handled in one transaction, unless said otherwise. */
const PAGE_SIZE = 100;

/** How often is looked without having heard of an event, in ms: after a failure, and for what other processes left. */
const LOOK_EVERY_MS = 5_000;

/** Events without any of its types that a stored position may be behind: the journal keeps what is after it. */
const SPARE = 100n;

/** What a consumer reads and what it does. */
export interface ConsumerOptions {
  /** Under which its position is stored; the same in every process. */
  readonly name: string;
  /** Types of the events that it handles. */
  readonly types: readonly string[];
  readonly database: Database;
  readonly journal: Journal;
  readonly log: Log;
  /** Events that are handled in one transaction. Default 100; 1 where handling one appends events and then locks rows for the next. */
  readonly pageSize?: number;
  /**
   * Handles events, oldest first, in the transaction that moves the position on: database work only. It may be called again
   * with the same events when its transaction was rolled back, and holds everything up while it throws.
   */
  readonly handle: (events: readonly JournalEvent[], write: JournalWrite) => Promise<void>;
}

/** See the head of this file. */
export class JournalConsumer {
  readonly #options: ConsumerOptions;
  readonly #types: ReadonlySet<string>;
  readonly #task: RepeatingTask;
  /** Up to here no event of its types is left after the stored position, so that others are not read over and over. */
  #searchedUntil = 0n;
  #isWanted = false;
  #isClosed = false;
  #unlisten: (() => void) | null = null;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#types = new Set(options.types);
    this.#task = new RepeatingTask({
      name: `handling events for ${options.name}`,
      everyMs: LOOK_EVERY_MS,
      log: options.log,
      run: () => this.#catchUp(),
    });
  }

  /** Begins after the newest event when it never ran before, else where it stopped. */
  async start(): Promise<void> {
    await this.#open();
    this.#unlisten = this.#options.journal.listen(({ type }) => {
      if (this.#types.has(type)) this.#wake();
    });
    this.#wake();
  }

  /**
   * Handles what was committed before the call, or waits until another process has; less when it fails or is closed. Never
   * rejects.
   */
  async settle(): Promise<void> {
    this.#isWanted = true;
    while (this.#isWanted && !this.#isClosed) await this.#task.now();
  }

  /** Waits for the page that is being handled; the rest is handled after the next start. */
  async close(): Promise<void> {
    this.#unlisten?.();
    this.#isClosed = true;
    await this.#task.close();
  }

  /** An event that comes when a run has just looked for the last time leads to another one. */
  #wake(): void {
    this.#isWanted = true;
    void this.#task.now().then(() => {
      if (this.#isWanted && !this.#isClosed) this.#wake();
    });
  }

  async #open(): Promise<void> {
    const { name, database } = this.#options;
    const known = await database.read.journalConsumer.findUnique({ where: { name } });
    if (known !== null) return;
    await database.transaction(async (db) => {
      const cursor = await readHead(db);
      // In one statement: of several processes that start together each may be the first, and Prisma's upsert reads before it writes.
      await db.$executeRaw`INSERT INTO "JournalConsumer" ("name", "cursor") VALUES (${name}, ${cursor})
        ON CONFLICT ("name") DO NOTHING`;
    });
  }

  async #catchUp(): Promise<void> {
    do {
      this.#isWanted = false;
      while (!this.#isClosed && (await this.#handlePage()));
    } while (this.#isWanted && !this.#isClosed);
  }

  /** Whether there may be more. */
  async #handlePage(): Promise<boolean> {
    const { name, database, journal, types, handle, pageSize = PAGE_SIZE } = this.#options;
    const position = (await database.read.journalConsumer.findUniqueOrThrow({ where: { name } })).cursor;
    const head = await readHead(database.read);
    const after = position > this.#searchedUntil ? position : this.#searchedUntil;
    if (after >= head) return false;
    const events = await readEvents(database.read, { after, until: head, limit: pageSize }, { types });
    const last = events.at(-1);
    if (last === undefined) {
      this.#searchedUntil = head;
      if (head - position >= SPARE) await database.transaction((db) => this.#moveOn(db, position, head));
      return false;
    }
    await journal.write(async (write) => {
      // Otherwise another process has handled them: its position is read next.
      if (await this.#moveOn(write.db, position, last.cursor)) await handle(events, write);
    });
    return true;
  }

  /** Whether it was this process that moved the position. */
  async #moveOn(db: Db, from: bigint, to: bigint): Promise<boolean> {
    const where = { name: this.#options.name, cursor: from };
    const moved = await db.journalConsumer.updateMany({ where, data: { cursor: to } });
    return moved.count === 1;
  }
}
