/** Every zone whose clocks change from 2025 to 2030, against minutes that are walked one by one (S7). */
import { describe, expect, it } from 'vitest';
import {
  type Cron,
  countOccurrences,
  occurrencesAfter,
  parseCron,
  parseZone,
  type Zone,
} from '../../src/scheduler/cron/index.ts';
import { seededRandom } from '../support/random.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

const CRONS = [
  '30 2 * * *',
  '*/30 * * * *',
  '0 0 * * *',
  '15 1,2,3 * * *',
  '0 */2 * * *',
  '45 23 * * *',
  '30 0 * * SUN',
];

/** Instants after which the offset of a zone is another one, found by halving. */
function changes(zone: Zone): readonly number[] {
  const found: number[] = [];
  const [start, end] = [Date.UTC(2025, 0, 1), Date.UTC(2031, 0, 1)];
  for (let from = start; from < end; from += 7 * DAY) {
    let [low, high] = [from, from + 7 * DAY];
    if (zone.offsetAt(low) === zone.offsetAt(high)) continue;
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
      if (zone.offsetAt(middle) === zone.offsetAt(low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

/** What the clocks show in each minute, asked of Intl alone and not of our code. */
function wallMinutes(name: string, from: number, to: number): readonly number[] {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const walls: number[] = [];
  for (let instant = from; instant <= to; instant += MINUTE) {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0] =
      format.format(instant).match(/\d+/g)?.map(Number) ?? [];
    walls.push(Date.UTC(year, month - 1, day, hour, minute));
  }
  return walls;
}

function matches(cron: Cron, wall: number): boolean {
  const date = new Date(wall);
  return (
    cron.minutes.includes(date.getUTCMinutes()) &&
    cron.hours.includes(date.getUTCHours()) &&
    cron.daysOfWeek.includes(date.getUTCDay())
  );
}

function expected(cron: Cron, walls: readonly number[], from: number): readonly string[] {
  const shown = new Set<number>();
  const times: { readonly instant: number; readonly name: string }[] = [];
  walls.forEach((wall, at) => {
    const instant = from + at * MINUTE;
    const before = walls[at - 1] ?? wall - MINUTE;
    for (let lost = before + MINUTE; lost < wall; lost += MINUTE) {
      const ghost = instant + (lost - before - MINUTE);
      if (matches(cron, lost)) times.push({ instant: ghost, name: `${new Date(ghost).toISOString()} gap` });
    }
    if (matches(cron, wall) && (cron.isEveryHour || !shown.has(wall))) {
      times.push({ instant, name: new Date(instant).toISOString() });
    }
    shown.add(wall);
  });
  return times.toSorted((a, b) => a.instant - b.instant || (a.name < b.name ? 1 : -1)).map(({ name }) => name);
}

function computed(cron: Cron, zone: Zone, from: number, to: number): readonly string[] {
  const times: string[] = [];
  for (const { instant, isGap } of occurrencesAfter(cron, zone, from - 1)) {
    if (instant > to) break;
    times.push(`${new Date(instant).toISOString()}${isGap ? ' gap' : ''}`);
  }
  return times;
}

const zones = Intl.supportedValuesOf('timeZone');

describe('every zone whose clocks change', () => {
  it('has the due times that walking through its minutes finds, at one change in each direction at least', () => {
    const wrong: string[] = [];
    // Zones with the same rules have the same answers: each set of changes is walked through once.
    const walked = new Set<string>();
    let changing = 0;
    for (const [at, name] of zones.entries()) {
      const zone = parseZone(name);
      const all = changes(zone);
      if (all.length === 0) continue;
      changing += 1;
      const year = (at % 6) + 2025;
      for (const change of all.filter((each) => new Date(each).getUTCFullYear() === year)) {
        const key = `${change} ${zone.offsetAt(change - DAY)} ${zone.offsetAt(change + DAY)}`;
        if (walked.has(key)) continue;
        walked.add(key);
        const [from, to] = [change - 26 * 60 * MINUTE, change + 26 * 60 * MINUTE];
        const walls = wallMinutes(name, from, to);
        for (const text of CRONS) {
          const cron = parseCron(text);
          const [got, want] = [computed(cron, zone, from, to).join(), expected(cron, walls, from).join()];
          if (got !== want) wrong.push(`${name} ${text} ${new Date(change).toISOString()}\n${got}\n${want}`);
        }
      }
    }

    expect(wrong.slice(0, 3)).toEqual([]);
    expect(changing).toBeGreaterThan(100);
    expect(walked.size).toBeGreaterThan(50);
  });

  it('counts what it lists, over any stretch', () => {
    const seed = 20_260_308;
    const random = seededRandom(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const crons = [...CRONS, '0 9 * * 1-5', '0 0 29 2 *', '15,45 0-3,23 1,15 * 5', '0 */6 * * SAT', '59 23 31 * *'];
    const names = [
      'America/New_York',
      'Australia/Lord_Howe',
      'UTC',
      'Africa/Cairo',
      'Africa/Casablanca',
      'Pacific/Chatham',
    ];
    for (let round = 0; round < 200; round += 1) {
      const [text, name] = [pick(crons), pick(names)];
      const after = Date.UTC(2025, 0, 1) + Math.floor(random() * 5e10);
      const until = after + Math.floor(random() * random() * 3e10);
      const [cron, zone] = [parseCron(text), parseZone(name)];
      let listed = 0;
      for (const { instant } of occurrencesAfter(cron, zone, after)) {
        if (instant > until) break;
        listed += 1;
      }
      expect(countOccurrences(cron, zone, { after, until }), `${seed}: ${text} ${name} ${after} ${until}`).toBe(listed);
    }
  });
});
