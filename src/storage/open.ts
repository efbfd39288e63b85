import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '../core/index.ts';
import type { Database, DatabaseOptions, ReadOnlyDatabase } from './database.ts';
import { openSqlite, sqliteReader } from './sqlite.ts';

/**
 * Opens, checks and migrates a database. `url` is `file:/path/name.db` (relative paths start at the working directory; the
 * folder is made when missing) or `postgresql://user:password@host:port/name`.
 *
 * @throws {Error} when the url is neither, a setting that durability needs cannot be had, or the migrations do not fit
 */
export async function openDatabase(url: string, clock: Clock, options: DatabaseOptions = {}): Promise<Database> {
  if (isFile(url)) return openSqlite(fileOf(url), clock);
  if (isPostgresql(url)) return (await loadPostgresql()).openPostgresql(url, clock, options);
  throw neither(url);
}

/**
 * Opens a database for reading, as it is: nothing is created or migrated, and every write fails. A server may use it meanwhile.
 *
 * @throws {Error} when the url is neither, or there is no such file
 */
export async function openForReading(url: string): Promise<ReadOnlyDatabase> {
  const { location, read } = await readerAt(url);
  return { location, read, close: () => read.$disconnect() };
}

async function readerAt(url: string) {
  if (isPostgresql(url)) {
    const { describePostgresql, postgresqlReader } = await loadPostgresql();
    return { location: describePostgresql(url), read: postgresqlReader(url) };
  }
  if (!isFile(url)) throw neither(url);
  const location = resolve(fileOf(url));
  if (!existsSync(location)) throw new Error(`There is no database at ${location}.`);
  return { location, read: sqliteReader(location) };
}

/** Its driver is loaded by those who use it. */
function loadPostgresql() {
  return import('./postgresql.ts');
}

function isFile(url: string): boolean {
  return url.startsWith('file:');
}

function fileOf(url: string): string {
  return url.slice('file:'.length);
}

function isPostgresql(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url);
}

function neither(url: string): Error {
  const scheme = url.slice(0, Math.max(0, url.indexOf(':')));
  return new Error(`A database url begins with "file:" or "postgresql://", not with "${scheme}".`);
}
