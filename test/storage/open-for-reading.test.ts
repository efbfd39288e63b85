import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openForReading } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';

describe('a database that is opened for reading', () => {
  eachDatabase((_provider, create) => {
    it('shows what another connection commits, and refuses to write', async () => {
      const test = await create();
      const database = await test.open();
      const reader = await openForReading(test.url);
      test.onDrop(() => reader.close());
      const data = { name: 'somebody', createdAt: new Date(0) };

      await database.transaction((db) => db.user.create({ data }));

      expect(reader.location).toBe(database.location);
      expect(await reader.read.user.count({ where: { name: 'somebody' } })).toBe(1);
      await expect(reader.read.user.create({ data: { ...data, name: 'other' } })).rejects.toThrow(
        /readonly database|read-only transaction/,
      );
    });
  });

  const folder = mkdtempSync(join(tmpdir(), 'dunlin-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is not made when it is not there', async () => {
    const file = join(folder, 'none.db');

    await expect(openForReading(`file:${file}`)).rejects.toThrow(`There is no database at ${file}.`);
    expect(existsSync(file)).toBe(false);
  });

  it('is of a kind that we know', async () => {
    await expect(openForReading('mysql://here')).rejects.toThrow('"file:" or "postgresql://", not with "mysql"');
  });
});
