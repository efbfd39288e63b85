import { systemClock } from '../../src/core/index.ts';
import { type Delivery, type EventDraft, Journal, type JournalOptions } from '../../src/events/index.ts';
import type { Database } from '../../src/storage/index.ts';

/** An event of which only what the test is about needs to be said. */
export function draft(changes: Partial<EventDraft> & Pick<EventDraft, 'ownerId'>): EventDraft {
  return { type: 'Happened', subjectType: 'thing', subjectId: 1, payload: {}, correlationId: 'c', ...changes };
}

/** A journal that has been started. */
export async function startJournal(
  database: Database,
  options: Partial<Omit<JournalOptions, 'database'>> = {},
): Promise<Journal> {
  const journal = new Journal({ database, clock: systemClock, pollMs: 20, ...options });
  await journal.start();
  return journal;
}

/** Reads `count` deliveries and leaves the iterator open. */
export async function take(deliveries: AsyncIterator<Delivery>, count: number): Promise<readonly Delivery[]> {
  const taken: Delivery[] = [];
  while (taken.length < count) {
    const result = await deliveries.next();
    if (result.done === true) throw new Error(`Ended after ${taken.length} of ${count} deliveries.`);
    taken.push(result.value);
  }
  return taken;
}

/** The cursors of `count` deliveries, which are all stored events. */
export async function takeCursors(deliveries: AsyncIterator<Delivery>, count: number): Promise<readonly bigint[]> {
  return (await take(deliveries, count)).map((delivery) => {
    if (delivery.kind === 'progress') throw new Error('Expected a stored event, not progress.');
    return delivery.event.cursor;
  });
}

/** `first`, `first + 1`, ... up to and including `last`. */
export function range(first: bigint, last: bigint): readonly bigint[] {
  return Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index));
}
