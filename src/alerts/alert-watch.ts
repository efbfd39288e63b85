/**
 * Holds alerts against what they watch while it changes: prices as they are heard, accounts every few seconds and when their
 * money or positions change. The book is kept in step with the rows by the journal, so with the changes of other processes too.
 */
import { type Json, RepeatingTask } from '../core/index.ts';
import type { JournalEvent } from '../events/index.ts';
import type { Quote, QuoteFeed } from '../market/index.ts';
import { ACCOUNT_EVENTS } from '../orders/index.ts';
import { AlertBook } from './alert-book.ts';
import type { AlertDeps } from './deps.ts';
import { ALERT_CHANGES, ALERT_TRIGGERED } from './events.ts';
import { accountOf } from './owner-account.ts';
import { sightingOfQuote, sightingOfRisk } from './sightings.ts';
import { StepQueue } from './step-queue.ts';

/** Pauses between two looks, in ms. */
export interface WatchPauses {
  /** At the accounts of owners with risk alerts. */
  readonly risks: number;
  /** For rows that could not be read when they were changed. */
  readonly rows: number;
}

const PAUSES: WatchPauses = { risks: 5_000, rows: 1_000 };

const CHANGES: ReadonlySet<string> = new Set(ALERT_CHANGES);
const ACCOUNT_CHANGES: ReadonlySet<string> = new Set(ACCOUNT_EVENTS);

/** How long an alert that could not be evaluated is left out, in ms. */
const LEFT_OUT_MS = 60_000;

/** What it works with. */
export interface AlertWatchOptions extends AlertDeps {
  readonly feed: QuoteFeed;
  readonly pauses?: Partial<WatchPauses>;
}

/** See the head of this file. One per process. */
export class AlertWatch {
  readonly book: AlertBook;
  readonly #options: AlertWatchOptions;
  readonly #queue: StepQueue;
  readonly #rows: RepeatingTask;
  readonly #risks: RepeatingTask;
  /** Rows that were changed and not read since. */
  #changed = new Set<number>();
  #isLoaded = false;
  /** Alerts that could not be evaluated, and until when they are left out. */
  readonly #leftOut = new Map<number, number>();
  /** Owners to look at first: their accounts have changed. */
  readonly #moved = new Set<number>();
  #ends: (() => void)[] = [];

  constructor(options: AlertWatchOptions) {
    const { log, pauses = {} } = options;
    const every = { ...PAUSES, ...pauses };
    this.#options = options;
    this.book = new AlertBook(options);
    this.#queue = new StepQueue(options, this.book, (id) => {
      this.#leftOut.set(id, options.clock.now() + LEFT_OUT_MS);
    });
    this.#rows = new RepeatingTask({
      name: 'reading alerts that were changed',
      everyMs: every.rows,
      log,
      run: () => this.#readChanged(),
    });
    this.#risks = new RepeatingTask({
      name: 'watching risks',
      everyMs: every.risks,
      log,
      run: () => this.#measureAll(),
    });
  }

  /** Begins to listen, then reads the rows; resolves when that was tried once. */
  async start(): Promise<void> {
    const { journal, feed } = this.#options;
    this.#ends = [
      journal.listen(
        (event) => this.#hear(event),
        () => this.#readAllAgain(),
      ),
      feed.watch({ symbols: () => this.book.symbols(), heard: (quotes) => this.#price(quotes) }),
    ];
    await this.#rows.now();
    this.#risks.start();
  }

  /** Waits until what was heard before is stored. Never rejects. */
  async settle(): Promise<void> {
    await this.#readRows();
    await this.#queue.settle();
  }

  /** Looks at the accounts now. Never rejects. */
  async measure(): Promise<void> {
    await this.#risks.now();
    await this.#queue.settle();
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await Promise.all([this.#rows.close(), this.#risks.close()]);
    await this.#queue.close();
  }

  #hear({ type, subjectId, ownerId, payload }: JournalEvent): void {
    if (CHANGES.has(type)) this.#hearOfRow(subjectId, payload['version']);
    // Only of alerts that are remembered a version is told.
    if (type === ALERT_TRIGGERED && 'version' in payload)
      this.#hearOfRow(Number(payload['alertId']), payload['version']);
    if (ACCOUNT_CHANGES.has(type) && this.book.risks().has(ownerId)) {
      this.#moved.add(ownerId);
      void this.#risks.now();
    }
  }

  /** What this process has stored it knows already. */
  #hearOfRow(id: number, version: Json | undefined): void {
    const known = this.book.get(id);
    if (known !== undefined && Number(version) <= known.version) return;
    this.#changed.add(id);
    void this.#readRows();
  }

  /** Changes were missed: every row is read, and those that are remembered are, whatever became of them. */
  #readAllAgain(): void {
    this.#isLoaded = false;
    for (const id of this.book.ids()) this.#changed.add(id);
    void this.#readRows();
  }

  /** A change that comes while rows are being read leads to another reading. */
  async #readRows(): Promise<void> {
    await this.#rows.now();
    if (this.#changed.size > 0) await this.#rows.now();
  }

  async #readChanged(): Promise<void> {
    const { database } = this.#options;
    if (!this.#isLoaded) await this.book.load(database);
    this.#isLoaded = true;
    for (const [id, until] of this.#leftOut) {
      if (until > this.#options.clock.now()) continue;
      this.#leftOut.delete(id);
      this.#changed.add(id);
    }
    while (this.#changed.size > 0) {
      const ids = [...this.#changed];
      this.#changed = new Set();
      try {
        await this.book.reload(database, ids);
      } catch (error) {
        for (const id of ids) this.#changed.add(id);
        throw error;
      }
    }
  }

  #price(quotes: readonly Quote[]): void {
    const now = this.#options.clock.now();
    for (const quote of quotes) {
      const sighting = sightingOfQuote(quote, now);
      if (sighting !== null) this.#queue.push(this.book.priced(quote.symbol, sighting), sighting);
    }
  }

  /** However many accounts cannot be valued, the others are; the first failure is told. */
  async #measureAll(): Promise<void> {
    const failures: unknown[] = [];
    do {
      this.#moved.clear();
      for (const ownerId of [...this.book.risks().keys()]) {
        await this.#measureOwner(ownerId).catch((error: unknown) => failures.push(error));
      }
    } while (this.#moved.size > 0 && failures.length === 0);
    if (failures.length > 0) throw failures[0];
  }

  async #measureOwner(ownerId: number): Promise<void> {
    const account = await accountOf(this.#options, ownerId);
    const now = this.#options.clock.now();
    for (const alert of this.book.risks().get(ownerId) ?? []) {
      const sighting = alert.metric === null ? null : sightingOfRisk(account, alert.metric, now);
      if (sighting !== null && this.book.measured(alert, sighting)) this.#queue.push([alert], sighting);
    }
  }
}
