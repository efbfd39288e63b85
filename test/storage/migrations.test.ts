import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import SqliteFile from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { dataSource, deriveSchema, PROVIDERS, readSource } from '../../prisma/derive.ts';
import { diffSchemas } from '../../prisma/schema-engine.ts';
import { localUser } from '../../src/access/index.ts';
import { randomIds, systemClock } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import type { DatabaseProvider } from '../../src/storage/index.ts';
import { migratePostgresql } from '../../src/storage/migrate-postgresql.ts';
import { migrateSqlite } from '../../src/storage/migrate-sqlite.ts';
import { type Migration, nextMigration, type RecordedMigration, readMigrations } from '../../src/storage/migrations.ts';
import { deleteStrategy } from '../../src/strategies/index.ts';
import { createTestDatabase, eachDatabase, type TestDatabase } from '../support/database.ts';
import { queryPostgres } from '../support/postgres-server.ts';
import { scriptPath } from '../support/script-path.ts';

/** What a migration function takes: the file, or the url. */
function locationOf(test: TestDatabase): string {
  return test.url.replace(/^file:/, '');
}

function migrate(test: TestDatabase, migrations?: readonly Migration[]): Promise<void> {
  const run = test.provider === 'sqlite' ? migrateSqlite : migratePostgresql;
  return run(locationOf(test), systemClock, migrations);
}

async function query(test: TestDatabase, sql: string): Promise<readonly Record<string, unknown>[]> {
  if (test.provider === 'sqlite') {
    const connection = new SqliteFile(locationOf(test));
    const statement = connection.prepare<[], Record<string, unknown>>(sql);
    const rows = statement.reader ? statement.all() : [];
    if (!statement.reader) statement.run();
    connection.close();
    return rows;
  }
  return queryPostgres(test.url, sql);
}

/** Every column of every table but the migrations' own, and every index, as text. */
async function describeTables(test: TestDatabase): Promise<readonly string[]> {
  const sql =
    test.provider === 'sqlite'
      ? `SELECT m.name AS t, c.name AS c, c.type AS k, c."notnull" AS n, c.dflt_value AS d, c.pk AS p FROM sqlite_master m
           JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_prisma%' ESCAPE '\\'
         UNION ALL SELECT m.name, i.name, m.tbl_name, NULL, NULL, i.seqno FROM sqlite_master m
           JOIN pragma_index_info(m.name) i WHERE m.type = 'index' AND m.tbl_name NOT LIKE '\\_prisma%' ESCAPE '\\'
         UNION ALL SELECT m.name, f."from", f."table", f."to", f.on_delete, f.on_update FROM sqlite_master m
           JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`
      : `SELECT table_name AS t, column_name AS c, data_type AS k, is_nullable AS n, column_default AS d FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
         UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes
           WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
         UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '' FROM pg_constraint
           WHERE contype = 'f'`;
  return (await query(test, sql)).map((row) => JSON.stringify(row)).toSorted();
}

function migration(name: string, sql: string): Migration {
  return { name, sql, checksum: `checksum of ${name}` };
}

async function startChild(test: TestDatabase, migrations?: readonly Migration[]): Promise<ChildProcess> {
  const given = migrations === undefined ? [] : [JSON.stringify(migrations)];
  const running = spawn(process.execPath, [scriptPath('migrate-child.ts'), test.provider, locationOf(test), ...given], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (running.stdout === null) throw new Error('The child has no output.');
  await once(running.stdout, 'data');
  return running;
}

describe('the migrations', () => {
  it('are all written, for the schema of each database as it is derived now', { timeout: 60_000 }, () => {
    const script = fileURLToPath(new URL('../../prisma/migration.ts', import.meta.url));

    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, '--check'], {
      encoding: 'utf8',
    });

    expect(status, stderr).toBe(0);
    for (const provider of PROVIDERS) {
      const checkedIn = readFileSync(new URL(`../../prisma/${provider}/schema.prisma`, import.meta.url), 'utf8');
      expect(checkedIn, 'mend it with: npm run generate').toBe(deriveSchema(readSource(), provider));
    }
  });

  eachDatabase((provider, create) => {
    it('produce the schema that is asked for', async () => {
      const migrated = await create({ isEmpty: true });
      await migrate(migrated);
      const direct = await create({ isEmpty: true });
      const sql = await diffSchemas(provider, dataSource(provider), deriveSchema(readSource(), provider));
      await migrate(direct, [migration('1_all', sql)]);

      const tables = await describeTables(migrated);

      expect(tables.length).toBeGreaterThan(20);
      expect(tables).toEqual(await describeTables(direct));
    });

    it('are recorded as Prisma records them', async () => {
      const test = await create({ isEmpty: true });

      await migrate(test);

      const rows = await query(test, 'SELECT * FROM _prisma_migrations ORDER BY started_at');
      expect(rows).toHaveLength(readMigrations(provider).length);
      for (const [index, { name, checksum }] of readMigrations(provider).entries()) {
        expect(rows[index]).toMatchObject({
          migration_name: name,
          checksum,
          applied_steps_count: 1,
          logs: null,
          rolled_back_at: null,
        });
        expect(rows[index]?.['finished_at']).not.toBeNull();
      }
    });

    it('are applied once when 20 processes start together', { timeout: 90_000 }, async () => {
      const test = await create({ isEmpty: true });
      const children = await Promise.all(Array.from({ length: 20 }, () => startChild(test)));

      const exits = children.map((one) => once(one, 'exit'));
      for (const one of children) one.stdin?.write('go\n');

      const codes = await Promise.all(exits.map(async (exit) => Number((await exit)[0])));
      expect(codes).toEqual(codes.map(() => 0));
      expect(await query(test, 'SELECT migration_name FROM _prisma_migrations')).toHaveLength(
        readMigrations(provider).length,
      );
    });

    it('leave the old schema when the process is killed, and the next start applies them', {
      timeout: 90_000,
    }, async () => {
      const test = await create({ isEmpty: true });
      const slow = provider === 'sqlite' ? fillSlowly.sqlite : fillSlowly.postgresql;
      const migrations = [
        migration('1_first', 'CREATE TABLE first (id INTEGER);'),
        migration('2_second', `CREATE TABLE second (id BIGINT); ${slow} CREATE TABLE third (id INTEGER);`),
      ];

      for (const delayMs of [100, 300]) {
        const one = await startChild(test, migrations);
        one.stdin?.write('go\n');
        await sleep(delayMs);
        const exit = once(one, 'exit');
        one.kill('SIGKILL');
        await exit;

        const state = await tablesOf(test);
        expect(['', 'first']).toContain(state);
      }
      await migrate(test, migrations);

      expect(await tablesOf(test)).toBe('first second third');
    });
  });
});

/** A statement that takes a second or two. */
const fillSlowly: Readonly<Record<DatabaseProvider, string>> = {
  sqlite: `INSERT INTO second WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000000) SELECT i FROM n;`,
  postgresql: `INSERT INTO second SELECT i FROM generate_series(1, 200000) i; SELECT pg_sleep(1);`,
};

async function tablesOf(test: TestDatabase): Promise<string> {
  const sql =
    test.provider === 'sqlite'
      ? `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name`
      : `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%' ORDER BY 1`;
  return (await query(test, sql)).map(({ name }) => String(name)).join(' ');
}

describe('the migration of the engine', () => {
  eachDatabase((provider, create) => {
    it('keeps the jobs and trials of the version before, and says what they are about', async () => {
      const test = await create({ isEmpty: true });
      const [foundation] = readMigrations(provider);
      await migrate(test, foundation === undefined ? [] : [foundation]);
      for (const statement of FOUNDATION_ROWS) await query(test, statement);

      await migrate(test);

      const jobs = 'SELECT id, "jobType", "symbolKey", "overfitting", "results" FROM "Optimization" ORDER BY id';
      const old = { jobType: 'strategy', overfitting: null };
      expect(await query(test, jobs)).toEqual([
        { ...old, id: 1, symbolKey: 'AAPL,MSFT', results: '[]' },
        { ...old, id: 2, symbolKey: 'IBM', results: null },
      ]);
      const trials = 'SELECT "index", "strategyType", "params", "meanSharpe" FROM "OptimizationTrial" ORDER BY "index"';
      expect(await query(test, trials)).toEqual([
        { index: 0, strategyType: 'momentum', params: '{"short_window":5}', meanSharpe: 1.5 },
        { index: 1, strategyType: 'momentum', params: '{"short_window":6}', meanSharpe: -0.5 },
      ]);
    });
  });
});

/** A complete job with two trials and a waiting one, as the version before the engine stored them. */
const FOUNDATION_ROWS: readonly string[] = [
  `INSERT INTO "User" ("id", "name", "createdAt") VALUES (1, 'default', '2026-01-01T00:00:00Z')`,
  ...[
    `1, 'momentum', 'complete', '{"symbols":["MSFT","AAPL"],"strategyType":"momentum"}', '[]'`,
    `2, 'stat_arb', 'pending', '{"symbols":["IBM"],"strategyType":"stat_arb"}', NULL`,
  ].map(
    (values) => `INSERT INTO "Optimization" ("id", "strategyType", "status", "config", "results", "ownerId", "jobType",
      "dataSource", "dataHash", "firstBar", "lastBar", "bars", "engineVersion", "totalCombinations", "nFolds",
      "correlationId", "createdAt") VALUES (${values}, 1, 'strategy', 'csv', 'abc', '2020-01-02T00:00:00Z',
      '2024-12-31T00:00:00Z', 1258, '1', 2, 5, 'xyz', '2026-01-01T00:00:00Z')`,
  ),
  ...[`0, '{"short_window":5}', 1.5`, `1, '{"short_window":6}', -0.5`].map(
    (values) => `INSERT INTO "OptimizationTrial" ("index", "params", "meanSharpe", "optimizationId", "status")
      VALUES (${values}, 1, 'ranked')`,
  ),
];

/** Applies all migrations before the one of this name, without its time. */
async function migrateUntil(test: TestDatabase, name: string): Promise<void> {
  const all = readMigrations(test.provider);
  const next = all.findIndex((each) => each.name.endsWith(`_${name}`));
  expect(next).toBeGreaterThan(0);
  await migrate(test, all.slice(0, next));
}

/** The statement that stores a row; values are SQL. */
function insertion(table: string, columns: Readonly<Record<string, string>>): string {
  const names = Object.keys(columns).map((name) => `"${name}"`);
  return `INSERT INTO "${table}" (${names.join(', ')}) VALUES (${Object.values(columns).join(', ')})`;
}

const AT = `'2026-11-01T00:00:00Z'`;
const TIMES = { createdAt: AT, updatedAt: AT };
const OWNER = insertion('User', { id: '1', name: `'default'`, createdAt: AT });
const STRATEGY = insertion('Strategy', {
  ...{ id: '1', ownerId: '1', name: `'Trend'`, strategyType: `'momentum'`, params: `'{}'`, symbols: `'["SPY"]'` },
  ...{ interval: `'1d'`, mode: `'monitor'`, enabled: 'true', ...TIMES },
});

describe('the migration of deletions', () => {
  eachDatabase((_provider, create) => {
    it('disables the alerts on what was deleted before, and leaves all others as they are', async () => {
      const test = await create({ isEmpty: true });
      await migrateUntil(test, 'deletion');
      const goal = { id: '1', ownerId: '1', name: `'Core'`, targetWeights: `'{}'`, driftThreshold: `'0.05'` };
      const alert = (id: number, alertType: string, changes: Readonly<Record<string, string>> = {}): string =>
        insertion('Alert', {
          ...{ id: String(id), ownerId: '1', name: `'A'`, alertType: `'${alertType}'`, condition: `'{}'` },
          ...{ enabled: 'true', cooldownSeconds: '60', phase: `'cooling_down'`, firedAt: AT, observedAt: AT },
          ...{ version: '7', ...TIMES, ...changes },
        });
      for (const statement of [
        OWNER,
        STRATEGY,
        insertion('Goal', { ...goal, rebalanceMode: `'alert'`, ...TIMES }),
        alert(1, 'signal'),
        alert(2, 'rebalance'),
        alert(3, 'signal', { strategyId: '1' }),
        alert(4, 'rebalance', { goalId: '1' }),
        alert(5, 'price', { symbol: `'SPY'` }),
        alert(6, 'risk', { metric: `'drawdown'` }),
        alert(7, 'signal', { enabled: 'false', phase: `'disabled'`, firedAt: 'NULL' }),
      ]) {
        await query(test, statement);
      }

      await migrate(test);

      const rows = await query(
        test,
        `SELECT "id", CASE WHEN "enabled" THEN 'on' ELSE 'off' END AS "is", "phase", "firedAt" IS NULL AS "quiet", "version"
          FROM "Alert" ORDER BY "id"`,
      );
      expect(rows.map(({ id, is, phase, quiet, version }) => [id, is, phase, Boolean(quiet), version])).toEqual([
        [1, 'off', 'disabled', true, 8],
        [2, 'off', 'disabled', true, 8],
        [3, 'on', 'cooling_down', false, 7],
        [4, 'on', 'cooling_down', false, 7],
        [5, 'on', 'cooling_down', false, 7],
        [6, 'on', 'cooling_down', false, 7],
        [7, 'off', 'disabled', true, 7],
      ]);
    });
  });
});

describe('the migration of deleted strategies', () => {
  eachDatabase((_provider, create) => {
    it('keeps strategies with what leads to them, and has them remembered from then on', async () => {
      const test = await create({ isEmpty: true });
      await migrateUntil(test, 'strategy_deletion');
      const [, job] = FOUNDATION_ROWS;
      const order = {
        ...{ id: '1', ownerId: '1', clientOrderId: `'x'`, mode: `'paper'`, source: `'strategy'`, sourceId: '1' },
        ...{ actor: `'strategy:1'`, symbol: `'SPY'`, side: `'buy'`, quantity: `'1'`, orderType: `'market'` },
        ...{ timeInForce: `'day'`, status: `'filled'`, correlationId: `'c'`, strategyId: '1', ...TIMES },
      };
      for (const statement of [OWNER, STRATEGY, job ?? '', insertion('Order', order)]) await query(test, statement);
      await query(test, 'UPDATE "Optimization" SET "strategyId" = 1');

      await migrate(test);

      const database = await test.open();
      const { read } = database;
      expect(await read.strategy.findMany()).toMatchObject([{ id: 1, name: 'Trend', deletedAt: null }]);
      const journal = new Journal({ database, clock: systemClock, pollMs: 20 });
      await journal.start();
      test.onDrop(() => journal.close());
      await deleteStrategy({ database, journal, clock: systemClock, ids: randomIds }, localUser(1), 1);
      expect(await read.strategy.findMany()).toMatchObject([{ id: 1, name: 'Trend', deletedAt: expect.any(Date) }]);
      expect(await read.order.findMany()).toMatchObject([{ id: 1, strategyId: 1 }]);
      expect(await read.optimization.findMany()).toMatchObject([{ id: 1, strategyId: 1 }]);
    });
  });
});

describe('a migration that fails', () => {
  eachDatabase((_provider, create) => {
    it('leaves nothing behind, and is applied when it is mended', async () => {
      const test = await create({ isEmpty: true });
      const bad = migration('1_bad', 'CREATE TABLE half (id INTEGER); CREATE TABLE half (id INTEGER);');

      await expect(migrate(test, [bad])).rejects.toThrow('already exists');

      expect(await tablesOf(test)).toBe('');
      await migrate(test, [migration('1_bad', 'CREATE TABLE whole (id INTEGER);')]);
      expect(await tablesOf(test)).toBe('whole');
    });
  });

  it('cannot leave rows on SQLite that refer to nothing', async () => {
    const test = await createTestDatabase('sqlite', { isEmpty: true });
    const sql = `CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE kid (parent INTEGER REFERENCES parent (id));
      INSERT INTO kid VALUES (7);`;

    await expect(migrate(test, [migration('1_orphan', sql)])).rejects.toThrow('breaks a foreign key');

    expect(await tablesOf(test)).toBe('');
    await test.drop();
  });
});

function applied(name: string, changes: Partial<RecordedMigration> = {}): RecordedMigration {
  return { name, checksum: `checksum of ${name}`, isFinished: true, isRolledBack: false, ...changes };
}

describe('what is to be applied next', () => {
  const known = [migration('1_one', ''), migration('2_two', ''), migration('3_three', '')];

  it('is the oldest that is not recorded', () => {
    expect(nextMigration(known, [])?.name).toBe('1_one');
    expect(nextMigration(known, [applied('1_one')])?.name).toBe('2_two');
    expect(
      nextMigration(
        known,
        known.map(({ name }) => applied(name)),
      ),
    ).toBeNull();
  });

  it('is also one that was rolled back', () => {
    expect(nextMigration(known, [applied('1_one', { isRolledBack: true })])?.name).toBe('1_one');
  });

  it.each([
    ['was changed after it was applied', [applied('1_one', { checksum: 'other' })]],
    ['is not known to this version', [applied('1_one'), applied('9_newer')]],
    ['did not finish', [applied('1_one', { isFinished: false })]],
    ['was applied before the older 2_two', [applied('1_one'), applied('3_three')]],
  ])('is refused when a recorded migration %s', (message, recorded) => {
    expect(() => nextMigration(known, recorded)).toThrow(message);
  });
});
