/** Every zone whose clocks change from 2025 to 2030, against minutes that are walked one by one (S7). */
import { describe, expect, it } from 'vitest';
import { countOccurrences, occurrencesAfter, parseCron, parseZone } from '../../src/scheduler/cron/index.ts';
import { CRONS, changesOf, differencesAt } from '../support/cron-oracle.ts';
import { seededRandom } from '../support/random.ts';

const DAY = 86_400_000;

const zones = Intl.supportedValuesOf('timeZone');

describe('every zone whose clocks change', () => {
  it('has the due times that walking through its minutes finds, at one change in each direction at least', () => {
    const wrong: string[] = [];
    // Zones with the same rules have the same answers: each set of changes is walked through once.
    const walked = new Set<string>();
    let changing = 0;
    for (const [at, name] of zones.entries()) {
      const zone = parseZone(name);
      const all = changesOf(zone);
      if (all.length === 0) continue;
      changing += 1;
      const year = (at % 6) + 2025;
      for (const change of all.filter((each) => new Date(each).getUTCFullYear() === year)) {
        const key = `${change} ${zone.offsetAt(change - DAY)} ${zone.offsetAt(change + DAY)}`;
        if (walked.has(key)) continue;
        walked.add(key);
        wrong.push(...differencesAt(name, change));
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
