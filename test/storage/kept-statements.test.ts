import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import SqliteFile from 'better-sqlite3';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectSqlite } from '../../src/storage/sqlite-connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'dunlin-statements-'));
const file = join(folder, 'kept.db');
let connection: SqlDriverAdapter;
/** Texts that the driver compiled. */
let compiled: readonly string[] = [];

const argType = { scalarType: 'unknown', arity: 'scalar' } as const;

async function rows(sql: string, ...args: readonly unknown[]): Promise<readonly (readonly unknown[])[]> {
  return (await connection.queryRaw({ sql, args: [...args], argTypes: args.map(() => argType) })).rows;
}

async function run(sql: string, ...args: readonly unknown[]): Promise<number> {
  return await connection.executeRaw({ sql, args: [...args], argTypes: args.map(() => argType) });
}

beforeEach(async () => {
  // The method that a connection keeps statements in front of.
  const compile = vi.spyOn(SqliteFile.prototype, 'prepare');
  connection = await connectSqlite(file, 'write');
  await run('DROP TABLE IF EXISTS "Bird"');
  await run('CREATE TABLE "Bird" ("name" TEXT UNIQUE, "legs" INTEGER)');
  compile.mockClear();
  compiled = new Proxy([], {
    get: (_, key) =>
      Reflect.get(
        compile.mock.calls.map(([text]) => text),
        key,
      ),
  });
});

afterEach(async () => {
  await connection.dispose();
  vi.restoreAllMocks();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a statement of a SQLite connection', () => {
  it('is compiled once, and keeps no value of a run for the next', async () => {
    const insert = 'INSERT INTO "Bird" VALUES (?, ?)';
    const select = 'SELECT "name" FROM "Bird" WHERE "legs" IS ?';

    expect([await run(insert, 'dunlin', 2), await run(insert, 'sphinx', null)]).toEqual([1, 1]);
    expect([await rows(select, 2), await rows(select, null), await rows(select, 4)]).toEqual([
      [['dunlin']],
      [['sphinx']],
      [],
    ]);
    expect([...compiled]).toEqual([insert, select]);
  });

  it('refuses a list as a value', async () => {
    await expect(rows('SELECT ?, ?', ['a', 'b'])).rejects.toThrow();
    await expect(run('INSERT INTO "Bird" VALUES (?, ?)', ['a', 'b'])).rejects.toThrow();
  });

  it('is run where the adapter begins a transaction of its own, too', async () => {
    const transaction = await connection.startTransaction();
    await transaction.executeRaw({ sql: `INSERT INTO "Bird" VALUES ('ruff', 2)`, args: [], argTypes: [] });
    await transaction.executeRaw({ sql: 'ROLLBACK', args: [], argTypes: [] });
    await transaction.rollback();

    expect(await rows('SELECT * FROM "Bird"')).toEqual([]);
  });

  it('runs again after it has failed', async () => {
    const insert = 'INSERT INTO "Bird" VALUES (?, 2)';
    await run(insert, 'dunlin');

    await expect(run(insert, 'dunlin')).rejects.toThrow();
    await expect(rows('SELECT * FROM "Bird" WHERE "name" = ?')).rejects.toThrow();
    expect(await run(insert, 'knot')).toBe(1);
    expect(await rows('SELECT * FROM "Bird" WHERE "name" = ?', 'knot')).toEqual([['knot', 2]]);
  });

  it('sees what another connection changes in the table', async () => {
    const select = 'SELECT * FROM "Bird"';
    expect(await rows(select)).toEqual([]);
    const other = new SqliteFile(file);
    other.exec(`ALTER TABLE "Bird" ADD COLUMN "song" TEXT; INSERT INTO "Bird" VALUES ('dunlin', 2, 'trill')`);
    other.close();

    const answer = await connection.queryRaw({ sql: select, args: [], argTypes: [] });
    expect(answer).toMatchObject({ columnNames: ['name', 'legs', 'song'], rows: [['dunlin', 2, 'trill']] });
  });

  it('is not kept when it is long, nor when 256 others were used since', async () => {
    const long = `SELECT 1 WHERE 1 IN (${Array.from({ length: 1500 }, () => '1').join(', ')})`;
    const texts = Array.from({ length: 256 }, (_, i) => `SELECT ${i}`);
    const [first = '', second = '', ...others] = texts;
    for (const text of [long, long, ...texts, first]) await rows(text);
    expect([...compiled]).toEqual([long, long, ...texts]);

    for (const text of ['SELECT 256', first, ...others, second]) await rows(text);
    expect([...compiled]).toEqual([long, long, ...texts, 'SELECT 256', second]);
  });
});
