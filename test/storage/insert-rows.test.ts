import { beforeAll, describe, expect, it } from 'vitest';
import { type Database, insertRows } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';

const rowOf = (index: number) => ({
  ownerId: 7,
  source: index % 2 === 0 ? 'strategy' : 'a \'quoted\' "word"; DROP TABLE',
  sourceId: index % 3 === 0 ? null : index,
  symbol: `S${index}`,
  stoppedAt: new Date(1_700_000_000_123 + index),
  releasedAt: index % 2 === 0 ? null : new Date(1_800_000_000_000),
  releasedBy: null,
});

describe('inserting rows', () => {
  eachDatabase((_provider, create) => {
    let database: Database;
    beforeAll(async () => {
      database = await (await create()).open();
    });

    it('writes what Prisma would write, and answers the ids in the order of the rows', async () => {
      const rows = Array.from({ length: 60 }, (_, index) => rowOf(index));

      const ids = await database.transaction((db) => insertRows(db, 'RunawayStop', rows));

      const stored = await database.read.runawayStop.findMany({ orderBy: { id: 'asc' } });
      expect(stored).toEqual(rows.map((row, index) => ({ id: ids[index], ...row })));
      const found = await database.read.runawayStop.count({ where: { stoppedAt: rows[3]?.stoppedAt ?? new Date(0) } });
      expect(found).toBe(1);
    });

    it('replaces what no database keeps: NUL, and halves of surrogate pairs', async () => {
      const rows = ['a\0b', 'a\uD800b', '\u{1F426}', '\\u0000'].map((symbol) => ({ ...rowOf(1), symbol }));

      const ids = await database.transaction((db) => insertRows(db, 'RunawayStop', rows));

      const stored = await database.read.runawayStop.findMany({
        where: { id: { in: [...ids] } },
        orderBy: { id: 'asc' },
      });
      expect(stored.map(({ symbol }) => symbol)).toEqual(['a\uFFFDb', 'a\uFFFDb', '\u{1F426}', '\\u0000']);
    });

    it('does nothing without rows', async () => {
      expect(await database.transaction((db) => insertRows(db, 'RunawayStop', []))).toEqual([]);
    });
  });
});
