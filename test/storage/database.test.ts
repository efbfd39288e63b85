import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { type Database, ensureDefaultUser, isUniqueViolation, openDatabase } from '../../src/storage/index.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';

const createdAt = new Date('2026-01-02T03:04:05.678Z');

describe('a database', () => {
  eachDatabase((_provider, create) => {
    let test: TestDatabase;
    let database: Database;

    beforeAll(async () => {
      test = await create();
      database = await test.open();
    });

    it('keeps what a transaction committed, to the millisecond', async () => {
      await database.transaction((tx) => tx.user.create({ data: { name: 'kept', createdAt } }));

      const user = await database.read.user.findUnique({ where: { name: 'kept' } });
      expect(user?.createdAt).toEqual(createdAt);
    });

    it('keeps nothing of a transaction whose work throws', async () => {
      const attempt = database.transaction(async (tx) => {
        await tx.user.create({ data: { name: 'dropped', createdAt } });
        throw new Error('changed my mind');
      });

      await expect(attempt).rejects.toThrow('changed my mind');
      expect(await database.read.user.count({ where: { name: 'dropped' } })).toBe(0);
    });

    it('does not show an open transaction to plain reads', async () => {
      await database.transaction(async (tx) => {
        await tx.user.create({ data: { name: 'uncommitted', createdAt } });

        expect(await database.read.user.count({ where: { name: 'uncommitted' } })).toBe(0);
      });

      expect(await database.read.user.count({ where: { name: 'uncommitted' } })).toBe(1);
    });

    it('refuses a write outside a transaction', async () => {
      const attempt = database.read.user.create({ data: { name: 'outside', createdAt } });

      await expect(attempt).rejects.toThrow(/readonly database|read-only transaction/);
      expect(await database.read.user.count({ where: { name: 'outside' } })).toBe(0);
    });

    it('refuses a transaction inside a transaction, which would wait for itself', async () => {
      const attempt = database.transaction(() => database.transaction((tx) => tx.user.count()));

      await expect(attempt).rejects.toThrow('a transaction is not begun inside another one');
    });

    it('runs no statement of a transaction that has ended', async () => {
      let straggler: Promise<unknown> | undefined;
      const attempt = database.transaction(async (tx) => {
        await tx.user.count();
        straggler = sleep(20).then(() => tx.user.create({ data: { name: 'straggler', createdAt } }));
        straggler.catch(() => undefined);
        throw new Error('given up');
      });

      await expect(attempt).rejects.toThrow('given up');
      await expect(straggler).rejects.toThrow();
      expect(await database.read.user.count({ where: { name: 'straggler' } })).toBe(0);
    });

    it('commits nothing once a statement failed, even when the error was swallowed', async () => {
      await database.transaction((tx) => tx.user.create({ data: { name: 'taken', createdAt } }));

      const attempt = database.transaction(async (tx) => {
        await tx.user.create({ data: { name: 'beside the failure', createdAt } });
        await tx.user.create({ data: { name: 'taken', createdAt } }).catch(() => undefined);
      });

      await expect(attempt).rejects.toThrow('one of its statements failed');
      expect(await database.read.user.count({ where: { name: 'beside the failure' } })).toBe(0);
    });

    it('recognises a unique violation', async () => {
      await database.transaction((tx) => tx.user.create({ data: { name: 'only one', createdAt } }));

      const error: unknown = await database
        .transaction((tx) => tx.user.create({ data: { name: 'only one', createdAt } }))
        .catch((reason: unknown) => reason);

      expect(isUniqueViolation(error)).toBe(true);
      expect(isUniqueViolation(new Error('something else'))).toBe(false);
    });

    it('keeps what was committed before it was closed', async () => {
      const first = await test.open();
      await first.transaction((tx) => tx.user.create({ data: { name: 'reopened', createdAt } }));
      await first.close();

      const second = await test.open();

      expect(await second.read.user.count({ where: { name: 'reopened' } })).toBe(1);
    });

    it('creates the default user once, however many ask', async () => {
      const ids = await Promise.all(Array.from({ length: 8 }, () => ensureDefaultUser(database, systemClock)));

      expect(new Set(ids).size).toBe(1);
    });

    it('names itself without a password', () => {
      expect(database.location).not.toContain('@');
      expect(test.url).toContain(database.location);
    });
  });

  it('refuses a url that is neither a file nor PostgreSQL, without repeating it', async () => {
    const attempt = openDatabase('mysql://root:secret@localhost/x', systemClock);

    await expect(attempt).rejects.toThrow('not with "mysql"');
  });

  it('refuses a SQLite database in memory', async () => {
    await expect(openDatabase('file::memory:', systemClock)).rejects.toThrow('plain path');
  });
});
