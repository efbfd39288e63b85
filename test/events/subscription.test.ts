import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { Journal, type ProgressEvent, SubscriberOverflow } from '../../src/events/index.ts';
import { type Database, ensureDefaultUser } from '../../src/storage/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { draft, range, startJournal, take, takeCursors } from '../support/events.ts';

const QUEUE_LIMIT = 50;

let test: TestDatabase;
let database: Database;
let journal: Journal;
let ownerId: number;
let before: bigint;

beforeAll(async () => {
  test = await createTestDatabase('sqlite');
  database = await test.open();
  ownerId = await ensureDefaultUser(database, systemClock);
});

beforeEach(async () => {
  journal = await startJournal(database, { queueLimit: QUEUE_LIMIT });
  before = journal.head();
});

afterEach(async () => {
  await journal.close();
});

afterAll(() => test.drop());

/** Appends events in one transaction and waits until they are published. */
async function publish(count: number): Promise<void> {
  const last = await journal.write(async (write) => {
    let cursor = 0n;
    for (let index = 0; index < count; index += 1) cursor = await write.append(draft({ ownerId }));
    return cursor;
  });
  while (journal.head() < last) await sleep(1);
}

function progress(subjectId: number, percent: number): ProgressEvent {
  const payload = { percent };
  return { ownerId, type: 'Progress', subjectType: 'job', subjectId, payload, occurredAt: new Date(0) };
}

describe('a subscriber that does not read', () => {
  it('is ended with SubscriberOverflow, alone among 50, and can resume', async () => {
    const stalled = journal.subscribe({ ownerId });
    const others = Array.from({ length: 49 }, () => journal.subscribe({ ownerId }));
    const total = 3 * QUEUE_LIMIT;
    const reading = others.map((other) => takeCursors(other, total));

    for (let round = 0; round < 10; round += 1) {
      await publish(total / 10);
      await sleep(1);
    }

    for (const cursors of await Promise.all(reading))
      expect(cursors).toEqual(range(before + 1n, before + BigInt(total)));
    expect(journal.subscriberCount).toBe(49);
    await expect(stalled.next()).rejects.toThrow(SubscriberOverflow);
    expect(await stalled.next()).toEqual({ done: true, value: undefined });
    const resumed = journal.subscribe({ ownerId }, { after: before });
    expect(await takeCursors(resumed, total)).toEqual(range(before + 1n, before + BigInt(total)));
  });

  it('may leave as many unread as the limit says, and not one more', async () => {
    const full = journal.subscribe({ ownerId });
    await publish(QUEUE_LIMIT);
    expect(await takeCursors(full, QUEUE_LIMIT)).toHaveLength(QUEUE_LIMIT);

    await publish(QUEUE_LIMIT + 1);

    await expect(full.next()).rejects.toThrow(`left ${QUEUE_LIMIT} events unread`);
  });

  it('can take its time with a replay, however long', async () => {
    await publish(5 * QUEUE_LIMIT);
    const slow = journal.subscribe({ ownerId }, { after: before });
    await takeCursors(slow, 1);

    await publish(5 * QUEUE_LIMIT);

    expect(await takeCursors(slow, 10 * QUEUE_LIMIT - 1)).toEqual(
      range(before + 2n, before + 10n * BigInt(QUEUE_LIMIT)),
    );
  });
});

describe('a journal that was not started', () => {
  it('is neither written nor read, for it would publish its whole past', async () => {
    const idle = new Journal({ database, clock: systemClock });

    expect(() => idle.subscribe({ ownerId })).toThrow('started before it is read');
    await expect(idle.write((write) => write.append(draft({ ownerId })))).rejects.toThrow(
      'started before it is written',
    );
  });
});

describe('progress', () => {
  const types = ['Progress', 'Happened'];

  it('reaches only those who name its type', async () => {
    const stored = journal.subscribe({ ownerId });

    journal.publishProgress(progress(1, 1));
    await publish(1);

    expect(await take(stored, 1)).toMatchObject([{ kind: 'event' }]);
  });

  it('is latest wins for each type and subject', async () => {
    const live = journal.subscribe({ ownerId, types });

    for (const percent of [1, 2, 3]) journal.publishProgress(progress(1, percent));
    journal.publishProgress(progress(2, 50));
    journal.publishProgress(progress(1, 4));

    expect(await take(live, 2)).toMatchObject([
      { kind: 'progress', event: { subjectId: 2, payload: { percent: 50 } } },
      { kind: 'progress', event: { subjectId: 1, payload: { percent: 4 } } },
    ]);
  });

  it('stays on its side of the stored events', async () => {
    const live = journal.subscribe({ ownerId, types });

    journal.publishProgress(progress(1, 10));
    await publish(1);
    journal.publishProgress(progress(1, 20));
    journal.publishProgress(progress(2, 30));
    await publish(1);

    expect((await take(live, 4)).map(({ kind, event }) => (kind === 'event' ? kind : event.payload))).toEqual([
      'event',
      { percent: 20 },
      { percent: 30 },
      'event',
    ]);
  });

  it('ends nobody, even when it does not fit', async () => {
    const live = journal.subscribe({ ownerId, types });

    for (let subject = 0; subject < 2 * QUEUE_LIMIT; subject += 1) journal.publishProgress(progress(subject, 1));

    expect(await take(live, QUEUE_LIMIT)).toHaveLength(QUEUE_LIMIT);
    await publish(1);
    expect(await takeCursors(live, 1)).toEqual([before + 1n]);
  });

  it("is not another owner's", async () => {
    const live = journal.subscribe({ ownerId: ownerId + 1, types });

    journal.publishProgress(progress(1, 1));
    const nothing = await Promise.race([live.next(), sleep(30, 'nothing')]);

    expect(nothing).toBe('nothing');
  });
});

describe('a subscriber that waits for the next event', () => {
  it('ends at once when it is returned', async () => {
    const live = journal.subscribe({ ownerId });
    const waiting = live.next();

    expect(await live.return?.()).toEqual({ done: true, value: undefined });

    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(journal.subscriberCount).toBe(0);
  });

  it('ends at once when its signal aborts', async () => {
    const controller = new AbortController();
    const live = journal.subscribe({ ownerId }, { signal: controller.signal });
    const waiting = live.next();

    controller.abort();

    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(journal.subscriberCount).toBe(0);
  });

  it('never begins when its signal has aborted', async () => {
    const live = journal.subscribe({ ownerId }, { signal: AbortSignal.abort() });

    expect(journal.subscriberCount).toBe(0);
    expect(await live.next()).toEqual({ done: true, value: undefined });
  });

  it('ends when the journal closes, and none begins after that', async () => {
    const waiting = journal.subscribe({ ownerId }).next();

    await journal.close();

    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await journal.subscribe({ ownerId }).next()).toEqual({ done: true, value: undefined });
    expect(journal.subscriberCount).toBe(0);
  });

  it('answers calls that were made before there was anything, in their order', async () => {
    const live = journal.subscribe({ ownerId });
    const waiting = [live.next(), live.next(), live.next()];

    await publish(3);

    const results = await Promise.all(waiting);
    expect(results.map((result) => result.value?.event)).toMatchObject(
      range(before + 1n, before + 3n).map((cursor) => ({ cursor })),
    );
  });

  it('is forgotten when its loop is left', async () => {
    await publish(2);

    for await (const delivery of journal.subscribe({ ownerId }, { after: before })) {
      expect(delivery.kind).toBe('event');
      break;
    }

    expect(journal.subscriberCount).toBe(0);
  });
});
