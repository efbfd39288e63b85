/**
 * A database of its own for a test file: a SQLite file in a temporary folder, or a PostgreSQL database of a random name
 * on the server that TEST_POSTGRES_URL names. Both are gone afterwards.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, describe } from 'vitest';
import { type Clock, systemClock } from '../../src/core/index.ts';
import { type Database, type DatabaseProvider, openDatabase } from '../../src/storage/index.ts';

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

/** The server for tests on PostgreSQL, undefined when there is none. */
const postgresUrl = process.env['TEST_POSTGRES_URL'];

/** The databases to test on: SQLite always, PostgreSQL when there is a server. */
export const TEST_PROVIDERS: readonly DatabaseProvider[] =
  postgresUrl === undefined ? ['sqlite'] : ['sqlite', 'postgresql'];

/** Makes an empty database; `open` migrates it. */
export async function createTestDatabase(provider: DatabaseProvider): Promise<TestDatabase> {
  const { url, remove } = provider === 'sqlite' ? createSqliteFile() : await createPostgresDatabase();
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
export function eachDatabase(declare: (provider: DatabaseProvider, create: () => Promise<TestDatabase>) => void): void {
  describe.each(TEST_PROVIDERS)('on %s', (provider) => {
    const created: TestDatabase[] = [];
    afterAll(async () => {
      await Promise.all(created.map((database) => database.drop()));
    });
    declare(provider, async () => {
      const database = await createTestDatabase(provider);
      created.push(database);
      return database;
    });
  });
}

function createSqliteFile(): { url: string; remove: () => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-test-'));
  return {
    url: `file:${join(folder, 'test.db')}`,
    remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  };
}

async function createPostgresDatabase(): Promise<{ url: string; remove: () => Promise<void> }> {
  if (postgresUrl === undefined) throw new Error('Tests on PostgreSQL need TEST_POSTGRES_URL.');
  const name = `dunlin_test_${randomBytes(8).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return { url: url.href, remove: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
