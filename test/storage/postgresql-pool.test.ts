/** A pool of PostgreSQL whose connections are all taken says so without any code of an error. */
import pg from 'pg';
import { expect, it } from 'vitest';
import { DatabaseUnavailable, translateDriverError } from '../../src/storage/errors.ts';
import { POSTGRES_URL } from '../support/postgres-server.ts';

it.skipIf(POSTGRES_URL === undefined)('is not available for now', async () => {
  const pool = new pg.Pool({ connectionString: POSTGRES_URL, max: 1, connectionTimeoutMillis: 100 });
  const taken = await pool.connect();
  const refused = await pool.connect().catch((error: unknown) => error);
  taken.release();
  await pool.end();

  expect(refused).toBeInstanceOf(Error);
  expect(translateDriverError(refused)).toBeInstanceOf(DatabaseUnavailable);
  expect(translateDriverError(new Error('another'))).not.toBeInstanceOf(DatabaseUnavailable);
});
