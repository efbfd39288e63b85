/** How many requests a destination gets: 60 in a minute, counted from the first one of it. What comes above is put together. */
import type { WebhookDestinationRow } from '../storage/index.ts';

/** Requests to a destination in a minute. */
export const MAX_IN_MINUTE = 60;

/** A minute, in ms. */
export const MINUTE_MS = 60_000;

/** The columns that count them. */
export type Pace = Pick<WebhookDestinationRow, 'minuteBeganAt' | 'minuteCount'>;

/** How many may still be made at an instant. */
export function roomAt({ minuteBeganAt, minuteCount }: Pace, now: Date): number {
  return isOver(minuteBeganAt, now) ? MAX_IN_MINUTE : Math.max(0, MAX_IN_MINUTE - minuteCount);
}

/** The count after `requests` more. */
export function paced({ minuteBeganAt, minuteCount }: Pace, requests: number, now: Date): Pace {
  if (minuteBeganAt === null || isOver(minuteBeganAt, now)) return { minuteBeganAt: now, minuteCount: requests };
  return { minuteBeganAt, minuteCount: minuteCount + requests };
}

/** Also when the clock was set back: it must not hold anything up for longer than a minute. */
function isOver(beganAt: Date | null, now: Date): boolean {
  return beganAt === null || Math.abs(now.getTime() - beganAt.getTime()) >= MINUTE_MS;
}
