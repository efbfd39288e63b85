/** The outbox: a notice is written for those who want it, together with what it tells of, or not at all. */
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import type { Journal } from '../../src/events/index.ts';
import { type Database, ensureDefaultUser } from '../../src/storage/index.ts';
import { enqueueDeliveries, type WebhookNotice } from '../../src/webhooks/index.ts';
import { eachDatabase } from '../support/database.ts';
import { startJournal } from '../support/events.ts';

const AT = new Date('2026-03-02T15:00:00Z');

describe('the outbox of webhooks', () => {
  eachDatabase((_provider, create) => {
    let database: Database;
    let journal: Journal;
    let ownerId: number;

    beforeAll(async () => {
      const test = await create();
      database = await test.open();
      ownerId = await ensureDefaultUser(database, systemClock);
      journal = await startJournal(database);
      test.onDrop(() => journal.close());
    });

    function addDestination(events: readonly string[], changes: { enabled?: boolean; deletedAt?: Date } = {}) {
      const columns = { url: 'https://example.com', secret: 'sealed', enabled: true, createdAt: AT, updatedAt: AT };
      return database.transaction((db) =>
        db.webhookDestination.create({ data: { ...columns, ownerId, events: JSON.stringify(events), ...changes } }),
      );
    }

    function notice(subjectId: number): WebhookNotice {
      const payload = { alert_id: 7, message: 'AAPL is above 200.' };
      return { ownerId, event: 'price', subjectId, payload, correlationId: 'c1', at: AT };
    }

    it('holds a notice for each destination that wants it and is enabled', async () => {
      const wanting = await addDestination(['price', 'risk']);
      await addDestination(['risk']);
      await addDestination(['price'], { enabled: false });
      await addDestination(['price'], { deletedAt: AT });
      const other = await addDestination(['price']);

      await journal.write((write) => enqueueDeliveries(write, notice(1)));

      const rows = await database.read.webhookDelivery.findMany({ where: { subjectId: 1 }, orderBy: { id: 'asc' } });
      expect(rows.map(({ destinationId }) => destinationId)).toEqual([wanting.id, other.id]);
      expect(rows[0]).toMatchObject({
        ...{ ownerId, event: 'price', correlationId: 'c1', status: 'pending', attempts: 0, endedAt: null },
        ...{ nextAttemptAt: AT, createdAt: AT, begunAt: AT, body: '{"alert_id":7,"message":"AAPL is above 200."}' },
      });
      expect(rows[0]?.key).toMatch(/^[0-9a-f]{32}$/);
      expect(rows[0]?.key).not.toBe(rows[1]?.key);
    });

    it('holds nothing of what was rolled back, and nothing twice', async () => {
      const failing = journal.write(async (write) => {
        await enqueueDeliveries(write, notice(2));
        throw new Error('the trigger fails');
      });
      await expect(failing).rejects.toThrow('the trigger fails');
      expect(await database.read.webhookDelivery.count({ where: { subjectId: 2 } })).toBe(0);

      await journal.write((write) => enqueueDeliveries(write, notice(3)));
      await expect(journal.write((write) => enqueueDeliveries(write, notice(3)))).rejects.toThrow();
      expect(await database.read.webhookDelivery.count({ where: { subjectId: 3 } })).toBe(2);
    });

    it('stands where rows of destinations are locked by others', async () => {
      if (database.provider === 'sqlite') return;
      const { id } = await addDestination(['price']);
      let release = (): void => undefined;
      const written = new Promise<void>((resolve) => {
        release = resolve;
      });
      let holding: Promise<void> = Promise.resolve();
      await new Promise<void>((isLocked) => {
        holding = database.transaction(async (db) => {
          await db.webhookDestination.update({ where: { id }, data: { failuresInRow: { increment: 1 } } });
          isLocked();
          await written;
        });
      });

      await journal.write((write) => enqueueDeliveries(write, notice(4)));

      release();
      await holding;
      expect(await database.read.webhookDelivery.count({ where: { subjectId: 4, destinationId: id } })).toBe(1);
    });
  });
});
