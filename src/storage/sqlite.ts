/**
 * SQLite: one connection that writes and one that reads, each with a Prisma client of its own. The reading one is
 * `query_only`, so that it never sees a half-done transaction and a write outside `transaction` fails loudly.
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../core/index.ts';
import type { Database } from './database.ts';
import { PrismaClient } from './generated/sqlite/client.ts';
import { migrateSqlite } from './migrate-sqlite.ts';
import { makeReader } from './reader.ts';
import { connectSqlite } from './sqlite-connection.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import { CLIENT_OPTIONS, runTransaction } from './transactions.ts';

/** Opens and migrates the file at `path`. See `openDatabase`. */
export async function openSqlite(path: string, clock: Clock): Promise<Database> {
  if (path === '' || path.includes(':memory:') || path.includes('?')) {
    throw new Error(`SQLite needs a plain path to a file, for two connections share it; found "${path}".`);
  }
  const file = resolve(path);
  mkdirSync(dirname(file), { recursive: true });
  await migrateSqlite(file, clock);
  const writer = new SqliteWriter(file, () => connectSqlite(file, 'write'));
  const write = new PrismaClient({
    ...CLIENT_OPTIONS,
    adapter: { provider: 'sqlite', adapterName: writer.adapterName, connect: () => Promise.resolve(writer) },
  });
  const read = sqliteReader(file);
  await Promise.all([write.$connect(), read.$connect()]);
  return {
    provider: 'sqlite',
    location: file,
    read,
    transaction: (work, options) => runTransaction({ client: write, provider: 'sqlite' }, work, options),
    announce: () => Promise.resolve(),
    follow: ({ heard, pollMs }) => {
      const timer = setInterval(heard, pollMs).unref();
      return Promise.resolve({ close: () => Promise.resolve(clearInterval(timer)) });
    },
    close: async () => {
      await Promise.all([write.$disconnect(), read.$disconnect()]);
    },
  };
}

/** A client that only reads a file that is there, and migrates nothing. */
export function sqliteReader(file: string): PrismaClient {
  return makeReader({
    provider: 'sqlite',
    connect: () => connectSqlite(file, 'read'),
    clientOn: (adapter) => new PrismaClient({ ...CLIENT_OPTIONS, adapter }),
  });
}
