/** The PostgreSQL server that TEST_POSTGRES_URL names, and databases of random names on it. */
import { randomBytes } from 'node:crypto';
import { connectClient } from '../../src/storage/postgresql-connections.ts';

/** Undefined when there is no server for tests. */
export const POSTGRES_URL = process.env['TEST_POSTGRES_URL'];

/** A database on the server. */
export interface PostgresDatabase {
  readonly name: string;
  readonly url: string;
  /** Removes it, whoever is connected. */
  remove(): Promise<void>;
}

/** @param template the name of the database that it is a copy of, to which nobody may be connected; null for an empty one */
export async function createPostgresDatabase(template: string | null): Promise<PostgresDatabase> {
  if (POSTGRES_URL === undefined) throw new Error('Tests on PostgreSQL need TEST_POSTGRES_URL.');
  const name = `dunlin_test_${randomBytes(8).toString('hex')}`;
  await queryPostgres(POSTGRES_URL, `CREATE DATABASE ${name} ${template === null ? '' : `TEMPLATE ${template}`}`);
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  const remove = async (): Promise<void> => {
    await queryPostgres(POSTGRES_URL, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return { name, url: url.href, remove };
}

/** Runs one statement on a connection of its own; answers its rows. */
export async function queryPostgres(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = await connectClient({ connectionString: url });
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
