import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '../core/index.ts';
import type { Database, DatabaseOptions, ReadOnlyDatabase } from './database.ts';
import { describePostgresql, openPostgresql, postgresqlReader } from './postgresql.ts';
import { openSqlite, sqliteReader } from './sqlite.ts';
import { withTranslatedErrors } from './transactions.ts';

/**
 * Opens, checks and migrates a database. `url` is `file:/path/name.db` (relative paths start at the working directory; the
 * folder is made when missing) or `postgresql://user:password@host:port/name`.
 *
 * @throws {Error} when the url is neither, a setting that durability needs cannot be had, or the migrations do not fit
 */
export async function openDatabase(url: string, clock: Clock, options: DatabaseOptions = {}): Promise<Database> {
  if (isFile(url)) return openSqlite(fileOf(url), clock);
  if (isPostgresql(url)) return openPostgresql(url, clock, options);
  throw neither(url);
}

/**
 * Opens a database for reading, as it is: nothing is created or migrated, and every write fails. A server may use it meanwhile.
 *
 * @throws {Error} when the url is neither, or there is no such file
 */
export function openForReading(url: string): ReadOnlyDatabase {
  if (!isFile(url) && !isPostgresql(url)) throw neither(url);
  const location = isFile(url) ? resolve(fileOf(url)) : describePostgresql(url);
  if (isFile(url) && !existsSync(location)) throw new Error(`There is no database at ${location}.`);
  const client = isFile(url) ? sqliteReader(location) : postgresqlReader(url);
  return { location, read: withTranslatedErrors(client), close: () => client.$disconnect() };
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
