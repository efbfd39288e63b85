/**
 * The one connection that writes to a SQLite file. Prisma's adapter would begin deferred transactions, which fail under
 * contention; let a statement outside a transaction run inside somebody else's; and keep using a connection whose COMMIT
 * failed, so that later writes are acknowledged and lost (prisma/orm#29933). Here transactions take turns, begin
 * IMMEDIATE, and a connection that could not end its transaction is closed, which rolls it back, and replaced.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlDriverAdapter, Transaction } from '@prisma/driver-adapter-utils';
import { DatabaseUnavailable, isBusy, translateDriverError } from './errors.ts';
import { GuardedTransaction } from './guarded-transaction.ts';
import { begunHere, isUrgentHere } from './transactions.ts';
import { Turns } from './turns.ts';
import { UrgentFlag } from './urgent-flag.ts';

/** How long we try to begin while other processes write, in ms: twenty that start at once on two processors need some 20 s. */
const BEGIN_TIMEOUT_MS = 25_000;

/** Pause between two attempts, in ms. Nobody queues for the lock: who looks more often gets it sooner. */
const PAUSE_MS = 2;
const URGENT_PAUSE_MS = 1;

/**
 * While other processes want to write too, in ms: how long one may write without a pause, how long the pause is that lets
 * them in (longer than theirs between attempts), and for how long one that was met is thought to be there still. Nobody writes
 * during most of a pause, so a burst is ten times as long: four processes on two processors wrote 12 % more
 * than with bursts of 10 ms, and the slowest transaction in a hundred took 0.1 s with either.
 */
const BURST_MS = 30;
const LET_IN_MS = 3;
const COMPANY_MS = 500;

/** See the head of this file. */
export class SqliteWriter implements SqlDriverAdapter {
  readonly provider = 'sqlite';
  readonly adapterName = 'dunlin-sqlite-writer';
  readonly #connect: () => Promise<SqlDriverAdapter>;
  readonly #flag: UrgentFlag;
  readonly #turns = new Turns();
  #connection: SqlDriverAdapter | null = null;
  /** When another process was last found writing, and when we last let others in; by `performance.now`. */
  #companyAt = -Infinity;
  #letInAt = -Infinity;

  /** `connect` opens a connection to `file` with every setting in place; it is called again after a failed COMMIT. */
  constructor(file: string, connect: () => Promise<SqlDriverAdapter>) {
    this.#connect = connect;
    this.#flag = new UrgentFlag(file);
  }

  async startTransaction(): Promise<Transaction> {
    const isUrgent = isUrgentHere();
    const endTurn = await this.#turns.take(isUrgent);
    try {
      const connection = await this.#begin(isUrgent);
      const transaction = new GuardedTransaction(connection, {
        commit: () => this.#end(connection, 'COMMIT').finally(endTurn),
        rollback: () => this.#end(connection, 'ROLLBACK').finally(endTurn),
      });
      return begunHere(transaction);
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

  /** Begins IMMEDIATE, as soon as no other process writes. What is not urgent lets go first what is, in any process. */
  async #begin(isUrgent: boolean): Promise<SqlDriverAdapter> {
    const startedAt = performance.now();
    if (!isUrgent) await this.#letOthersIn();
    try {
      for (;;) {
        const mayTry = isUrgent || !this.#flag.isRaised();
        const begun = mayTry ? await this.#tryBegin() : null;
        if (begun !== null) return begun;
        this.#companyAt = performance.now();
        this.#letInAt = this.#companyAt;
        if (this.#companyAt - startedAt > BEGIN_TIMEOUT_MS)
          throw new DatabaseUnavailable('Other processes write all the time.');
        if (isUrgent) this.#flag.raise();
        await sleep(isUrgent ? URGENT_PAUSE_MS : PAUSE_MS);
        if (!isUrgent) await this.#turns.giveWay();
      }
    } finally {
      if (isUrgent) this.#flag.lower();
    }
  }

  /** The connection with its transaction begun; null while another process writes. */
  async #tryBegin(): Promise<SqlDriverAdapter | null> {
    this.#connection ??= await this.#connect();
    try {
      await execute(this.#connection, 'BEGIN IMMEDIATE');
      return this.#connection;
    } catch (error) {
      if (isBusy(error)) return null;
      throw error;
    }
  }

  /** A short pause now and then while other processes want to write: without it they find the lock taken nearly always. */
  async #letOthersIn(): Promise<void> {
    const now = performance.now();
    if (now - this.#companyAt > COMPANY_MS || now - this.#letInAt < BURST_MS) return;
    await sleep(LET_IN_MS);
    this.#letInAt = performance.now();
    await this.#turns.giveWay();
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

function execute(connection: SqlDriverAdapter, sql: string): Promise<number> {
  return connection.executeRaw({ sql, args: [], argTypes: [] });
}
