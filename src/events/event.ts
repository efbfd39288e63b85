import type { JsonObject } from '../core/index.ts';

/** An event that is about to be appended to the journal. */
export interface EventDraft {
  /** The user whose subscribers hear of it. */
  readonly ownerId: number;
  /** What happened, past tense: `OptimizationCompleted`. */
  readonly type: string;
  /** The kind of thing it happened to: `optimization`. */
  readonly subjectType: string;
  /** The id of that thing. */
  readonly subjectId: number;
  readonly payload: JsonObject;
  /** Shared by everything that one request or one scheduled run set off. */
  readonly correlationId: string;
  /** Cursor of the event that led to this one. */
  readonly causationId?: bigint;
  /** Default `paper`. */
  readonly mode?: 'paper' | 'live';
}

/** An event of the journal. */
export interface JournalEvent extends Required<Omit<EventDraft, 'causationId'>> {
  /** Its place in the journal: 1, 2, 3, ... in the order of commits, without gaps. */
  readonly cursor: bigint;
  readonly causationId: bigint | null;
  readonly occurredAt: Date;
}

/** A tick of progress. It is not stored: the latest of a (type, subject) replaces those that were not read yet. */
export interface ProgressEvent {
  readonly ownerId: number;
  readonly type: string;
  readonly subjectType: string;
  readonly subjectId: number;
  readonly payload: JsonObject;
  readonly occurredAt: Date;
}

/** What a subscriber receives. */
export type Delivery =
  | { readonly kind: 'event'; readonly event: JournalEvent }
  | { readonly kind: 'progress'; readonly event: ProgressEvent };

/** Which events: those of one owner, narrowed to some types or to one subject. */
export interface EventFilter {
  readonly ownerId: number;
  /** Default: all stored events. Ticks of progress reach only those who name their type. */
  readonly types?: readonly string[];
  /** Whether ticks of progress are left out even when `types` names theirs; default false. */
  readonly storedOnly?: boolean;
  /** Default: all. */
  readonly subject?: { readonly type: string; readonly id: number };
}

/** Whether the filter lets an event or a tick through. */
export function matches(filter: EventFilter, event: JournalEvent | ProgressEvent): boolean {
  if (event.ownerId !== filter.ownerId) return false;
  if (filter.types === undefined ? !('cursor' in event) : !filter.types.includes(event.type)) return false;
  if (filter.storedOnly === true && !('cursor' in event)) return false;
  if (filter.subject === undefined) return true;
  return event.subjectType === filter.subject.type && event.subjectId === filter.subject.id;
}
