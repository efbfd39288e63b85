import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, dayFromDate, formatDate, parseDate, parseDateRange } from '../../src/core/index.ts';

describe('dates', () => {
  it('reads an existing date to the milliseconds of its midnight in UTC', () => {
    expect(parseDate('2024-02-29', 'start')).toBe(Date.UTC(2024, 1, 29));
    expect(parseDate('1969-12-31', 'start')).toBe(-DAY_MS);
  });

  it.each([
    '2026-02-30',
    '2023-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '+275760-09-13',
    '275760-09-13',
    '0000-01-01',
    '2026-01-01T00:00:00Z',
    ' 2026-01-01',
    '2026-01-01\n',
    '２０２６-01-01',
    '',
    'today',
    '__proto__',
  ])('refuses %j with its path', (text) => {
    expect(() => parseDate(text, 'start')).toThrowError(
      expect.objectContaining({ code: 'VALIDATION', fields: [expect.objectContaining({ path: ['start'] })] }),
    );
  });

  it('refuses a range that is reversed and names both ends', () => {
    expect(() => parseDateRange({ start: '2021-01-02', end: '2021-01-01' })).toThrow(/2021-01-02.*2021-01-01/);
  });

  it('takes a range of one day', () => {
    const day = Date.UTC(2021, 0, 2);

    expect(parseDateRange({ start: '2021-01-02', end: '2021-01-02' })).toEqual({ start: day, end: day });
  });

  it('reads back whatever it writes', () => {
    const first = Date.parse('0001-01-01T00:00:00Z') / DAY_MS;
    const last = Date.UTC(9999, 11, 31) / DAY_MS;

    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), (days) => {
        expect(dayFromDate(formatDate(days * DAY_MS))).toBe(days * DAY_MS);
      }),
    );
  });
});
