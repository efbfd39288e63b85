/** The PostgreSQL server that TEST_POSTGRES_URL names, and databases of random names on it. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

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
  await onServer(`CREATE DATABASE ${name} ${template === null ? '' : `TEMPLATE ${template}`}`);
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  return { name, url: url.href, remove: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: POSTGRES_URL });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
