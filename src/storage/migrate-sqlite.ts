/** Applies migrations to a SQLite file: each in one transaction with its record, while other processes try the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import { type Clock, randomIds } from '../core/index.ts';
import {
  type Migration,
  MigrationRefused,
  nextMigration,
  type RecordedMigration,
  readMigrations,
} from './migrations.ts';

/** How long to wait for another process that migrates, in ms. It blocks, but nothing is served yet. */
const BUSY_TIMEOUT_MS = 10_000;

/** As Prisma's own engine creates it. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id"                  TEXT PRIMARY KEY NOT NULL,
  "checksum"            TEXT NOT NULL,
  "finished_at"         DATETIME,
  "migration_name"      TEXT NOT NULL,
  "logs"                TEXT,
  "rolled_back_at"      DATETIME,
  "started_at"          DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

/**
 * Brings the file to the newest schema; does nothing when it is there.
 *
 * @throws {MigrationRefused} when the database and the migrations do not fit together
 */
export async function migrateSqlite(
  file: string,
  clock: Clock,
  migrations: readonly Migration[] = readMigrations('sqlite'),
): Promise<void> {
  const connection = new SqliteFile(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    await enableWal(connection);
    connection.pragma('synchronous = FULL');
    // Scripts that rebuild a table drop the old one: with keys enforced that would delete the rows that refer to it.
    connection.pragma('foreign_keys = OFF');
    while (nextMigration(migrations, recordedIn(connection)) !== null) {
      connection.transaction(() => applyNext(connection, migrations, clock)).immediate();
    }
  } finally {
    connection.close();
  }
}

/** Switching to WAL needs the file alone for a moment, and SQLite gives up at once when several try it together. */
async function enableWal(connection: SqliteFile.Database): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      connection.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (attempt === 200 || !(error instanceof SqliteFile.SqliteError) || !error.code.startsWith('SQLITE_BUSY'))
        throw error;
      await sleep(50);
    }
  }
}

/** Looks again under the lock what is missing: another process may just have applied it. */
function applyNext(connection: SqliteFile.Database, migrations: readonly Migration[], clock: Clock): void {
  const migration = nextMigration(migrations, recordedIn(connection));
  if (migration === null) return;
  const startedAt = clock.now();
  connection.exec(CREATE_TABLE);
  connection.exec(migration.sql);
  const [broken] = connection.prepare('PRAGMA foreign_key_check').all();
  if (broken !== undefined) {
    throw new MigrationRefused(`The migration ${migration.name} breaks a foreign key: ${JSON.stringify(broken)}.`);
  }
  connection
    .prepare(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES (?, ?, ?, ?, ?, 1)`,
    )
    .run(randomIds.next(), migration.checksum, migration.name, startedAt, clock.now());
}

function recordedIn(connection: SqliteFile.Database): readonly RecordedMigration[] {
  const exists = connection.prepare(`SELECT 1 FROM sqlite_master WHERE name = '_prisma_migrations'`).get();
  if (exists === undefined) return [];
  const rows = connection
    .prepare<[], { name: string; checksum: string; finished: number; rolledBack: number }>(
      `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS rolledBack
       FROM "_prisma_migrations"`,
    )
    .all();
  return rows.map((row) => ({
    name: row.name,
    checksum: row.checksum,
    isFinished: row.finished === 1,
    isRolledBack: row.rolledBack === 1,
  }));
}
