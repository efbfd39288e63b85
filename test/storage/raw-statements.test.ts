import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Prisma } from '../../src/storage/generated/sqlite/client.ts';
import { type Database, type DatabaseProvider, type Db, openForReading } from '../../src/storage/index.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';

/** The same client or transaction, whose raw statements Prisma runs. */
function prismas(db: Db): Db {
  return Object.getPrototypeOf(db) as Db;
}

/** A table with a column of each type, and what is tried in it. */
const COLUMNS: Readonly<Record<DatabaseProvider, string>> = {
  sqlite: `"id" INTEGER PRIMARY KEY, "int" INTEGER, "big" BIGINT, "real" REAL, "text" TEXT, "flag" BOOLEAN, "at" DATETIME,
    "bytes" BLOB, "json" JSONB, "amount" DECIMAL, "plain"`,
  postgresql: `"id" SERIAL PRIMARY KEY, "int" INTEGER, "big" BIGINT, "real" DOUBLE PRECISION, "text" TEXT, "flag" BOOLEAN,
    "at" TIMESTAMP(3), "bytes" BYTEA, "json" JSONB, "amount" NUMERIC, "plain" TEXT`,
};

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  int: [0, -7, 2 ** 31 - 1, null, undefined, 5n],
  big: [2n ** 62n + 1n, -1n, 12, 0n, null],
  real: [0.1, -0, 5, 1e300, -1e-300, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 + 2, null],
  text: ['', 'a \'quoted\' "word"; \\u0041 \n', '\u{1F426}', 'x'.repeat(5_000), '5', null],
  flag: [true, false, null],
  at: [new Date('2026-01-02T03:04:05.678Z'), new Date('2026-01-02T03:04:05Z'), new Date(0), new Date(-1), null],
  bytes: [
    new Uint8Array([0, 255, 10]),
    Buffer.from('abc'),
    new Uint8Array(5_000).fill(7).subarray(3),
    new Uint8Array(0),
    null,
  ],
  json: ['{"a":[1,null,"b"]}', null],
  amount: ['12.50', 3, null],
  plain: ['12', null],
};

const inserted = (column: string, value: unknown, provider: DatabaseProvider) => {
  const type = { int: 'int', flag: 'boolean', amount: 'numeric', json: 'jsonb' }[column];
  const cast = Prisma.raw(provider === 'postgresql' && type !== undefined ? `::text::${type}` : '');
  return Prisma.sql`INSERT INTO "Every" (${Prisma.raw(`"${column}"`)}) VALUES (${value}${cast})`;
};

const FAILURES: readonly Prisma.Sql[] = [
  Prisma.sql`INSERT INTO "User" ("name", "createdAt") VALUES (${'taken'}, ${new Date(0)})`,
  Prisma.sql`INSERT INTO "User" ("name", "createdAt") VALUES (${null}, ${new Date(0)})`,
  Prisma.sql`INSERT INTO "OptimizationCheckpoint" VALUES (12345, 0, 1, ${new Uint8Array(1)})`,
  Prisma.sql`SELECT "none" FROM "User"`,
  Prisma.sql`SELECT 1 FROM "None"`,
  Prisma.sql`SELEKT 1`,
];

describe('raw statements', () => {
  eachDatabase((provider, create) => {
    let test: TestDatabase;
    let database: Database;

    beforeAll(async () => {
      test = await create();
      database = await test.open();
      await database.transaction(async (db) => {
        await db.$executeRaw`CREATE TABLE "Every" (${Prisma.raw(COLUMNS[provider])})`;
        await db.user.create({ data: { name: 'taken', createdAt: new Date(0) } });
      });
    });

    afterEach(() => vi.useRealTimers());

    it.each(Object.keys(VALUES))('write and read a column "%s" as Prisma does', async (column) => {
      const all = Prisma.sql`SELECT * FROM "Every" ORDER BY "id"`;
      const shown = Prisma.raw(provider === 'sqlite' ? `typeof("${column}")` : `"${column}"::text`);

      await database.transaction(async (db) => {
        await db.$executeRaw`DELETE FROM "Every"`;
        for (const value of VALUES[column] ?? []) {
          const statement = inserted(column, value, provider);
          expect(await db.$executeRaw(statement)).toBe(await prismas(db).$executeRaw(statement));
        }
        expect(await db.$queryRaw(all)).toStrictEqual(await prismas(db).$queryRaw(all));
      });

      const rows = await database.read.$queryRaw<Record<string, unknown>[]>`
        SELECT ${Prisma.raw(`"${column}"`)} AS "value", ${shown} AS "shown" FROM "Every" ORDER BY "id"`;
      expect(rows).toHaveLength(2 * (VALUES[column]?.length ?? 0));
      const [ours, theirs] = [0, 1].map((way) => rows.filter((_, index) => index % 2 === way));
      expect(ours).toStrictEqual(theirs);
      expect(await database.read.$queryRaw(all)).toStrictEqual(await prismas(database.read).$queryRaw(all));
    });

    it('nest, count and answer as with Prisma', async () => {
      const names = Prisma.sql`"name" IN (${Prisma.join(['a', 'b'])})`;
      const statements = [
        Prisma.sql`INSERT INTO "User" ("name", "createdAt") VALUES ('a', ${new Date(0)}), ('b', ${new Date(1)}) RETURNING *`,
        Prisma.sql`SELECT count(*) AS "count", max("createdAt") AS "newest", 1.5 AS "x", 'y' AS "y" FROM "User" WHERE ${names}`,
        Prisma.sql`UPDATE "User" SET "createdAt" = ${new Date(2)} WHERE ${names}`,
        Prisma.sql`SELECT "id", "name", "createdAt" FROM "User" WHERE ${names} AND "name" <> ${'a'}`,
        Prisma.sql`DELETE FROM "User" WHERE ${names} RETURNING "name", "createdAt"`,
        Prisma.sql`SELECT 1 AS "one" WHERE 1 = 0`,
      ];
      // Ids are counted up over rows that are deleted, and bigints are none of JSON's.
      const shown = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);
      const textOf = (answer: unknown): string => JSON.stringify(answer, shown).replace(/"id":\d+/g, '"id":0');
      const answers = (way: (db: Db) => Db, method: '$executeRaw' | '$queryRaw') =>
        database.transaction(async (db) => {
          const texts: string[] = [];
          for (const statement of statements) texts.push(textOf(await way(db)[method](statement)));
          return texts;
        });

      expect(await answers((db) => db, '$executeRaw')).toEqual(await answers(prismas, '$executeRaw'));
      const ours = await answers((db) => db, '$queryRaw');
      expect(ours).toEqual(await answers(prismas, '$queryRaw'));
      expect(ours.slice(1)).toEqual([
        expect.stringContaining('"count":"2n"'),
        '[]',
        expect.stringMatching(/^\[\{"id":0,"name":"b"[^{]*$/),
        expect.stringMatching(/^\[\{"name":"a".*"name":"b"/),
        '[]',
      ]);
    });

    it('throw what Prisma throws', async () => {
      const thrownBy = async (way: (db: Db) => Db, statement: Prisma.Sql): Promise<Error> => {
        const attempt = database.transaction((db) => way(db).$queryRaw(statement));
        return await attempt.then(
          () => expect.fail(`${statement.sql} fails`),
          (error: Error) => error,
        );
      };
      const told = (error: Error) => {
        const { driverAdapterError } = ('meta' in error ? error.meta : {}) as { readonly driverAdapterError?: Error };
        // Prisma's begins with the name of the method.
        const message = error.message.replace(/^[^]*invocation:\s*/, '');
        return { name: error.name, code: 'code' in error && error.code, message, cause: driverAdapterError?.cause };
      };

      const codes: unknown[] = [];
      for (const statement of FAILURES) {
        const ours = await thrownBy((db) => db, statement);
        expect(told(ours)).toStrictEqual(told(await thrownBy(prismas, statement)));
        codes.push(told(ours).code);
      }
      expect(new Set(codes)).toEqual(new Set(['P2010']));
    });

    it('refuse what no column has', async () => {
      for (const value of [{}, new ArrayBuffer(1), () => 1, new Date(Number.NaN)]) {
        const attempt = database.transaction((db) => db.$executeRaw`SELECT ${value}`);
        await expect(attempt).rejects.toThrow(/values? of a raw statement|Invalid time value/);
      }
    });

    if (provider === 'sqlite') {
      it('do not read bytes where a number, a date or the like has to be', async () => {
        for (const column of ['int', 'big', 'flag', 'at', 'amount', 'json']) {
          const name = Prisma.raw(`"${column}"`);
          const attempt = database.transaction(async (db) => {
            await db.$executeRaw`INSERT INTO "Every" (${name}) VALUES (${new Uint8Array([49])})`;
            return await db.$queryRaw`SELECT ${name} FROM "Every" WHERE typeof(${name}) = 'blob'`;
          });
          await expect(attempt).rejects.toThrow('a value has its type');
        }
      });
    }

    it('are in turn with those of Prisma, and are committed though nobody waited for them', async () => {
      let late: Promise<unknown> = Promise.resolve();
      await database.transaction(async (db) => {
        await db.$executeRaw`INSERT INTO "User" ("name", "createdAt") VALUES ('not awaited', ${new Date(0)})`;
        await db.user.update({ where: { name: 'not awaited' }, data: { createdAt: new Date(1) } });
        late = db.$executeRaw`UPDATE "User" SET "createdAt" = ${new Date(2)} WHERE "createdAt" = ${new Date(1)}`;
      });

      expect(await late).toBe(1);
      const user = await database.read.user.findUnique({ where: { name: 'not awaited' } });
      expect(user?.createdAt).toEqual(new Date(2));
    });

    it('are refused after the end of their transaction, and after another one failed there', async () => {
      const ended = await database.transaction((db) => Promise.resolve(db));
      await expect(ended.$executeRaw`DELETE FROM "User"`).rejects.toThrow('has ended');

      const attempt = database.transaction(async (db) => {
        await db.$executeRaw`DELETE FROM "User"`;
        await expect(db.$queryRaw`SELEKT 1`).rejects.toThrow('Raw query failed');
        await expect(db.$queryRaw`SELECT 1`).rejects.toThrow('An earlier statement of this transaction failed');
        await expect(db.user.count()).rejects.toThrow('An earlier statement of this transaction failed');
      });
      await expect(attempt).rejects.toThrow('one of its statements failed');
      expect(await database.read.user.count({ where: { name: 'taken' } })).toBe(1);
    });

    it('are refused once their transaction has taken too long, and those before are rolled back', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const attempt = database.transaction(async (db) => {
        await db.$executeRaw`DELETE FROM "User"`;
        await vi.advanceTimersByTimeAsync(30_000);
        await db.$executeRaw`DELETE FROM "User"`;
      });

      await expect(attempt).rejects.toThrow('This transaction has ended');
      vi.useRealTimers();
      expect(await database.read.user.count({ where: { name: 'taken' } })).toBe(1);
    });

    it('read outside a transaction, and write nothing there', async () => {
      const attempt = database.read.$executeRaw`DELETE FROM "User"`;

      await expect(attempt).rejects.toThrow(/readonly database|read-only transaction/);
      expect(await database.read.$queryRaw`SELECT "name" FROM "User" WHERE "name" = ${'taken'}`).toEqual([
        { name: 'taken' },
      ]);
    });

    it('are the first that a client for reading is asked', async () => {
      const reader = await openForReading(test.url);
      test.onDrop(() => reader.close());

      expect(await reader.read.$queryRaw`SELECT "name" FROM "User" WHERE "name" = ${'taken'}`).toEqual([
        { name: 'taken' },
      ]);
    });

    it('read to their end when the client closes meanwhile, or has begun to close', async () => {
      const reader = await openForReading(test.url);
      const read = () => reader.read.$queryRaw`SELECT "name" FROM "User" WHERE "name" = ${'taken'}`;
      await read();

      const begun = Array.from({ length: 12 }, read);
      const closed = reader.close();
      const late: Promise<unknown>[] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        late.push(read());
        await Promise.resolve();
      }

      for (const answer of await Promise.all([...begun, ...late])) expect(answer).toEqual([{ name: 'taken' }]);
      await closed;
      // Those that came late may have connected again.
      await reader.close();
    });

    if (provider === 'postgresql') {
      it('take lists', async () => {
        const statement = Prisma.sql`SELECT * FROM "Every" WHERE "int" = ANY (${[1, 2]}::int[]) OR "text" = ANY (${['a']})
          OR "big" = ANY (${[1n, 2n]}::bigint[]) OR "int" = ANY (${[]}::int[])`;
        const { read } = database;

        expect(await read.$queryRaw(statement)).toStrictEqual(await prismas(read).$queryRaw(statement));
        await expect(read.$queryRaw`SELECT ARRAY[1, 2] AS "list"`).rejects.toThrow('a raw statement answers no lists');
      });

      it('say UNAVAILABLE when the connection breaks', async () => {
        for (const way of [(db: Db) => db, prismas]) {
          const broken = way(database.read).$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`;
          await expect(broken).rejects.toMatchObject({ code: 'UNAVAILABLE' });
          const attempt = database.transaction(
            (db) => way(db).$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`,
          );
          await expect(attempt).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        }
      });
    }
  });
});
