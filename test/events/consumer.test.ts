/** Those who react to events: each event is handled once, in order, by whoever is there, and not at all when handling failed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { type ConsumerOptions, type Journal, JournalConsumer } from '../../src/events/index.ts';
import { type Database, ensureDefaultUser } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { draft, startJournal } from '../support/events.ts';
import { silentLog } from '../support/log.ts';

describe('a consumer of the journal', () => {
  eachDatabase((_provider, create) => {
    let databases: readonly Database[];
    let journals: readonly Journal[];
    let ownerId: number;

    beforeAll(async () => {
      const test = await create();
      databases = [await test.open(), await test.open()];
      [ownerId = 0] = await Promise.all(databases.map((database) => ensureDefaultUser(database, systemClock)));
      journals = await Promise.all(databases.map((database) => startJournal(database)));
    });

    afterAll(async () => {
      await Promise.all(journals.map((journal) => journal.close()));
    });

    /** The consumer `name` of the first or second process. */
    async function consume(process: 0 | 1, name: string, handle: ConsumerOptions['handle']): Promise<JournalConsumer> {
      const [database, journal] = [databases[process], journals[process]];
      if (database === undefined || journal === undefined) throw new Error('There are two processes.');
      const consumer = new JournalConsumer({ name, types: ['Wanted'], database, journal, log: silentLog, handle });
      await consumer.start();
      return consumer;
    }

    async function append(process: 0 | 1, type: string, count = 1): Promise<readonly bigint[]> {
      const drafts = Array.from({ length: count }, () => draft({ ownerId, type }));
      return (await journals[process]?.write(({ appendAll }) => appendAll(drafts))) ?? [];
    }

    it('handles each event once and in order, whichever process it is', async () => {
      const seen: bigint[] = [];
      const handle: ConsumerOptions['handle'] = async (events, { append: say }) => {
        for (const { cursor } of events)
          await say(draft({ ownerId, type: 'Handled', payload: { of: String(cursor) } }));
        seen.push(...events.map(({ cursor }) => cursor));
      };
      // Together: each may be the first.
      const consumers = await Promise.all([consume(0, 'both', handle), consume(1, 'both', handle)]);

      const wanted: bigint[] = [];
      for (let round = 0; round < 10; round += 1) {
        wanted.push(...(await append(round % 2 === 0 ? 0 : 1, 'Wanted', 25)));
        await append(0, 'Unwanted');
      }
      await Promise.all(consumers.map((consumer) => consumer.settle()));

      const stored = await databases[0]?.read.event.findMany({
        where: { type: 'Handled' },
        orderBy: { cursor: 'asc' },
      });
      expect(stored?.map(({ payload }) => payload)).toEqual(wanted.map((cursor) => `{"of":"${cursor}"}`));
      expect(seen).toEqual(wanted);
      await Promise.all(consumers.map((consumer) => consumer.close()));
    });

    it('changes nothing when handling fails, and handles the same events again', async () => {
      let isFailing = true;
      const seen: bigint[] = [];
      const consumer = await consume(0, 'failing', async (events, { append: say }) => {
        await say(draft({ ownerId, type: 'Half' }));
        if (isFailing) throw new Error('fails');
        seen.push(...events.map(({ cursor }) => cursor));
      });
      const wanted = await append(0, 'Wanted', 3);
      await consumer.settle();
      expect(seen).toEqual([]);
      expect(await databases[0]?.read.event.count({ where: { type: 'Half' } })).toBe(0);

      isFailing = false;
      await consumer.settle();

      expect(seen).toEqual(wanted);
      expect(await databases[0]?.read.event.count({ where: { type: 'Half' } })).toBe(1);
      await consumer.close();
    });

    it('leaves the rest for the next start when it is closed in the middle', async () => {
      const first = await consume(0, 'closed', () => Promise.resolve());
      await first.close();
      const wanted = await append(0, 'Wanted', 250);
      const seen: bigint[] = [];
      let second: JournalConsumer | undefined;
      let closing: Promise<void> | undefined;
      const handle: ConsumerOptions['handle'] = async (events) => {
        closing ??= second?.close();
        seen.push(...events.map(({ cursor }) => cursor));
      };
      second = await consume(0, 'closed', handle);
      await second.settle();
      await closing;
      expect(seen).toEqual(wanted.slice(0, 100));
      await second.settle();

      const third = await consume(1, 'closed', handle);
      await third.settle();

      expect(seen).toEqual(wanted);
      await third.close();
    });

    it('goes on where it stopped, and begins at the newest event when it is new', async () => {
      await append(0, 'Wanted');
      const seen: bigint[] = [];
      const handle: ConsumerOptions['handle'] = async (events) => {
        seen.push(...events.map(({ cursor }) => cursor));
      };
      const first = await consume(0, 'new', handle);
      await first.settle();
      await first.close();
      expect(seen).toEqual([]);

      const missed = await append(0, 'Wanted', 2);
      const second = await consume(1, 'new', handle);
      await second.settle();

      expect(seen).toEqual(missed);
      await second.close();
    });
  });
});
