import { beforeAll, describe, expect, it } from 'vitest';
import { type Columns, type Database, type OrderRow, updateRow, updateRows } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';

const TABLE = 'Order';

describe('updating rows', () => {
  eachDatabase((_provider, create) => {
    let database: Database;
    let ownerId: number;
    beforeAll(async () => {
      database = await (await create()).open();
      const data = { name: 'owner', createdAt: new Date(0) };
      ownerId = (await database.transaction((db) => db.user.create({ data }))).id;
    });

    let made = 0;
    /** Orders as Prisma writes them; every second one has what others have not. */
    async function orders(count: number): Promise<readonly OrderRow[]> {
      const data = Array.from({ length: count }, (_, index) => {
        made += 1;
        return {
          ownerId,
          ...{ clientOrderId: `order ${made}`, mode: 'paper', source: 'manual', actor: 'user:1', symbol: `S${index}` },
          ...{ side: 'buy', quantity: '1.5', orderType: 'market', timeInForce: 'day', status: 'pending_submit' },
          claimedBy: index % 2 === 0 ? 'a \'quoted\' "word"' : null,
          claimUntil: index % 2 === 0 ? new Date(1_700_000_000_123 + index) : null,
          ...{ correlationId: 'c', createdAt: new Date(index), updatedAt: new Date(index) },
        };
      });
      return database.transaction((db) => db.order.createManyAndReturn({ data }));
    }

    async function stored(rows: readonly OrderRow[]): Promise<readonly OrderRow[]> {
      return database.read.order.findMany({ where: { id: { in: rows.map(({ id }) => id) } }, orderBy: { id: 'asc' } });
    }

    const asRead = ({ status, claimedBy, claimUntil, isReducing }: OrderRow) => {
      return { status, claimedBy, claimUntil, isReducing };
    };

    it('writes what Prisma would write, of whatever type, and other columns in other rows', async () => {
      const rows = await orders(450);
      const after = rows.map((row, index): OrderRow => {
        const at = new Date(1_800_000_000_456 + index);
        const both = { ...row, status: 'accepted', claimedBy: null, claimUntil: null, updatedAt: at };
        return index % 3 === 0 ? both : { ...both, isReducing: true, causationId: 2n ** 53n + 1n, lookups: index };
      });

      const count = await database.transaction((db) =>
        updateRows(
          db,
          TABLE,
          after.map(({ id, status, claimedBy, claimUntil, updatedAt, isReducing, causationId, lookups }, index) => {
            const columns = { status, claimedBy, claimUntil, updatedAt };
            const more = index % 3 === 0 ? {} : { isReducing, causationId, lookups };
            return { id, expected: asRead(rows[index] as OrderRow), columns: { ...columns, ...more } };
          }),
        ),
      );

      expect(count).toBe(450);
      expect(await stored(rows)).toEqual(after);
    });

    it('leaves and does not count what is not as it was read', async () => {
      const rows = await orders(6);
      const others = [
        { status: 'accepted' },
        { claimedBy: null },
        { claimedBy: 'somebody' },
        { claimUntil: null },
        { claimUntil: new Date(5) },
      ];
      const updates = rows.map((row, index) => {
        return { id: row.id, expected: { ...asRead(row), ...others[index] }, columns: { status: 'canceled' } };
      });

      const count = await database.transaction((db) => updateRows(db, TABLE, updates));

      // Where nothing is claimed, `claimedBy: null` is what was read.
      const isMet = (row: OrderRow, index: number): boolean =>
        Object.entries({ ...others[index] }).every(([name, value]) => row[name as keyof OrderRow] === value);
      const met = rows.filter(isMet);
      expect(count).toBe(met.length);
      expect((await stored(rows)).map(({ status }) => status)).toEqual(
        rows.map((row, index) => (isMet(row, index) ? 'canceled' : 'pending_submit')),
      );
      expect([met.length > 0, met.length < rows.length]).toEqual([true, true]);
    });

    it('does nothing without updates', async () => {
      expect(await database.transaction((db) => updateRows(db, TABLE, []))).toBe(0);
    });

    it('writes one row with parameters as Prisma would, where it has what it has to have', async () => {
      const [row, other] = (await orders(2)) as [OrderRow, OrderRow];
      const { id, status } = row;
      const columns = {
        ...{
          status: 'accepted',
          reason: 'x'.repeat(100_000),
          claimUntil: null,
          updatedAt: new Date(1_800_000_000_456),
        },
        ...{ isReducing: true, causationId: 2n ** 53n + 1n, lookups: 3 },
      };
      const updated = (where: Columns) => database.transaction((db) => updateRow(db, TABLE, { where, columns }));

      expect(await updated({ id, status: 'accepted' })).toBe(false);
      expect(await stored([row])).toEqual([row]);
      expect(await updated({ id, status })).toBe(true);
      expect(await stored([row, other])).toEqual([{ ...row, ...columns }, other]);
      await expect(updated({ id, status: null })).rejects.toThrow('nothing equals null');
    });

    it('makes nobody wait for somebody who waits for him, in whatever order the rows are named', async () => {
      const rows = await orders(100);
      const named = rows.map(({ id }, index) => ({ id, expected: {}, columns: { lookups: index } }));
      const rounds = Array.from({ length: 8 }, async (_, round) => {
        for (let i = 0; i < 10; i += 1) {
          const inTurn = round % 2 === 0 ? named : named.toReversed();
          const count = await database.transaction((db) => updateRows(db, TABLE, inTurn));
          expect(count).toBe(100);
        }
      });

      await Promise.all(rounds);
    });
  });
});
