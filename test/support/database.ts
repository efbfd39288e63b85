/**
 * A database of its own for a test file: a SQLite file in a temporary folder, or a PostgreSQL database of a random name
 * on the server that TEST_POSTGRES_URL names. Both are gone afterwards.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, inject } from 'vitest';
import { type Clock, systemClock } from '../../src/core/index.ts';
import { type Database, type DatabaseProvider, openDatabase } from '../../src/storage/index.ts';
import { createPostgresDatabase, POSTGRES_URL } from './postgres-server.ts';

/** A database that a test made for itself. */
export interface TestDatabase {
  readonly provider: DatabaseProvider;
  /** What `openDatabase` takes. */
  readonly url: string;
  /** Opens it (again); every opened one is closed by `drop`. */
  open(clock?: Clock): Promise<Database>;
  /** Has something ended before the database is closed. */
  onDrop(end: () => Promise<void>): void;
  /** Closes what was opened and removes the database. */
  drop(): Promise<void>;
}

/** The databases to test on: SQLite always, PostgreSQL when there is a server. */
export const TEST_PROVIDERS: readonly DatabaseProvider[] =
  POSTGRES_URL === undefined ? ['sqlite'] : ['sqlite', 'postgresql'];

/** What a test may ask for. */
interface DatabaseOptions {
  /** A database without tables, which `open` migrates; by default it is a copy of a migrated one, and has no rows. */
  readonly isEmpty?: boolean;
}

/** Makes a database. */
export async function createTestDatabase(
  provider: DatabaseProvider,
  { isEmpty = false }: DatabaseOptions = {},
): Promise<TestDatabase> {
  const template = isEmpty ? null : inject('databaseTemplates')[provider];
  const { url, remove } = provider === 'sqlite' ? createSqliteFile(template) : await createPostgresDatabase(template);
  const opened: Database[] = [];
  const ends: (() => Promise<void>)[] = [];
  return {
    provider,
    url,
    open: async (clock = systemClock) => {
      const database = await openDatabase(url, clock);
      opened.push(database);
      return database;
    },
    onDrop: (end) => ends.push(end),
    drop: async () => {
      await Promise.all(ends.map((end) => end()));
      await Promise.all(opened.map((database) => database.close()));
      await remove();
    },
  };
}

/**
 * Declares the same tests once for each database: `declare` is called inside a `describe` named after the provider and
 * gets a function that makes a database; all of them are dropped at the end.
 */
export function eachDatabase(
  declare: (provider: DatabaseProvider, create: (options?: DatabaseOptions) => Promise<TestDatabase>) => void,
): void {
  describe.each(TEST_PROVIDERS)('on %s', (provider) => {
    const created: TestDatabase[] = [];
    afterAll(async () => {
      await Promise.all(created.map((database) => database.drop()));
    });
    declare(provider, async (options) => {
      const database = await createTestDatabase(provider, options);
      created.push(database);
      return database;
    });
  });
}

function createSqliteFile(template: string | null): { url: string; remove: () => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-test-'));
  const file = join(folder, 'test.db');
  if (template !== null) copyFileSync(template, file);
  return {
    url: `file:${file}`,
    remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  };
}
