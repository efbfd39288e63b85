/** Applies migrations to a PostgreSQL database: each in one transaction with its record, under an advisory lock. */
import type { Client } from 'pg';
import { type Clock, randomIds } from '../core/index.ts';
import { type Migration, nextMigration, type RecordedMigration, readMigrations } from './migrations.ts';
import { connectClient } from './postgresql-connections.ts';

/** The lock that `prisma migrate deploy` takes too, so that the two never work at the same time. */
const MIGRATION_LOCK = 72_707_369;

/** As Prisma's own engine creates it. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Brings the database to the newest schema; does nothing when it is there.
 *
 * @throws {MigrationRefused} when the database and the migrations do not fit together
 */
export async function migratePostgresql(
  url: string,
  clock: Clock,
  migrations: readonly Migration[] = readMigrations('postgresql'),
): Promise<void> {
  const client = await connectClient({ connectionString: url });
  try {
    // Held until the connection ends; a process that dies gives it up.
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    for (;;) {
      const migration = nextMigration(migrations, await recordedIn(client));
      if (migration === null) return;
      await apply(client, migration, clock);
    }
  } finally {
    await client.end();
  }
}

async function apply(client: Client, migration: Migration, clock: Clock): Promise<void> {
  const startedAt = new Date(clock.now());
  await client.query('BEGIN');
  await client.query(CREATE_TABLE);
  await client.query(migration.sql);
  await client.query(
    `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, $4, $5, 1)`,
    [randomIds.next(), migration.checksum, migration.name, startedAt, new Date(clock.now())],
  );
  await client.query('COMMIT');
}

async function recordedIn(client: Client): Promise<readonly RecordedMigration[]> {
  const { rows: tables } = await client.query<{ name: string | null }>(
    `SELECT to_regclass('"_prisma_migrations"')::text AS name`,
  );
  if ((tables[0]?.name ?? null) === null) return [];
  const { rows } = await client.query<RecordedMigration>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS "isFinished", rolled_back_at IS NOT NULL AS "isRolledBack"
     FROM "_prisma_migrations"`,
  );
  return rows;
}
