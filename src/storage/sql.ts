/**
 * Pieces of raw statements, for both databases. Where orders are decided and stored, statements are raw: Prisma's own take
 * five times as long and more, because it works out each one anew (`raw-statements.ts` says how raw ones run).
 *
 * Rows come to a statement as one JSON text, so that it is the same for any number of rows and takes its types from the table. For 64
 * rows that costs what parameters would, for one 0.1 ms more: `insertRow` and `updateRow` take parameters.
 */
import type { DatabaseProvider } from './database.ts';
import { Prisma } from './generated/sqlite/client.ts';

/** A value of a column. */
type ColumnValue = string | number | bigint | boolean | Date | null;

/** Columns of a row, by their names. */
export type Columns = Readonly<Record<string, ColumnValue>>;

/** NUL and halves of surrogate pairs, which no database takes: as they are, and as they may show in a JSON text. */
const UNSTORABLE = /\0|\p{Cs}/gu;
const SUSPICIOUS = /\\u(?:0000|d[89a-f])/;

/** What stands behind IN; nothing is in a list without values. */
export function listOf(values: readonly ColumnValue[]): Prisma.Sql {
  return values.length === 0 ? Prisma.sql`(NULL)` : Prisma.sql`(${Prisma.join([...values])})`;
}

/** Names of tables or columns; never from outside. */
export function named(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/**
 * Rows as a table of a statement, in their order. Every row has the same columns, in the same order.
 *
 * @param table the table whose columns they are, which have its types
 */
export function tableOf(provider: DatabaseProvider, table: string, rows: readonly Columns[]): Prisma.Sql {
  const names = Object.keys({ ...rows[0] });
  if (provider === 'sqlite') {
    const columns = names.map((name, index) => `value ->> ${index} AS "${name}"`).join(', ');
    const text = jsonText(rows.map((row) => Object.values(row).map(jsonValue)));
    return Prisma.sql`(SELECT ${Prisma.raw(columns)} FROM json_each(${text}))`;
  }
  const text = jsonText(rows.map((row) => mapped(row, jsonValue)));
  const columns = Prisma.raw(named(names));
  return Prisma.sql`(SELECT ${columns} FROM json_populate_recordset(NULL::${Prisma.raw(`"${table}"`)}, ${text}::json))`;
}

function jsonText(rows: readonly unknown[]): string {
  const text = JSON.stringify(rows);
  if (!SUSPICIOUS.test(text)) return text;
  return JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(UNSTORABLE, '\uFFFD') : value,
  );
}

/** As the databases read it, dates in the form in which Prisma writes them. */
function jsonValue(value: ColumnValue): string | number | boolean | null {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Date ? value.toISOString().replace('Z', '+00:00') : value;
}

function mapped<Value>(row: Columns, change: (value: ColumnValue) => Value): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]));
}
