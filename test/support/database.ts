/**
 * A database of its own for a test file: a SQLite file in a temporary folder, or a PostgreSQL database of a random name
 * on the server that TEST_POSTGRES_URL names. Both are gone afterwards.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, inject, onTestFinished, TestRunner } from 'vitest';
import type { Clock } from '../../src/core/index.ts';
import type { Database, DatabaseProvider } from '../../src/storage/index.ts';
import { openTestDatabase } from './open-database.ts';
import { createPostgresDatabase, POSTGRES_URL } from './postgres-server.ts';

/** A database that a test made for itself. */
export interface TestDatabase {
  readonly provider: DatabaseProvider;
  /** What `openDatabase` takes. */
  readonly url: string;
  /**
   * Opens it (again); every opened one is closed by `drop`. What a test opens of a database that was made before it is closed
   * after that test.
   */
  open(clock?: Clock): Promise<Database>;
  /** Has something ended before what was opened is closed. */
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
  const isShared = !isInTest();
  const ends: (() => Promise<void>)[] = [];
  const endLater = (end: () => Promise<void>): void => {
    if (isShared && isInTest()) onTestFinished(end);
    else ends.unshift(end);
  };
  return {
    provider,
    url,
    open: async (clock) => {
      const database = await openTestDatabase(url, clock);
      endLater(() => database.close());
      return database;
    },
    onDrop: endLater,
    drop: async () => {
      for (const end of ends) await end();
      await remove();
    },
  };
}

/**
 * Declares the same tests once for each database: `declare` is called inside a `describe` named after the provider and
 * gets a function that makes a database. One that a test makes is dropped after that test, the others at the end.
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
      if (isInTest()) onTestFinished(() => database.drop());
      else created.push(database);
      return database;
    });
  });
}

/** Whether a test is under way, its hooks before and after each included. */
function isInTest(): boolean {
  return TestRunner.getCurrentTest() !== undefined;
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
