/**
 * The one connection that writes to a SQLite file. Prisma's adapter would begin deferred transactions, which fail under
 * contention; let a statement outside a transaction run inside somebody else's; and keep using a connection whose COMMIT
 * failed, so that later writes are acknowledged and lost (prisma/orm#29933). Here transactions take turns, begin
 * IMMEDIATE, and a connection that could not end its transaction is closed, which rolls it back, and replaced.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlDriverAdapter, Transaction } from '@prisma/driver-adapter-utils';
import { isBusy, translateDriverError } from './errors.ts';
import { GuardedTransaction } from './guarded-transaction.ts';
import { beginsUrgently } from './transactions.ts';
import { Turns } from './turns.ts';

/** Pauses between attempts to begin while another process writes, in ms: about 10 s in all. */
const BEGIN_PAUSES_MS: readonly number[] = [5, 10, 20, 40, ...Array.from({ length: 95 }, () => 80)];

/** See the head of this file. */
export class SqliteWriter implements SqlDriverAdapter {
  readonly provider = 'sqlite';
  readonly adapterName = 'dunlin-sqlite-writer';
  readonly #connect: () => Promise<SqlDriverAdapter>;
  readonly #turns = new Turns();
  #connection: SqlDriverAdapter | null = null;

  /** `connect` opens a connection with every setting in place; it is called again after a failed COMMIT. */
  constructor(connect: () => Promise<SqlDriverAdapter>) {
    this.#connect = connect;
  }

  async startTransaction(): Promise<Transaction> {
    const endTurn = await this.#turns.take(beginsUrgently());
    try {
      this.#connection ??= await this.#connect();
      const connection = this.#connection;
      await beginImmediate(connection);
      return new GuardedTransaction(connection, {
        commit: () => this.#end(connection, 'COMMIT').finally(endTurn),
        rollback: () => this.#end(connection, 'ROLLBACK').finally(endTurn),
      });
    } catch (error) {
      endTurn();
      throw translateDriverError(error);
    }
  }

  queryRaw(): Promise<never> {
    return Promise.reject(new Error('The writer has no queries outside a transaction.'));
  }

  executeRaw(): Promise<never> {
    return this.queryRaw();
  }

  executeScript(): Promise<never> {
    return this.queryRaw();
  }

  async dispose(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    await connection?.dispose();
  }

  async #end(connection: SqlDriverAdapter, statement: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    try {
      await execute(connection, statement);
    } catch (error) {
      // Whatever state it is in now, closing it ends the transaction without committing.
      this.#connection = null;
      await connection.dispose();
      throw error;
    }
  }
}

async function beginImmediate(connection: SqlDriverAdapter): Promise<void> {
  for (const pauseMs of BEGIN_PAUSES_MS) {
    try {
      await execute(connection, 'BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      await sleep(pauseMs);
    }
  }
  await execute(connection, 'BEGIN IMMEDIATE');
}

function execute(connection: SqlDriverAdapter, sql: string): Promise<number> {
  return connection.executeRaw({ sql, args: [], argTypes: [] });
}
