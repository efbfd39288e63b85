/**
 * PostgreSQL: a pool for transactions, a small one that is kept for the urgent ones, so that they never wait for a connection
 * behind others, and a pool whose connections are read-only for plain reads.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter, Transaction } from '@prisma/driver-adapter-utils';
import type { Clock } from '../core/index.ts';
import type { Database, DatabaseOptions, Db } from './database.ts';
import { translateDriverError } from './errors.ts';
import { PrismaClient } from './generated/postgresql/client.ts';
import type { PrismaClient as SqliteClient } from './generated/sqlite/client.ts';
import { GuardedTransaction } from './guarded-transaction.ts';
import { migratePostgresql } from './migrate-postgresql.ts';
import { followChannel } from './postgresql-channel.ts';
import { PatientPool, type PatientPoolConfig } from './postgresql-connections.ts';
import { makeReader } from './reader.ts';
import { begunHere, CLIENT_OPTIONS, runTransaction, TRANSACTION_TIMEOUT_MS } from './transactions.ts';

/** Most connections of the pool for transactions, and of that for plain reads. */
const POOL_SIZE = 10;

/** Most connections for urgent transactions. */
const URGENT_POOL_SIZE = 2;

/** Polls are this much rarer than on SQLite: they only make up for an announcement that was missed. */
const POLL_FACTOR = 20;

/** Opens and migrates the database at `url`. See `openDatabase`. */
export async function openPostgresql(
  url: string,
  clock: Clock,
  { poolSize = POOL_SIZE }: DatabaseOptions = {},
): Promise<Database> {
  await migratePostgresql(url, clock);
  const writing: PatientPoolConfig = {
    connectionString: url,
    max: poolSize,
    options: String.raw`-c default_transaction_isolation=read\ committed`,
    statement_timeout: TRANSACTION_TIMEOUT_MS,
    // A process that froze inside a transaction must not hold its locks for ever.
    idle_in_transaction_session_timeout: 2 * TRANSACTION_TIMEOUT_MS,
  };
  const write = writer(writing);
  const urgent = writer({ ...writing, max: URGENT_POOL_SIZE, makesDo: false });
  const read = postgresqlReader(url, poolSize);
  const close = async (): Promise<void> => {
    await Promise.all([write, urgent, read].map((client) => client.$disconnect()));
  };
  // The first connection of each pool is opened now and stays open: the server may be full later.
  await Promise.all([write, urgent, read].map((client) => client.$queryRaw`SELECT 1`)).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    provider: 'postgresql',
    location: describePostgresql(url),
    read,
    transaction: (work, options) => {
      const client = options?.isUrgent === true ? urgent : write;
      return runTransaction({ client, provider: 'postgresql' }, work, options);
    },
    announce,
    follow: ({ channel, heard, pollMs }) => followChannel(url, { channel, heard, pollMs: POLL_FACTOR * pollMs }),
    close,
  };
}

/** A client that only reads, and migrates nothing. */
export function postgresqlReader(url: string, poolSize = POOL_SIZE): SqliteClient {
  const reading: PatientPoolConfig = {
    connectionString: url,
    max: poolSize,
    options: '-c default_transaction_read_only=on',
    statement_timeout: TRANSACTION_TIMEOUT_MS,
  };
  return makeReader({
    provider: 'postgres',
    connect: () => connect(reading),
    clientOn: (adapter) => clientOf(new PrismaClient({ ...CLIENT_OPTIONS, adapter })),
  });
}

const names = { provider: 'postgres', adapterName: 'dunlin-postgres-writer' } as const;

/** The driver's adapter on a new pool, which ends with it. */
function connect(options: PatientPoolConfig): Promise<SqlDriverAdapter> {
  return new PrismaPg(new PatientPool(options), { disposeExternalPool: true }).connect();
}

/** A client whose transactions are guarded, on a pool of its own. */
function writer(options: PatientPoolConfig): SqliteClient {
  const adapter = { ...names, connect: () => connect(options).then(guarded) };
  return clientOf(new PrismaClient({ ...CLIENT_OPTIONS, adapter }));
}

/**
 * The two generated clients differ in what PostgreSQL offers beyond SQLite (text search modes, skipDuplicates), which
 * services that run on both do not use. So one type stands for both, and this is the only place that says so.
 */
function clientOf(client: PrismaClient): SqliteClient {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The reason stands above.
  return client as unknown as SqliteClient;
}

/** The pool as an adapter whose transactions are guarded. */
function guarded(pool: SqlDriverAdapter): SqlDriverAdapter {
  return {
    ...names,
    queryRaw: (query) => pool.queryRaw(query),
    executeRaw: (query) => pool.executeRaw(query),
    executeScript: (script) => pool.executeScript(script),
    dispose: () => pool.dispose(),
    ...(pool.getConnectionInfo && { getConnectionInfo: pool.getConnectionInfo.bind(pool) }),
    startTransaction: async (isolationLevel) => {
      try {
        return begunHere(guard(await pool.startTransaction(isolationLevel)));
      } catch (error) {
        throw translateDriverError(error);
      }
    },
  };
}

/** The driver's own `commit` and `rollback` both only give the connection back to the pool: the statements are sent here. */
function guard(transaction: Transaction): Transaction {
  const end = async (sql: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
    try {
      await transaction.executeRaw({ sql, args: [], argTypes: [] });
    } finally {
      await transaction.rollback();
    }
  };
  return new GuardedTransaction(transaction, { commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') });
}

/** Announcements go out with the commit, and are dropped with a rollback. */
async function announce(tx: Db, channel: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${channel}, '')`;
}

/** `host:port/name` of a url, without user and password. */
export function describePostgresql(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
