/** One connection to a SQLite file, with the settings that durability rests on set and read back. */
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { keepStatements } from './kept-statements.ts';

/**
 * How long SQLite itself waits for another process's lock, in ms. It blocks the whole event loop meanwhile, so it is
 * short, and the writer, who can wait asynchronously (see sqlite-writer.ts), does not let it wait at all.
 */
export const BUSY_TIMEOUT_MS = 20;

/**
 * What every connection must read back. WAL lets readers and the writer work side by side; synchronous 2 (FULL) syncs
 * the log at each commit, which better-sqlite3's build does not by default and without which a power cut loses
 * acknowledged writes.
 */
const REQUIRED: Readonly<Record<string, string>> = { journal_mode: 'wal', synchronous: '2', foreign_keys: '1' };

/**
 * Opens `path`; a connection for reading refuses every write.
 *
 * @throws {Error} when a setting does not read back as it was set, e.g. WAL on a file system without shared memory
 */
export async function connectSqlite(path: string, access: 'read' | 'write'): Promise<SqlDriverAdapter> {
  const connection = await new PrismaBetterSqlite3({ url: path, timeout: BUSY_TIMEOUT_MS }).connect();
  try {
    const required = access === 'read' ? { ...REQUIRED, query_only: '1' } : REQUIRED;
    for (const [name, wanted] of Object.entries(required)) {
      await pragma(connection, `${name} = ${wanted}`);
      const observed = await pragma(connection, name);
      if (observed === wanted) continue;
      throw new Error(`SQLite keeps ${name} at ${observed} instead of ${wanted} in ${path}: use a local disk.`);
    }
    if (access === 'write') await pragma(connection, 'busy_timeout = 0');
    keepStatements(connection);
    return connection;
  } catch (error) {
    await connection.dispose();
    throw error;
  }
}

/** Runs a pragma and answers its first column as text, '' when it answers nothing. */
async function pragma(connection: SqlDriverAdapter, text: string): Promise<string> {
  const { rows } = await connection.queryRaw({ sql: `PRAGMA ${text}`, args: [], argTypes: [] });
  const value = rows[0]?.[0];
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}
