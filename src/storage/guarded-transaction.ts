/**
 * A driver's transaction with four promises that the drivers do not keep:
 * - After its end no statement runs on its connection, where it would land in somebody else's transaction. (Statements
 *   that were started in parallel and not awaited would do that.)
 * - Once a statement failed, no other is sent and nothing is committed. PostgreSQL answers COMMIT with a silent ROLLBACK then,
 *   and SQLite commits the rest: here both refuse, so that a swallowed error cannot turn into a lost write.
 * - Its statements run one after the other, COMMIT and ROLLBACK among them: what was asked for before COMMIT is committed, awaited or
 *   not. Prisma sends the parts of a statement with too many parameters together (`createMany` of thousands of rows), which pg
 *   warns of and its next version refuses.
 * - There are no nested transactions: savepoints are not offered, and Prisma refuses without them.
 */
import type { SqlQuery, SqlQueryable, SqlResultSet, Transaction } from '@prisma/driver-adapter-utils';
import { translateDriverError } from './errors.ts';

/** How one driver ends a transaction. Each is called once, and leaves no transaction open even when it throws. */
export interface TransactionEnd {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** See the head of this file. */
export class GuardedTransaction implements Transaction {
  readonly provider: Transaction['provider'];
  readonly adapterName: string;
  /** Prisma then leaves COMMIT and ROLLBACK to `commit` and `rollback` here. */
  readonly options = { usePhantomQuery: true };
  readonly #connection: SqlQueryable;
  readonly #end: TransactionEnd;
  /** Settles when the newest statement has ended, however it did. */
  #newest: Promise<unknown> = Promise.resolve();
  #isOpen = true;
  #failure: unknown;

  constructor(connection: SqlQueryable, end: TransactionEnd) {
    this.provider = connection.provider;
    this.adapterName = connection.adapterName;
    this.#connection = connection;
    this.#end = end;
  }

  queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return this.#run(() => this.#connection.queryRaw(query));
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return this.#run(() => this.#connection.executeRaw(query));
  }

  async commit(): Promise<void> {
    await this.#newest;
    if (this.#failure !== undefined) {
      await this.rollback();
      throw new Error('The transaction was rolled back, because one of its statements failed.', {
        cause: this.#failure,
      });
    }
    this.#close();
    try {
      await this.#end.commit();
    } catch (error) {
      throw translateDriverError(error);
    }
  }

  async rollback(): Promise<void> {
    this.#close();
    // Of the statements that were not awaited one may run; the others are refused.
    await this.#newest;
    await this.#end.rollback();
  }

  #run<T>(statement: () => Promise<T>): Promise<T> {
    const ended = this.#newest.then(() => this.#runNow(statement));
    this.#newest = ended.catch(() => undefined);
    return ended;
  }

  async #runNow<T>(statement: () => Promise<T>): Promise<T> {
    if (!this.#isOpen) throw new Error('This transaction has ended: await every query inside the transaction.');
    if (this.#failure !== undefined)
      throw new Error('An earlier statement of this transaction failed.', { cause: this.#failure });
    try {
      return await statement();
    } catch (error) {
      this.#failure ??= error;
      throw translateDriverError(error);
    }
  }

  #close(): void {
    if (!this.#isOpen) throw new Error('This transaction has already ended.');
    this.#isOpen = false;
  }
}
