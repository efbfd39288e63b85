/**
 * Changes of rows on condition that they are still as they were read: of many in one statement for each set of columns, because one
 * statement for each row would cost most of what storing the answers to a batch of orders does; of one with its values as parameters.
 */
import { invariant } from '../core/index.ts';
import type { Db } from './database.ts';
import { Prisma } from './generated/sqlite/client.ts';
import { type Columns, listOf, tableOf } from './sql.ts';
import { currentProvider } from './transactions.ts';

/**
 * Updates the row that has what `where` says, and answers whether there was one. Its values are parameters, as long as they may be;
 * none of `where` is null.
 *
 * @param db a transaction
 * @param table as for `updateRows`
 * @throws {InvariantViolation} when a value of `where` is null
 */
export async function updateRow(
  db: Db,
  table: string,
  { where, columns }: { readonly where: Columns; readonly columns: Columns },
): Promise<boolean> {
  const isFound = Object.values(where).every((value) => value !== null);
  invariant(isFound, 'a row is found by values of which none is null: nothing equals null');
  const [conditions, sets] = [equations(where, ' AND '), equations(columns, ', ')];
  return (await db.$executeRaw`UPDATE ${Prisma.raw(`"${table}"`)} SET ${sets} WHERE ${conditions}`) === 1;
}

function equations(columns: Columns, separator: string): Prisma.Sql {
  const each = Object.entries(columns).map(([name, value]) => Prisma.sql`${Prisma.raw(`"${name}"`)} = ${value}`);
  return Prisma.join(each, separator);
}

/** What becomes of a row. */
interface RowUpdate {
  readonly id: number;
  /** What the row has to be, or it is left as it is. The same columns, in the same order, in every row. */
  readonly expected: Columns;
  /** What it becomes: at least one column. */
  readonly columns: Columns;
}

/**
 * Updates rows of a table, each at most once, and answers how many were as they were expected. On PostgreSQL their locks are
 * taken in the order of their ids, whatever the statement does, so that two transactions never wait for each other.
 *
 * @param db a transaction
 * @param table name of a table with an `id`; never from outside, nor are names of columns
 */
export async function updateRows(db: Db, table: string, updates: readonly RowUpdate[]): Promise<number> {
  if (updates.length > 1) {
    await lockRows(
      db,
      table,
      updates.map(({ id }) => id),
    );
  }
  let count = 0;
  for (const alike of withSameColumns(updates)) count += await db.$executeRaw(update(table, alike));
  return count;
}

/**
 * Locks rows for the rest of a transaction, in the order of their ids: an UPDATE of several takes their locks as it meets them, so that
 * two transactions may wait for each other. On SQLite, where one transaction writes at a time, there is nothing to do.
 *
 * @param db a transaction
 * @param table name of a table with an `id`; never from outside
 */
export async function lockRows(db: Db, table: string, ids: readonly number[]): Promise<void> {
  if (currentProvider() !== 'postgresql' || ids.length === 0) return;
  const from = Prisma.raw(`"${table}"`);
  // As an UPDATE does: rows may refer to these meanwhile.
  await db.$queryRaw`SELECT "id" FROM ${from} WHERE "id" IN ${listOf(ids)} ORDER BY "id" FOR NO KEY UPDATE`;
}

/** As `lockRows`, a row that may go away: waits for those that have begun to refer to it, and lets nobody else begin. */
export async function lockForDeletion(db: Db, table: string, id: number): Promise<void> {
  if (currentProvider() !== 'postgresql') return;
  await db.$queryRaw`SELECT "id" FROM ${Prisma.raw(`"${table}"`)} WHERE "id" = ${id} FOR UPDATE`;
}

/**
 * Locks an owner for the rest of a transaction: whoever counts what an owner has, to add to it, does so in turn. Before everything
 * else that is locked.
 */
export async function lockOwner(db: Db, ownerId: number): Promise<void> {
  await lockRows(db, 'User', [ownerId]);
}

function withSameColumns(updates: readonly RowUpdate[]): Iterable<readonly RowUpdate[]> {
  const groups = new Map<string, RowUpdate[]>();
  for (const each of updates) {
    const names = Object.keys(each.columns).join(' ');
    const group = groups.get(names);
    if (group === undefined) groups.set(names, [each]);
    else group.push(each);
  }
  return groups.values();
}

function update(table: string, updates: readonly RowUpdate[]): Prisma.Sql {
  const [expected, columns] = [Object.keys({ ...updates[0]?.expected }), Object.keys({ ...updates[0]?.columns })];
  const sets = columns.map((name) => `"${name}" = "new"."is ${name}"`);
  const conditions = expected.map((name) => ` AND "${table}"."${name}" IS NOT DISTINCT FROM "new"."was ${name}"`);
  const changes = currentProvider() === 'sqlite' ? changesInOne(table, updates) : changesJoined(table, updates);
  return Prisma.sql`UPDATE ${Prisma.raw(`"${table}" SET ${sets.join(', ')}`)} FROM ${changes} AS "new"
    WHERE ${Prisma.raw(`"${table}"."id" = "new"."id"${conditions.join('')}`)}`;
}

/** The rows of SQLite have no types of their own: what was and what is are columns of one. */
function changesInOne(table: string, updates: readonly RowUpdate[]): Prisma.Sql {
  const rows = updates.map(({ id, expected, columns }) => ({ id, ...as('was', expected), ...as('is', columns) }));
  return tableOf('sqlite', table, rows);
}

/** PostgreSQL takes the types from the table, once for what was and once for what is. */
function changesJoined(table: string, updates: readonly RowUpdate[]): Prisma.Sql {
  const was = updates.map(({ id, expected }) => ({ id, ...expected }));
  const is = updates.map(({ id, columns }) => ({ id, ...columns }));
  const named = (prefix: string, row: Columns | undefined): string =>
    Object.keys({ ...row })
      .map((name) => `, "${prefix}"."${name}" AS "${prefix} ${name}"`)
      .join('');
  const names = `"was"."id"${named('was', updates[0]?.expected)}${named('is', updates[0]?.columns)}`;
  return Prisma.sql`(SELECT ${Prisma.raw(names)} FROM ${tableOf('postgresql', table, was)} AS "was"
    JOIN ${tableOf('postgresql', table, is)} AS "is" ON "is"."id" = "was"."id")`;
}

function as(prefix: string, row: Columns): Columns {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [`${prefix} ${name}`, value]));
}
