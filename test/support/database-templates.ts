/**
 * One migrated database of each product, of which every test gets a copy: that takes a tenth of the time that the migrations take,
 * and there are hundreds of databases.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/index.ts';
import { migratePostgresql } from '../../src/storage/migrate-postgresql.ts';
import { migrateSqlite } from '../../src/storage/migrate-sqlite.ts';
import { createPostgresDatabase, POSTGRES_URL } from './postgres-server.ts';

/** What is copied: the path of a SQLite file, and the name of a PostgreSQL database, null when there is no server. */
export interface DatabaseTemplates {
  readonly sqlite: string;
  readonly postgresql: string | null;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly databaseTemplates: DatabaseTemplates;
  }
}

/** Makes the templates; `remove` is called when no test needs them any more. */
export async function makeTemplates(): Promise<DatabaseTemplates & { remove(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-template-'));
  const sqlite = join(folder, 'template.db');
  await migrateSqlite(sqlite, systemClock);
  const postgres = POSTGRES_URL === undefined ? null : await createPostgresDatabase(null);
  if (postgres !== null) await migratePostgresql(postgres.url, systemClock);
  const remove = async (): Promise<void> => {
    rmSync(folder, { recursive: true, force: true });
    await postgres?.remove();
  };
  return { sqlite, postgresql: postgres?.name ?? null, remove };
}
