import { invariant } from '../core/index.ts';
import type { Db } from './database.ts';
import { Prisma } from './generated/sqlite/client.ts';
import { type Columns, listOf, named, tableOf } from './sql.ts';
import { currentProvider } from './transactions.ts';

/**
 * Inserts rows in one statement and answers their ids in the order of the rows. Prisma's `createMany` does the same at ten
 * times the cost, because it compiles every number of rows anew. Every row has the same columns, in the same order.
 *
 * @param db a transaction
 * @param table name of a table whose `id` is counted up; never from outside, nor are names of columns
 */
export async function insertRows(db: Db, table: string, rows: readonly Columns[]): Promise<readonly number[]> {
  if (rows.length === 0) return [];
  const inserted = await db.$queryRaw<{ id: number }[]>`${insertion(table, rows)} RETURNING "id"`;
  // Both count in the order of the rows; neither promises to answer in that order.
  return inserted.map(({ id }) => id).toSorted((a, b) => a - b);
}

/**
 * Inserts one row and answers its id: its values are parameters, which are not written as JSON.
 *
 * @param db a transaction
 * @param table as for `insertRows`
 */
export async function insertRow(db: Db, table: string, row: Columns): Promise<number> {
  const start = Prisma.raw(`INSERT INTO "${table}" (${named(Object.keys(row))}) VALUES `);
  const [inserted] = await db.$queryRaw<{ id: number }[]>`${start}${listOf(Object.values(row))} RETURNING "id"`;
  invariant(inserted !== undefined, 'a row that is inserted has an id');
  return inserted.id;
}

/** As `insertRows`, for a table whose key is in the rows. */
export async function insertKeyedRows(db: Db, table: string, rows: readonly Columns[]): Promise<void> {
  if (rows.length > 0) await db.$executeRaw(insertion(table, rows));
}

function insertion(table: string, rows: readonly Columns[]): Prisma.Sql {
  const columns = named(Object.keys({ ...rows[0] }));
  const start = Prisma.raw(`INSERT INTO "${table}" (${columns}) SELECT ${columns} FROM `);
  return Prisma.sql`${start}${tableOf(currentProvider(), table, rows)} AS "new"`;
}
