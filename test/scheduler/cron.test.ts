import { describe, expect, it } from 'vitest';
import { nextRun, occurrencesAfter, parseCron, parseZone } from '../../src/scheduler/cron/index.ts';

function next(cron: string, zone: string, after: string, count: number): readonly string[] {
  const found: string[] = [];
  for (const { instant, isGap } of occurrencesAfter(parseCron(cron), parseZone(zone), Date.parse(after))) {
    if (found.length >= count) break;
    found.push(`${new Date(instant).toISOString().slice(0, 16)}Z${isGap ? ' gap' : ''}`);
  }
  return found;
}

describe('a cron expression', () => {
  it.each([
    [
      '*/15 9-16 * * 1-5',
      { minutes: [0, 15, 30, 45], hours: [9, 10, 11, 12, 13, 14, 15, 16], daysOfWeek: [1, 2, 3, 4, 5] },
    ],
    ['5 4 * * SUN,7,0', { seconds: [0], minutes: [5], hours: [4], daysOfWeek: [0], hasSeconds: false }],
    ['10-20/5 0 1,15 jan-MAR *', { minutes: [10, 15, 20], daysOfMonth: [1, 15], months: [1, 2, 3] }],
    ['*/20 * * * * *', { seconds: [0, 20, 40], hasSeconds: true, isEveryHour: true }],
    ['0 */6 * * 5-7', { hours: [0, 6, 12, 18], daysOfWeek: [0, 5, 6], isEveryHour: true }],
    ['0 0 1 * 1', { isEitherDay: true }],
    ['0 0 */2 * 1', { isEitherDay: false }],
    ['@hourly', { minutes: [0], isEveryHour: true }],
    ['  0   9 * * *  ', { hours: [9], isEveryHour: false }],
  ])('%s is read', (text, expected) => {
    expect(parseCron(text)).toMatchObject(expected);
  });

  it.each([
    '',
    '* * * *',
    '* * * * * * *',
    '*/0 * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '* * * * foo',
    '5-1 * * * *',
    '1/5 * * * *',
    '*/-1 * * * *',
    '1,,2 * * * *',
    '1.5 * * * *',
    '0x1 * * * *',
    '١ * * * *',
    '* * L * *',
    '* * ? * *',
    '* * * * 5#2',
    '@reboot',
    '@every 5m',
    '__proto__',
    `${'1,'.repeat(200)}1 * * * *`,
    '* * * * *\n* * * * *',
  ])('%j is refused', (text) => {
    expect(() => parseCron(text)).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
  });

  it.each(['0 0 30 2 *', '0 0 31 2,4,6,9,11 *', '* * * 30 2 *'])(
    '%s never comes, which is found out fast (S8)',
    (text) => {
      const zone = parseZone('America/New_York');
      nextRun(parseCron('0 0 29 2 *'), zone, 0);
      const start = performance.now();

      expect(nextRun(parseCron(text), zone, Date.parse('2026-01-01T00:00:00Z'))).toBeNull();
      // 50 ms on a machine of its own; this one is shared.
      expect(performance.now() - start).toBeLessThan(250);
    },
  );

  it('finds a leap day on a given weekday decades away', () => {
    expect(next('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual(['2028-02-29T00:00Z', '2032-02-29T00:00Z']);
  });
});

describe('a time zone', () => {
  it.each(['UTC', 'America/New_York', 'Etc/GMT+5', 'Asia/Kathmandu'])('%s is known', (name) => {
    expect(parseZone(name).name).toBe(name);
  });

  it.each([
    'Mars/Phobos',
    '../../etc/passwd',
    '+01:00',
    '',
    'America/New_York ',
    'UTC\0',
    'a'.repeat(100),
    '__proto__',
  ])('%j is refused', (name) => {
    expect(() => parseZone(name)).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
  });
});

describe('changes of clocks in New York', () => {
  it('leave nine in the morning where it is', () => {
    expect(next('0 9 * * 1-5', 'America/New_York', '2026-03-05T15:00:00Z', 3)).toEqual([
      '2026-03-06T14:00Z',
      '2026-03-09T13:00Z',
      '2026-03-10T13:00Z',
    ]);
    expect(next('0 9 * * 1-5', 'America/New_York', '2026-10-29T15:00:00Z', 3)).toEqual([
      '2026-10-30T13:00Z',
      '2026-11-02T14:00Z',
      '2026-11-03T14:00Z',
    ]);
  });

  it('make a gap of what does not exist', () => {
    expect(next('30 2 * * *', 'America/New_York', '2026-03-07T00:00:00Z', 3)).toEqual([
      '2026-03-07T07:30Z',
      '2026-03-08T07:30Z gap',
      '2026-03-09T06:30Z',
    ]);
  });

  it('let a fixed hour come once and every hour twice', () => {
    expect(next('30 1 * * *', 'America/New_York', '2026-11-01T00:00:00Z', 2)).toEqual([
      '2026-11-01T05:30Z',
      '2026-11-02T06:30Z',
    ]);
    expect(next('30 * * * *', 'America/New_York', '2026-11-01T04:59:00Z', 3)).toEqual([
      '2026-11-01T05:30Z',
      '2026-11-01T06:30Z',
      '2026-11-01T07:30Z',
    ]);
  });
});
