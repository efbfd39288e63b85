import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, systemClock } from '../../src/core/index.ts';
import { type Journal, JournalConsumer } from '../../src/events/index.ts';
import { type Database, ensureDefaultUser } from '../../src/storage/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { draft, range, startJournal, take, takeCursors } from '../support/events.ts';
import { silentLog } from '../support/log.ts';

const WEEK = { maxAgeMs: 7 * DAY_MS, maxEvents: 1_000_000 };

eachDatabase((_provider, create) => {
  let clock: ManualClock;
  let database: Database;
  let journal: Journal;
  let ownerId: number;
  const ends: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    clock = new ManualClock('2026-03-02T12:00:00Z');
    database = await (await create()).open();
    ownerId = await ensureDefaultUser(database, systemClock);
    journal = await startJournal(database, { clock });
    ends.push(() => journal.close());
  });

  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  function append(count: number, type = 'Happened'): Promise<readonly bigint[]> {
    return journal.write((write) => write.appendAll(Array.from({ length: count }, () => draft({ ownerId, type }))));
  }

  async function stored(): Promise<readonly bigint[]> {
    const events = await database.read.event.findMany({ orderBy: { cursor: 'asc' }, select: { cursor: true } });
    return events.map(({ cursor }) => cursor);
  }

  describe('pruning the journal', () => {
    it('deletes events that are older than its age, and no other', async () => {
      await append(3);
      clock.advance(DAY_MS);
      await append(2);
      clock.advance(6 * DAY_MS + 1);

      expect(await journal.prune(WEEK)).toBe(3);

      expect(await stored()).toEqual([4n, 5n]);
      expect(await journal.prune(WEEK)).toBe(0);
    });

    it('keeps an event on its last day to the millisecond', async () => {
      await append(1);
      clock.advance(7 * DAY_MS);

      expect(await journal.prune(WEEK)).toBe(0);
      clock.advance(1);
      expect(await journal.prune(WEEK)).toBe(1);
    });

    it('deletes the oldest of too many, however young they are, and counts on from the newest', async () => {
      await append(10);

      expect(await journal.prune({ ...WEEK, maxEvents: 4 })).toBe(6);

      expect(await stored()).toEqual(range(7n, 10n));
      expect(await append(1)).toEqual([11n]);
    });

    it('keeps what comes after a young event, although a clock was set back meanwhile', async () => {
      await append(1);
      clock.advance(-30 * DAY_MS);
      await append(1);
      clock.advance(30 * DAY_MS);

      expect(await journal.prune(WEEK)).toBe(0);
    });

    it('lets others write between its pages', async () => {
      await append(6_700);
      clock.advance(8 * DAY_MS);
      const order: string[] = [];

      const pruning = journal.prune(WEEK).then((count) => order.push(`pruned ${count}`));
      const writing = append(1).then(() => order.push('written'));
      await Promise.all([pruning, writing]);

      expect(order).toEqual(['written', 'pruned 6700']);
      expect(await stored()).toEqual([6_701n]);
    });

    it('keeps what a consumer has not handled yet, until it has', async () => {
      const handled: bigint[] = [];
      const options = { name: 'test', types: ['Wanted'], database, journal, log: silentLog };
      const handle = async (events: readonly { readonly cursor: bigint }[]) => {
        handled.push(...events.map(({ cursor }) => cursor));
      };
      const first = new JournalConsumer({ ...options, handle });
      await first.start();
      await append(2, 'Wanted');
      await first.settle();
      await first.close();
      await append(3, 'Wanted');
      clock.advance(8 * DAY_MS);

      expect(await journal.prune(WEEK)).toBe(2);
      const second = new JournalConsumer({ ...options, handle });
      await second.start();
      ends.push(() => second.close());
      await second.settle();

      expect(handled).toEqual(range(1n, 5n));
      expect(await journal.prune(WEEK)).toBe(3);
    });

    it('is not held up by a consumer whose events never come', async () => {
      const consumer = new JournalConsumer({
        name: 'rare',
        types: ['Rare'],
        database,
        journal,
        log: silentLog,
        handle: () => Promise.reject(new Error('Nothing of its types has happened.')),
      });
      await consumer.start();
      ends.push(() => consumer.close());
      await append(150);
      await consumer.settle();
      clock.advance(8 * DAY_MS);

      expect(await journal.prune(WEEK)).toBe(150);
    });
  });

  describe('a reader', () => {
    it('whose replay is overtaken is told so, and has every event up to then', async () => {
      await append(450);
      const reader = await startJournal(database, { clock });
      ends.push(() => reader.close());
      const deliveries = reader.subscribe({ ownerId }, { after: 0n });
      expect(await takeCursors(deliveries, 150)).toEqual(range(1n, 150n));

      await journal.prune({ ...WEEK, maxEvents: 100 });

      expect(await takeCursors(deliveries, 50)).toEqual(range(151n, 200n));
      await expect(take(deliveries, 1)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', facts: { oldest: '351' } });
    });

    it('that is live loses its place, and no event without a word, when its process was away for too long', async () => {
      const live = journal.subscribe({ ownerId });
      await database.transaction(async (db) => {
        await db.journalHead.upsert({ where: { id: 1 }, create: { id: 1, cursor: 5n }, update: { cursor: 5n } });
      });

      await append(1);

      await expect(take(live, 1)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', facts: { oldest: '6' } });
      const again = journal.subscribe({ ownerId }, { after: 5n });
      expect(await takeCursors(again, 1)).toEqual([6n]);
      await again.return?.();
    });
  });
});
