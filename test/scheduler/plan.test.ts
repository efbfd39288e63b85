import { describe, expect, it } from 'vitest';
import { countOccurrences, parseCron, parseZone } from '../../src/scheduler/cron/index.ts';
import { CATCHUP_POLICIES, type Plan, planDue, type Timetable } from '../../src/scheduler/plan.ts';
import { timetableOf } from '../../src/scheduler/timetable.ts';
import { seededRandom } from '../support/random.ts';

const HOUR = 3_600_000;

function timetable(schedule: string, changes: Partial<Parameters<typeof timetableOf>[0]> = {}): Timetable {
  const base = { timezone: 'America/New_York', calendar: null, sessionPolicy: 'skip_closed' };
  return timetableOf({ schedule, ...base, catchupPolicy: 'run_once', catchupWindowSeconds: 3600, ...changes });
}

function told({ runs, skips }: Plan): readonly string[] {
  return [
    ...runs.map(({ occurrence, trigger }) => `${trigger} ${new Date(occurrence.instant).toISOString().slice(11, 16)}`),
    ...skips.map(({ reason, count }) => `${reason}×${count}`),
  ];
}

function at(text: string): number {
  return Date.parse(text);
}

describe('what becomes of due times', () => {
  it('of an hourly job, six hours down with a window of one hour: one run and five counted misses (S2)', () => {
    const plan = planDue(timetable('0 * * * *'), {
      after: at('2026-02-03T10:30:00Z'),
      now: at('2026-02-03T16:30:00Z'),
    });

    expect(told(plan)).toEqual(['catch_up 16:00', 'misfire×5']);
  });

  it.each([
    ['skip', ['misfire×6']],
    ['run_once', ['catch_up 16:00', 'misfire×5']],
    ['run_all', ['catch_up 14:00', 'catch_up 15:00', 'catch_up 16:00', 'misfire×3']],
  ])('by policy %s within a window of three hours', (catchupPolicy, expected) => {
    const hours = timetable('0 * * * *', { catchupPolicy, catchupWindowSeconds: 3 * 3600 });
    const plan = planDue(hours, { after: at('2026-02-03T10:30:00Z'), now: at('2026-02-03T16:30:00Z') });

    expect(told(plan)).toEqual(expected);
  });

  it('up to a minute late is on time, and one that is on time makes up for the missed ones', () => {
    const minutes = timetable('* * * * *');

    expect(told(planDue(minutes, { after: at('2026-02-03T10:00:00Z'), now: at('2026-02-03T10:01:59Z') }))).toEqual([
      'cron 10:01',
    ]);
    expect(told(planDue(minutes, { after: at('2026-02-03T10:00:00Z'), now: at('2026-02-03T10:05:30Z') }))).toEqual([
      'cron 10:05',
      'misfire×4',
    ]);
  });

  it('makes up for ten at most', () => {
    const all = timetable('*/5 * * * *', { catchupPolicy: 'run_all', catchupWindowSeconds: 7200 });
    const plan = planDue(all, { after: at('2026-02-03T10:00:00Z'), now: at('2026-02-03T11:58:00Z') });

    expect(plan.runs).toHaveLength(10);
    expect(told(plan).at(-1)).toBe('misfire×13');
  });

  it('says what the clocks jumped over, and when the market was closed', () => {
    const night = timetable('30 2 * * *');
    expect(told(planDue(night, { after: at('2026-03-08T00:00:00Z'), now: at('2026-03-08T07:30:20Z') }))).toEqual([
      'dst_gap×1',
    ]);

    const market = timetable('0,30 9-16 * * *', {
      calendar: 'XNYS',
      catchupWindowSeconds: 86_400,
      catchupPolicy: 'run_all',
    });
    const friday = planDue(market, { after: at('2026-11-27T14:00:00Z'), now: at('2026-11-27T21:00:00Z') });
    // An early close: open from 9:30 to 13:00 on the day after Thanksgiving.
    expect(told(friday).slice(7)).toEqual(['market_closed×1', 'market_closed×6']);
    expect(told(friday)[6]).toBe('catch_up 17:30');
    expect(friday.runs).toHaveLength(7);
    const holiday = planDue(market, { after: at('2026-12-25T00:00:00Z'), now: at('2026-12-25T15:00:30Z') });
    expect(told(holiday)).toEqual(['market_closed×1', 'market_closed×2']);
    const ignoring = timetable('0 12 * * *', { calendar: 'XNYS', sessionPolicy: 'ignore' });
    expect(told(planDue(ignoring, { after: at('2026-12-25T00:00:00Z'), now: at('2026-12-25T17:00:00Z') }))).toEqual([
      'cron 17:00',
    ]);
  });

  it('is counted and not listed: minutes that were missed for five years', () => {
    const minutes = timetable('* * * * *', { catchupWindowSeconds: 86_400 });
    const start = performance.now();
    const plan = planDue(minutes, { after: at('2021-01-01T00:00:00Z'), now: at('2026-01-01T00:00:00Z') });

    // Five hours of gaps more than five years of minutes, of which those of the last day are listed.
    const due = plan.runs.length + plan.skips.reduce((sum, { count }) => sum + count, 0);
    expect(due).toBe((5 * 365 + 1) * 24 * 60 + 5 * 60);
    expect(plan.skips.length).toBeLessThan(5);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('is a run or a counted skip, for any outage (1,000 of them)', () => {
    const seed = 7;
    const random = seededRandom(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const schedules = [
      '0 * * * *',
      '*/7 * * * *',
      '30 2 * * *',
      '0 9 * * 1-5',
      '15 1 * * *',
      '*/20 * 9-10 * * *',
      '0 0 1 * *',
    ];
    const zones = ['America/New_York', 'Australia/Lord_Howe', 'UTC', 'Africa/Cairo', 'Pacific/Chatham'];
    for (let round = 0; round < 1000; round += 1) {
      const schedule = pick(schedules);
      const settings = {
        timezone: pick(zones),
        calendar: pick([null, 'XNYS', '24/7']),
        catchupPolicy: pick(CATCHUP_POLICIES),
        catchupWindowSeconds: pick([0, 60, 3600, 86_400]),
      };
      const after = at('2026-01-01T00:00:00Z') + Math.floor(random() * 8e9) * 4;
      const now = after + Math.floor(random() ** 3 * 20 * 24 * HOUR);
      const plan = planDue(timetable(schedule, settings), { after, now });

      const which = `${seed}/${round}: ${schedule} ${JSON.stringify(settings)} ${after} ${now}`;
      const due = countOccurrences(parseCron(schedule), parseZone(settings.timezone), { after, until: now });
      const skipped = plan.skips.reduce((sum, { count }) => sum + count, 0);
      expect(plan.runs.length + skipped, which).toBe(due);
      const names = [...plan.runs, ...plan.skips].map(({ occurrence }) => `${occurrence.instant} ${occurrence.wall}`);
      expect(new Set(names).size, which).toBe(names.length);
    }
  });
});
