/**
 * What Prisma makes of a raw statement before a driver's adapter runs it, and of the rows that come back, without the JSON text
 * (bytes as base64) that it takes all values through.
 */
import {
  type ArgScalarType,
  type ArgType,
  type ColumnType,
  ColumnTypeEnum,
  type SqlQuery,
  type SqlQueryable,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import { invariant } from '../core/index.ts';
import { Prisma } from './generated/sqlite/client.ts';

/** A raw statement: the strings of a template, whose values stand beside it, or a piece that has its own. */
export type RawStatement = TemplateStringsArray | Prisma.Sql;

/**
 * The statement as an adapter takes it. Values are texts, numbers, bigints, booleans, dates, bytes, null, and on PostgreSQL lists
 * of these. As in JSON, undefined and numbers that are not finite become NULL.
 *
 * @throws {InvariantViolation} when a value is something else
 * @throws {RangeError} when a date is invalid
 */
export function queryOf(
  provider: SqlQueryable['provider'],
  statement: RawStatement,
  values: readonly unknown[],
): SqlQuery {
  const sql = statement instanceof Prisma.Sql ? statement : Prisma.sql(statement, ...values);
  const args = sql.values.map((value) => (Array.isArray(value) ? value.map(argumentOf) : argumentOf(value)));
  return { sql: provider === 'sqlite' ? sql.sql : sql.text, args, argTypes: sql.values.map(argumentType) };
}

function argumentOf(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  return value ?? null;
}

function argumentType(value: unknown): ArgType {
  if (!Array.isArray(value)) return { scalarType: scalarTypeOf(value), arity: 'scalar' };
  return { scalarType: value.map(scalarTypeOf)[0] ?? 'unknown', arity: 'list' };
}

function scalarTypeOf(value: unknown): ArgScalarType {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'decimal';
  if (typeof value === 'bigint') return 'bigint';
  if (value instanceof Date) return 'datetime';
  if (value instanceof Uint8Array) return 'bytes';
  invariant(value == null || typeof value === 'boolean', 'a value of a raw statement is one that columns have');
  return 'unknown';
}

/** How values of a column are read, where they are not as the adapter has them. */
const READERS: Readonly<Partial<Record<ColumnType, (value: unknown) => unknown>>> = {
  [ColumnTypeEnum.Int32]: (value) => Math.trunc(Number(plain(value))),
  [ColumnTypeEnum.Int64]: (value) => BigInt(typeof value === 'number' ? Math.trunc(value) : plain(value)),
  [ColumnTypeEnum.Numeric]: (value) => new Prisma.Decimal(typeof value === 'number' ? value : String(plain(value))),
  [ColumnTypeEnum.Boolean]: (value) => ['true', '1'].includes(String(plain(value))),
  [ColumnTypeEnum.Date]: (value) => new Date(String(plain(value))),
  [ColumnTypeEnum.DateTime]: (value) => new Date(String(plain(value))),
  [ColumnTypeEnum.Time]: (value) => new Date(`1970-01-01T${String(plain(value))}Z`),
  [ColumnTypeEnum.Json]: (value) => JSON.parse(String(plain(value))) as unknown,
  [ColumnTypeEnum.Bytes]: copyOf,
};

/** SQLite may have bytes in a column of any type: they are no number, date or the like. */
function plain(value: unknown): string | number | boolean {
  invariant(
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
    'a value has its type',
  );
  return value;
}

/**
 * The rows that an adapter answered.
 *
 * @throws {InvariantViolation} when a column has lists: a statement can make a JSON text of them
 */
export function rowsOf({ columnNames, columnTypes, rows }: SqlResultSet): readonly Readonly<Record<string, unknown>>[] {
  const areLists = columnTypes.some((type) => type >= ColumnTypeEnum.Int32Array && type < ColumnTypeEnum.UnknownNumber);
  invariant(!areLists, 'a raw statement answers no lists');
  const columns = columnNames.map((name, index) => ({
    name,
    read: READERS[columnTypes[index] ?? ColumnTypeEnum.Text],
  }));
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (const [index, { name, read }] of columns.entries()) {
      const value = values[index] ?? null;
      row[name] = value === null || read === undefined ? value : read(value);
    }
    return row;
  });
}

/** Bytes of their own: those of a driver may lie in memory that others share. */
function copyOf(value: unknown): Uint8Array {
  invariant(value instanceof Uint8Array, 'a value has its type');
  return new Uint8Array(value);
}
