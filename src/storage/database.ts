/** The database as the domains see it, whichever product stands behind it. */
import type { Prisma } from './generated/sqlite/client.ts';

/**
 * What services query: a Prisma client or a transaction of it. The same type for SQLite and PostgreSQL. Its raw statements (`$queryRaw`,
 * `$executeRaw`) go straight to the driver: for what has to be fast, or carries long texts or bytes.
 */
export type Db = Prisma.TransactionClient;

/** The products that the program runs on. */
export type DatabaseProvider = 'sqlite' | 'postgresql';

/** An open, migrated database. */
export interface Database {
  readonly provider: DatabaseProvider;
  /** The database as a person names it: the file, or host/database without the password. */
  readonly location: string;
  /** Reads outside a transaction, which see committed rows only. A write through it fails. */
  readonly read: Db;
  /**
   * One write transaction: commits when `work` resolves, rolls back when it throws, and lasts 30 s at most. On SQLite
   * transactions run one after the other (BEGIN IMMEDIATE), on PostgreSQL side by side (READ COMMITTED). Await every
   * query inside `work`; once a statement failed there, nothing is committed.
   *
   * @throws {DomainError} UNAVAILABLE when the database is down, full, or locked for longer than we wait. Nothing was
   * committed then, but for one case: when PostgreSQL's connection breaks during COMMIT itself, nobody here can know.
   */
  transaction<T>(work: (tx: Db) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Tells the processes that `follow` the channel, when `tx` commits. Nothing to do on SQLite, where they poll. */
  announce(tx: Db, channel: string): Promise<void>;
  /** Calls `heard` when another process may have committed something: announced on PostgreSQL, else after each poll. */
  follow(options: FollowOptions): Promise<Following>;
  close(): Promise<void>;
}

/** How a database is opened. */
export interface DatabaseOptions {
  /**
   * Most connections to PostgreSQL for transactions, and as many for plain reads, 1 or more; default 10. SQLite has one of each.
   */
  readonly poolSize?: number;
}

/** A database that is only read. */
export interface ReadOnlyDatabase extends Pick<Database, 'location' | 'read'> {
  close(): Promise<void>;
}

/** How a transaction takes its turn. */
export interface TransactionOptions {
  /**
   * Goes before all transactions of this process that still wait, and takes its turn among other processes sooner: on SQLite
   * by a flag, on PostgreSQL where the others use `queueForLock`. For stopping things, and short; default false.
   */
  readonly isUrgent?: boolean;
}

/** How to follow the commits of other processes. */
export interface FollowOptions {
  /** Lowercase letters and underscores; the name that `announce` is called with. */
  readonly channel: string;
  /** Called often and for nothing at times; it must not throw. */
  readonly heard: () => void;
  /** Longest time between calls on SQLite, in ms. On PostgreSQL 20 times as long, for an announcement that was missed. */
  readonly pollMs: number;
}

/** Ends a `follow`. */
export interface Following {
  close(): Promise<void>;
}
