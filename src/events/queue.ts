/** What a live subscriber has not read yet, bounded. */
import type { Delivery, ProgressEvent } from './event.ts';

/**
 * Deliveries in the order they were published. A tick of progress drops the unread one of the same type and subject and
 * goes to the end: so it is delivered after the stored events that were published before it, and never overtaken by an
 * older tick. Stored events are never dropped.
 */
export class DeliveryQueue {
  readonly #limit: number;
  /** In insertion order, by cursor or by the tick's type and subject. */
  readonly #unread = new Map<bigint | string, Delivery>();

  /** `limit` counts stored events and ticks together. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a delivery; false when it is a stored event that does not fit any more. A tick that does not fit is dropped. */
  push(delivery: Delivery): boolean {
    const key = delivery.kind === 'event' ? delivery.event.cursor : progressKey(delivery.event);
    this.#unread.delete(key);
    if (this.#unread.size >= this.#limit) return delivery.kind === 'progress';
    this.#unread.set(key, delivery);
    return true;
  }

  /** Takes the oldest delivery, undefined when there is none. */
  shift(): Delivery | undefined {
    for (const [key, delivery] of this.#unread) {
      this.#unread.delete(key);
      return delivery;
    }
    return undefined;
  }

  clear(): void {
    this.#unread.clear();
  }
}

function progressKey({ type, subjectType, subjectId }: ProgressEvent): string {
  return `${type} ${subjectType} ${subjectId}`;
}
