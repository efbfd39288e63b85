/**
 * The event journal: what changed, stored in the transaction of the change and published after its commit, replayable from
 * any cursor. It knows no domain: types, subjects and payloads are the domains' own.
 */
export { type ConsumerOptions, JournalConsumer } from './consumer.ts';
export type { Delivery, EventDraft, EventFilter, JournalEvent, ProgressEvent } from './event.ts';
export { Journal, type JournalOptions, type JournalWrite } from './journal.ts';
export { SubscriberOverflow } from './subscription.ts';
