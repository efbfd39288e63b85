import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import type { Journal } from '../../src/events/index.ts';
import { type Database, ensureDefaultUser } from '../../src/storage/index.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import { draft, range, startJournal, take, takeCursors } from '../support/events.ts';
import { seededRandom } from '../support/random.ts';

describe('the journal', () => {
  eachDatabase((_provider, create) => {
    let test: TestDatabase;
    let database: Database;
    let journal: Journal;
    let ownerId: number;
    let strangerId: number;

    beforeAll(async () => {
      test = await create();
      database = await test.open();
      ownerId = await ensureDefaultUser(database, systemClock);
      const createdAt = new Date(0);
      const stranger = await database.transaction((tx) => tx.user.create({ data: { name: 'stranger', createdAt } }));
      strangerId = stranger.id;
      journal = await startJournal(database);
    });

    afterAll(async () => {
      await journal.close();
    });

    let before = 0n;
    beforeEach(async () => {
      const [newest] = await database.read.journalHead.findMany();
      before = newest?.cursor ?? 0n;
    });

    async function append(count: number): Promise<void> {
      for (let index = 0; index < count; index += 1) await journal.write((write) => write.append(draft({ ownerId })));
    }

    it('stores a change and its event together, with everything that was said', async () => {
      const cursor = await journal.write(async ({ db, append: appendTo }) => {
        await db.user.create({ data: { name: 'new', createdAt: new Date(1) } });
        const cause = await appendTo(draft({ ownerId, type: 'Caused' }));
        return appendTo(
          draft({
            ownerId,
            type: 'Created',
            subjectId: 7,
            payload: { a: [1, null] },
            causationId: cause,
            mode: 'live',
          }),
        );
      });

      const [, event] = await journal.page({ ownerId }, before, 10);
      expect(event).toEqual({
        cursor,
        ownerId,
        type: 'Created',
        subjectType: 'thing',
        subjectId: 7,
        payload: { a: [1, null] },
        correlationId: 'c',
        causationId: cursor - 1n,
        mode: 'live',
        occurredAt: expect.any(Date),
      });
      expect(await database.read.user.count({ where: { name: 'new' } })).toBe(1);
    });

    it('keeps neither the change nor the event when the work throws, and leaves no gap', async () => {
      const attempt = journal.write(async (write) => {
        await write.append(draft({ ownerId }));
        throw new Error('no');
      });

      await expect(attempt).rejects.toThrow('no');
      expect(await journal.write((write) => write.append(draft({ ownerId })))).toBe(before + 1n);
    });

    it('publishes what it has committed as it is read later', async () => {
      const told = { ownerId, type: 'Told', mode: 'live', causationId: 1n } as const;
      const payload = { text: 'ü \0 \ud800 "', list: [1, null, 0.1], deep: { is: true } };
      const live = journal.subscribe({ ownerId, types: ['Told'] });
      await journal.write(({ appendAll }) =>
        appendAll([draft({ ...told, payload }), draft({ ownerId, type: 'Told' })]),
      );

      const heard = await take(live, 2);
      await live.return?.();

      const read = await journal.page({ ownerId }, before, 10);
      expect(heard).toStrictEqual(read.map((event) => ({ kind: 'event', event })));
    });

    it('publishes nothing before the commit', async () => {
      const live = journal.subscribe({ ownerId }, { after: before });
      const first = live.next();
      let isHeard = false;
      const hearing = first.finally(() => {
        isHeard = true;
      });

      await journal.write(async (write) => {
        await write.append(draft({ ownerId }));
        await sleep(60);
        expect(isHeard).toBe(false);
      });

      expect(await hearing).toMatchObject({ done: false, value: { kind: 'event', event: { cursor: before + 1n } } });
      await live.return?.();
    });

    it("tells nobody of another owner's events", async () => {
      const mine = journal.subscribe({ ownerId }, { after: before });
      const theirs = journal.subscribe({ ownerId: strangerId }, { after: before });

      await journal.write((write) => write.append(draft({ ownerId: strangerId, payload: { canary: 'theirs' } })));
      await journal.write((write) => write.append(draft({ ownerId, payload: { canary: 'mine' } })));

      expect(await take(mine, 1)).toMatchObject([{ event: { payload: { canary: 'mine' } } }]);
      expect(await take(theirs, 1)).toMatchObject([{ event: { payload: { canary: 'theirs' } } }]);
      expect(await journal.page({ ownerId: strangerId }, before, 10)).toHaveLength(1);
      await Promise.all([mine.return?.(), theirs.return?.()]);
    });

    it.each(['replayed', 'live'])('filters by type and by subject (%s)', async (mode) => {
      const filters = [
        { ownerId, types: ['Wanted'] },
        { ownerId, subject: { type: 'thing', id: 3 } },
      ];
      const subscribed = mode === 'live' ? filters.map((filter) => journal.subscribe(filter)) : [];

      await journal.write(async (write) => {
        await write.append(draft({ ownerId, type: 'Wanted', subjectId: 2 }));
        await write.append(draft({ ownerId, type: 'Other', subjectId: 3 }));
        await write.append(draft({ ownerId, type: 'Wanted', subjectType: 'other', subjectId: 3 }));
      });
      if (mode === 'replayed')
        subscribed.push(...filters.map((filter) => journal.subscribe(filter, { after: before })));

      const [byType, bySubject] = subscribed;
      if (byType === undefined || bySubject === undefined) throw new Error('Both subscriptions were made.');
      expect(await takeCursors(byType, 2)).toEqual([before + 1n, before + 3n]);
      expect(await takeCursors(bySubject, 1)).toEqual([before + 2n]);
      await Promise.all([byType.return?.(), bySubject.return?.()]);
    });

    it('hears of what another process committed', async () => {
      const other = await startJournal(await test.open());
      const live = journal.subscribe({ ownerId });

      await other.write((write) => write.append(draft({ ownerId })));

      expect(await takeCursors(live, 1)).toEqual([before + 1n]);
      await live.return?.();
      await other.close();
    });

    it('replays and goes live without a gap or a repeat while two processes write', { timeout: 60_000 }, async () => {
      const seed = 20_260_301;
      const random = seededRandom(seed);
      const other = await startJournal(await test.open());
      const total = 240;
      const writers = Array.from({ length: 6 }, async (_, index) => {
        for (let written = 0; written < total / 6; written += 1) {
          await sleep(random() * 4);
          const writer = index % 2 === 0 ? journal : other;
          await writer.write(async (write) => {
            await write.append(draft({ ownerId }));
            // A commit that comes late must not let a later cursor be seen before this one.
            if (random() < 0.3) await sleep(random() * 8);
          });
        }
      });
      const readers = Array.from({ length: 12 }, async (_, index) => {
        await sleep(random() * 300);
        const reader = index % 2 === 0 ? journal : other;
        const deliveries = reader.subscribe({ ownerId }, { after: before });
        const cursors: bigint[] = [];
        while (cursors.length < total) {
          cursors.push(...(await takeCursors(deliveries, 1)));
          if (random() < 0.02) await sleep(random() * 20);
        }
        await deliveries.return?.();
        return cursors;
      });

      const seen = await Promise.all(readers);
      await Promise.all(writers);

      for (const cursors of seen) expect(cursors, `seed ${seed}`).toEqual(range(before + 1n, before + BigInt(total)));
      await other.close();
    });

    it('continues where a reader stopped after it was closed and opened again', async () => {
      await append(3);
      const reopened = await startJournal(await test.open());

      const deliveries = reopened.subscribe({ ownerId }, { after: before + 1n });

      expect(reopened.head()).toBe(before + 3n);
      expect(await takeCursors(deliveries, 2)).toEqual(range(before + 2n, before + 3n));
      await append(1);
      expect(await takeCursors(deliveries, 1)).toEqual([before + 4n]);
      await reopened.close();
    });

    it('knows cursors that another process has just assigned', async () => {
      const behind = await startJournal(await test.open(), { pollMs: 60_000 });
      await append(2);

      const deliveries = behind.subscribe({ ownerId }, { after: before + 1n });

      expect(await takeCursors(deliveries, 1)).toEqual([before + 2n]);
      await behind.close();
    });

    it.each([-1n, 1_000_000n])('refuses the cursor %s, which cannot exist', async (after) => {
      const deliveries = journal.subscribe({ ownerId }, { after });

      await expect(deliveries.next()).rejects.toMatchObject({ code: 'VALIDATION', fields: [{ path: ['after'] }] });
      expect(await deliveries.next()).toEqual({ done: true, value: undefined });
      await expect(journal.page({ ownerId }, after, 10)).rejects.toMatchObject({ code: 'VALIDATION' });
      expect(journal.subscriberCount).toBe(0);
    });

    it('says from where it can be read when older events are gone', async () => {
      await append(3);
      await database.transaction((tx) => tx.event.deleteMany({ where: { cursor: { lte: before + 1n } } }));

      const expired = journal.subscribe({ ownerId }, { after: before });
      const oldest = journal.subscribe({ ownerId }, { after: before + 1n });

      await expect(expired.next()).rejects.toMatchObject({
        code: 'CURSOR_EXPIRED',
        facts: { oldest: String(before + 2n) },
      });
      expect(await takeCursors(oldest, 2)).toEqual(range(before + 2n, before + 3n));
      expect(await journal.oldest()).toBe(before + 2n);
      await oldest.return?.();
    });

    it('does not count from the beginning again when every event is gone', async () => {
      await append(1);
      await database.transaction((tx) => tx.event.deleteMany());

      const reopened = await startJournal(await test.open());

      expect(reopened.head()).toBe(before + 1n);
      expect(await reopened.oldest()).toBeNull();
      await expect(reopened.page({ ownerId }, before, 10)).rejects.toMatchObject({
        code: 'CURSOR_EXPIRED',
        facts: { oldest: String(before + 2n) },
      });
      expect(await reopened.page({ ownerId }, before + 1n, 10)).toEqual([]);
      expect(await reopened.write((write) => write.append(draft({ ownerId })))).toBe(before + 2n);
      await reopened.close();
    });
  });
});
