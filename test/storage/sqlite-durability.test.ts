import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import SqliteFile from 'better-sqlite3';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { PrismaClient } from '../../src/storage/generated/sqlite/client.ts';
import { openDatabase } from '../../src/storage/index.ts';
import { connectSqlite } from '../../src/storage/sqlite-connection.ts';
import { SqliteWriter } from '../../src/storage/sqlite-writer.ts';
import { scriptPath } from '../support/script-path.ts';

const folder = mkdtempSync(join(tmpdir(), 'dunlin-durability-'));
const createdAt = new Date('2026-01-01T00:00:00.000Z');
let file = '';
let files = 0;

beforeEach(() => {
  files += 1;
  file = join(folder, `${files}.db`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function pragma(connection: SqlDriverAdapter, name: string): Promise<unknown> {
  const { rows } = await connection.queryRaw({ sql: `PRAGMA ${name}`, args: [], argTypes: [] });
  return rows[0]?.[0];
}

/** The users that a connection of somebody else's finds in the file. */
function storedNames(): readonly string[] {
  const connection = new SqliteFile(file, { readonly: true });
  const rows = connection.prepare<[], { name: string }>('SELECT name FROM "User" ORDER BY id').all();
  connection.close();
  return rows.map(({ name }) => name);
}

describe('every SQLite connection', () => {
  it.each(['read', 'write'] as const)('has a synced write-ahead log, to %s', async (access) => {
    const connection = await connectSqlite(file, access);

    expect(await pragma(connection, 'journal_mode')).toBe('wal');
    expect(await pragma(connection, 'synchronous')).toBe(2);
    expect(await pragma(connection, 'foreign_keys')).toBe(1);
    expect(await pragma(connection, 'query_only')).toBe(access === 'read' ? 1 : 0);
    await connection.dispose();
  });

  it('is refused where there can be no write-ahead log', async () => {
    await expect(connectSqlite(':memory:', 'write')).rejects.toThrow('keeps journal_mode at memory');
  });
});

const hasStrace = spawnSync('strace', ['-V']).status === 0;

describe('a power cut', () => {
  it.skipIf(!hasStrace)('finds every commit synced to the disk (needs strace)', () => {
    const commits = 200;

    const { stderr, status } = spawnSync(
      'strace',
      [
        '-f',
        '-c',
        '-e',
        'trace=fdatasync,fsync',
        process.execPath,
        scriptPath('commit-many.ts'),
        file,
        String(commits),
      ],
      { encoding: 'utf8' },
    );

    expect(status, stderr).toBe(0);
    const calls = [...stderr.matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?f(?:data)?sync$/gm)];
    const syncs = calls.reduce((sum, call) => sum + Number(call[1]), 0);
    expect(syncs, stderr).toBeGreaterThanOrEqual(commits);
  });
});

describe('a COMMIT that fails', () => {
  it('is an error of its caller, and the writes after it are kept', async () => {
    const database = await openDatabase(`file:${file}`, systemClock);
    await database.transaction((tx) => tx.user.create({ data: { name: 'before', createdAt } }));

    // A deferred foreign key is checked by COMMIT, which fails and leaves the transaction open.
    const attempt = database.transaction(async (tx) => {
      await tx.$executeRaw`PRAGMA defer_foreign_keys = ON`;
      await tx.user.create({ data: { name: 'with the failure', createdAt } });
      const orphan = { ownerId: 999, key: 'k', request: 'r', leaseUntil: createdAt, createdAt };
      await tx.idempotencyKey.create({ data: orphan });
    });

    await expect(attempt).rejects.toThrow('ForeignKeyConstraintViolation');
    await database.transaction((tx) => tx.user.create({ data: { name: 'after', createdAt } }));
    expect(storedNames()).toEqual(['before', 'after']);
    await database.close();
  });

  it('never turns a later write into one that is acknowledged and lost', async () => {
    await (await openDatabase(`file:${file}`, systemClock)).close();
    const failAt = new Set([3, 4, 9]);
    let commits = 0;
    const writer = new SqliteWriter(file, async () => {
      const connection = await connectSqlite(file, 'write');
      const execute = connection.executeRaw.bind(connection);
      connection.executeRaw = (query) => {
        if (query.sql === 'COMMIT' && failAt.has((commits += 1))) {
          return Promise.reject(new DriverAdapterError({ kind: 'SocketTimeout' }));
        }
        return execute(query);
      };
      return connection;
    });
    const client = new PrismaClient({
      adapter: { provider: 'sqlite', adapterName: 'failing', connect: () => Promise.resolve(writer) },
    });

    const acknowledged: string[] = [];
    const errors: unknown[] = [];
    const names = Array.from({ length: 12 }, (_, index) => `user ${index + 1}`);
    for (const name of names) {
      await client
        .$transaction((tx) => tx.user.create({ data: { name, createdAt } }))
        .then(
          () => acknowledged.push(name),
          (error: unknown) => errors.push(error),
        );
    }
    await client.$disconnect();

    expect(acknowledged).toEqual(names.filter((_, index) => !failAt.has(index + 1)));
    expect(storedNames()).toEqual(acknowledged);
    expect(errors).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ name: 'DatabaseUnavailable' })));
  });
});

describe('a disk that is full', () => {
  it('is UNAVAILABLE, and what was there stays', async () => {
    const database = await openDatabase(`file:${file}`, systemClock);
    await database.transaction((tx) => tx.user.create({ data: { name: 'before', createdAt } }));

    const attempt = database.transaction(async (tx) => {
      await tx.$queryRaw`PRAGMA max_page_count = 1`;
      await tx.user.create({ data: { name: 'x'.repeat(1_000_000), createdAt } });
    });

    await expect(attempt).rejects.toMatchObject({ name: 'DomainError', code: 'UNAVAILABLE' });
    expect(await database.read.user.count()).toBe(1);
    await database.close();
  });
});

describe('a lock that another process holds', () => {
  it('is waited for without freezing the event loop', async () => {
    const database = await openDatabase(`file:${file}`, systemClock);
    const other = new SqliteFile(file);
    other.exec('BEGIN IMMEDIATE');
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 10);

    const write = database.transaction((tx) => tx.user.create({ data: { name: 'patient', createdAt } }));
    await sleep(600);
    other.exec('COMMIT');
    await write;

    clearInterval(ticking);
    other.close();
    expect(ticks).toBeGreaterThan(10);
    expect(storedNames()).toEqual(['patient']);
    await database.close();
  });

  it('keeps no reader waiting', async () => {
    const database = await openDatabase(`file:${file}`, systemClock);
    const other = new SqliteFile(file);
    other.exec('BEGIN IMMEDIATE');

    expect(await database.read.user.count()).toBe(0);

    other.exec('ROLLBACK');
    other.close();
    await database.close();
  });
});

describe('transactions', () => {
  it('run no statement after their end, where it would be in the next transaction', async () => {
    const writer = new SqliteWriter(file, () => connectSqlite(file, 'write'));
    const statement = { sql: 'CREATE TABLE late (id INTEGER)', args: [], argTypes: [] };
    const ended = await writer.startTransaction();
    await ended.rollback();
    const next = await writer.startTransaction();

    await expect(ended.executeRaw(statement)).rejects.toThrow('has ended');
    await expect(ended.commit()).rejects.toThrow('has already ended');
    await expect(writer.executeRaw()).rejects.toThrow('no queries outside a transaction');

    await next.commit();
    await writer.dispose();
  });

  it('take turns in the order in which they were asked for', async () => {
    const database = await openDatabase(`file:${file}`, systemClock);
    const names = Array.from({ length: 20 }, (_, index) => `user ${index}`);

    await Promise.all(
      names.map((name, index) =>
        database.transaction(async (tx) => {
          await sleep(index % 3);
          await tx.user.create({ data: { name, createdAt } });
        }),
      ),
    );

    expect(storedNames()).toEqual(names);
    await database.close();
  });
});
