/** The first due time that nobody has looked at yet, and how due times are named. */
import type { Occurrence } from './cron/index.ts';
import { occurrencesAfter } from './cron/index.ts';
import type { Timetable } from './plan.ts';

/** The first due time after an instant, one that the clocks jump over included; null when none can come. */
export function nextDue({ cron, zone }: Timetable, after: number): Date | null {
  for (const { instant } of occurrencesAfter(cron, zone, after)) return new Date(instant);
  return null;
}

/**
 * The name of a due time: what the clocks show, with their offset from UTC. A time that is shown twice has two names, and one
 * that is never shown has one of its own: `2026-03-08T02:30:00-05:00`.
 */
export function occurrenceName({ instant, wall }: Occurrence): string {
  const offset = Math.round((wall - instant) / 1000);
  const [hours, minutes, seconds] = [3600, 60, 1].map((unit) => Math.floor(Math.abs(offset) / unit) % 60);
  const tail = seconds === 0 ? '' : `:${two(seconds)}`;
  return `${new Date(wall).toISOString().slice(0, 19)}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}${tail}`;
}

function two(value = 0): string {
  return String(value).padStart(2, '0');
}
