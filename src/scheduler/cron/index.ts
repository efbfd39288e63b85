/** Cron expressions and when they are due. Pure: it knows no jobs. */
export { type Cron, parseCron } from './cron.ts';
export { countOccurrences, type Interval, nextRun, type Occurrence, occurrencesAfter } from './occurrences.ts';
export { parseZone, type WallTime, Zone } from './zone.ts';
