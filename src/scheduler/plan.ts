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
  /** The first instant from a given one on at which its market is open; undefined: every time will do. */
  readonly openFrom?: (instant: number) => number;
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
  /** Those that make up for missed ones, ascending, then those that are on time, ascending. */
  readonly runs: readonly PlannedRun[];
  readonly skips: readonly PlannedSkip[];
}

/**
 * Decides on every due time in (`after`, `now`], epoch ms. Times before the catch-up window are only counted, so five years of
 * minutes cost no more than an hour of them. Of the others that were missed, those with the same reason share a row.
 */
export function planDue(timetable: Timetable, { after, now }: { readonly after: number; readonly now: number }): Plan {
  const { cron, zone, catchupWindowMs } = timetable;
  const windowStart = Math.max(after, now - Math.max(catchupWindowMs, GRACE_MS) - 1);
  const skips: PlannedSkip[] = [];
  const onTime: Occurrence[] = [];
  const missed = new Map<SkipReason, Occurrence[]>();
  for (const occurrence of occurrencesAfter(cron, zone, windowStart)) {
    if (occurrence.instant > now) break;
    const reason = obstacle(timetable, occurrence);
    if (now - occurrence.instant > GRACE_MS) append(missed, reason ?? 'misfire', occurrence);
    else if (reason !== null) skips.push({ occurrence, reason, count: 1 });
    else onTime.push(occurrence);
  }
  const late = missed.get('misfire') ?? [];
  const madeUp = late.splice(late.length - catchUps(timetable.catchupPolicy, late.length, onTime.length));
  const older = countOccurrences(cron, zone, { after, until: windowStart });
  const oldest = older > 0 ? firstAfter(timetable, after) : undefined;
  if (oldest !== undefined) skips.push({ occurrence: oldest, reason: 'misfire', count: older + late.splice(0).length });
  return {
    runs: [
      ...madeUp.map((occurrence) => ({ occurrence, trigger: 'catch_up' as const })),
      ...onTime.map((occurrence) => ({ occurrence, trigger: 'cron' as const })),
    ],
    skips: [...skips, ...shared(missed)],
  };
}

/** Why a due time cannot be run, however punctual one is. */
function obstacle({ openFrom }: Timetable, { instant, isGap }: Occurrence): 'dst_gap' | 'market_closed' | null {
  if (isGap) return 'dst_gap';
  return openFrom !== undefined && openFrom(instant) > instant ? 'market_closed' : null;
}

function append(groups: Map<SkipReason, Occurrence[]>, reason: SkipReason, occurrence: Occurrence): void {
  const group = groups.get(reason);
  if (group === undefined) groups.set(reason, [occurrence]);
  else group.push(occurrence);
}

function shared(groups: ReadonlyMap<SkipReason, readonly Occurrence[]>): readonly PlannedSkip[] {
  return [...groups].flatMap(([reason, [occurrence, ...more]]) =>
    occurrence === undefined ? [] : [{ occurrence, reason, count: 1 + more.length }],
  );
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
