import type { Clock } from '../core/index.ts';
import type { Database } from './database.ts';
import { openPostgresql } from './postgresql.ts';
import { openSqlite } from './sqlite.ts';

/**
 * Opens, checks and migrates a database. `url` is `file:/path/name.db` (relative paths start at the working directory; the
 * folder is made when missing) or `postgresql://user:password@host:port/name`.
 *
 * @throws {Error} when the url is neither, a setting that durability needs cannot be had, or the migrations do not fit
 */
export async function openDatabase(url: string, clock: Clock): Promise<Database> {
  if (url.startsWith('file:')) return openSqlite(url.slice('file:'.length), clock);
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgresql(url, clock);
  const scheme = url.slice(0, Math.max(0, url.indexOf(':')));
  throw new Error(`A database url begins with "file:" or "postgresql://", not with "${scheme}".`);
}
