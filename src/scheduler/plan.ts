/**
 * What becomes of the times at which a job was due since somebody last looked: pure, so that for any way the clock took
 * due = runs + Σ count of the skips.
 */
import { type Cron, countOccurrences, type Occurrence, occurrencesAfter, type Zone } from './cron/index.ts';

/** What becomes of times that were missed: nothing, one run for all of them, or a run for each (at most `MAX_CATCH_UPS`). */
export const CATCHUP_POLICIES = ['skip', 'run_once', 'run_all'] as const;
export type CatchupPolicy = (typeof CATCHUP_POLICIES)[number];

/** Why a due time was not run. */
export const SKIP_REASONS = ['dst_gap', 'market_closed', 'misfire', 'overlap'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Up to here a run is on time, in ms; later it was missed. */
export const GRACE_MS = 60_000;

/** Most runs that make up for missed ones at once. */
export const MAX_CATCH_UPS = 10;

/** When a job is due, and what of that is run. */
export interface Timetable {
  readonly cron: Cron;
  readonly zone: Zone;
  /** Whether its market is open at an instant; undefined: every time will do. */
  readonly isOpen?: (instant: number) => boolean;
  readonly catchupPolicy: CatchupPolicy;
  /** How old a missed time may be to be made up for, in ms. */
  readonly catchupWindowMs: number;
}

export interface PlannedRun {
  readonly occurrence: Occurrence;
  readonly trigger: 'cron' | 'catch_up';
}

export interface PlannedSkip {
  /** The first one, where several were skipped together. */
  readonly occurrence: Occurrence;
  readonly reason: SkipReason;
  readonly count: number;
}

export interface Plan {
  /** Ascending. */
  readonly runs: readonly PlannedRun[];
  readonly skips: readonly PlannedSkip[];
}

/** Decides on every due time in (`after`, `now`], epoch ms. */
export function planDue(timetable: Timetable, { after, now }: { readonly after: number; readonly now: number }): Plan {
  const { cron, zone, isOpen = () => true, catchupWindowMs } = timetable;
  const windowStart = Math.max(after, now - Math.max(catchupWindowMs, GRACE_MS) - 1);
  const skips: PlannedSkip[] = [];
  const onTime: Occurrence[] = [];
  const missed: Occurrence[] = [];
  for (const occurrence of occurrencesAfter(cron, zone, windowStart)) {
    if (occurrence.instant > now) break;
    if (occurrence.isGap) skips.push({ occurrence, reason: 'dst_gap', count: 1 });
    else if (!isOpen(occurrence.instant)) skips.push({ occurrence, reason: 'market_closed', count: 1 });
    else (now - occurrence.instant <= GRACE_MS ? onTime : missed).push(occurrence);
  }
  const madeUp = missed.slice(missed.length - catchUps(timetable.catchupPolicy, missed.length, onTime.length));
  const older = countOccurrences(cron, zone, { after, until: windowStart });
  const dropped = missed.length - madeUp.length;
  const first = older > 0 ? firstAfter(timetable, after) : missed[0];
  if (first !== undefined && older + dropped > 0) {
    skips.push({ occurrence: first, reason: 'misfire', count: older + dropped });
  }
  return {
    runs: [
      ...madeUp.map((occurrence) => ({ occurrence, trigger: 'catch_up' as const })),
      ...onTime.map((occurrence) => ({ occurrence, trigger: 'cron' as const })),
    ],
    skips,
  };
}

/** How many of the newest missed times are run. One run for all is not needed when one is due now anyway. */
function catchUps(policy: CatchupPolicy, missed: number, onTime: number): number {
  switch (policy) {
    case 'skip':
      return 0;
    case 'run_once':
      return onTime > 0 ? 0 : Math.min(missed, 1);
    case 'run_all':
      return Math.min(missed, MAX_CATCH_UPS);
  }
}

function firstAfter({ cron, zone }: Timetable, after: number): Occurrence | undefined {
  for (const occurrence of occurrencesAfter(cron, zone, after)) return occurrence;
  return undefined;
}
