/** How the times of bars are written. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { barTimeFormat } from '../../src/market/bars.ts';

/** Times in any order, of which some share a day. */
const times = fc.array(fc.integer({ min: Date.UTC(1960, 0, 1), max: Date.UTC(2040, 0, 1) }), { minLength: 1 });
const ofDays = fc
  .record({ days: times, ms: fc.array(fc.integer({ min: 0, max: 86_399_999 }), { minLength: 1 }) })
  .map(({ days, ms }) => days.flatMap((day) => ms.map((each) => day - (day % 86_400_000) + each)));

it('writes the second of a bar within the day, and the date of a longer one', () => {
  fc.assert(
    fc.property(fc.oneof(times, ofDays), (all) => {
      const iso = all.map((time) => new Date(time).toISOString());
      expect(all.map(barTimeFormat('1m'))).toEqual(iso.map((text) => `${text.slice(0, 19)}Z`));
      expect(all.map(barTimeFormat('1w'))).toEqual(iso.map((text) => text.slice(0, 10)));
    }),
    { seed: 5 },
  );
});
