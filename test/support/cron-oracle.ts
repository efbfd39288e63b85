/** When cron expressions are due around changes of clocks, found by walking through minutes that Intl alone has named. */
import { type Cron, occurrencesAfter, parseCron, parseZone, type Zone } from '../../src/scheduler/cron/index.ts';

const DAY = 86_400_000;
/** Walked through on either side of a change, in minutes. */
const AROUND = 26 * 60;
const MINUTE = 60_000;

/** Expressions that meet the clocks' changes in different ways. */
export const CRONS = [
  '30 2 * * *',
  '*/30 * * * *',
  '0 0 * * *',
  '15 1,2,3 * * *',
  '0 */2 * * *',
  '45 23 * * *',
  '30 0 * * SUN',
];

/** Instants after which the offset of a zone is another one, 2025 to 2030, found by halving. */
export function changesOf(zone: Zone): readonly number[] {
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

/** What is wrong around one change of a zone's clocks; nothing when our due times are those of the walk. */
export function differencesAt(name: string, change: number): readonly string[] {
  const zone = parseZone(name);
  const [from, to] = [change - AROUND * MINUTE, change + AROUND * MINUTE];
  const walls = wallMinutes(name, from, to);
  return CRONS.flatMap((text) => {
    const cron = parseCron(text);
    const [got, want] = [computed(cron, zone, from, to).join(), expected(cron, walls, from).join()];
    return got === want ? [] : [`${name} ${text} ${new Date(change).toISOString()}\n${got}\n${want}`];
  });
}

/** How often an expression is due after `after` and up to `until`, both epoch ms and whole minutes. */
export function dueByWalking(
  cron: Cron,
  zone: string,
  { after, until }: { readonly after: number; readonly until: number },
): number {
  const from = after - (after % MINUTE);
  // One minute before, so that a gap that ends with the first is seen.
  return expected(cron, wallMinutes(zone, from, until), from).filter((name) => Date.parse(name.slice(0, 24)) > after)
    .length;
}
