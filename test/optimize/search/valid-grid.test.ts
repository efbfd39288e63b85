/** Whether a grid has anything to try, found without holding anybody up. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { requireValidCombination } from '../../../src/optimize/search/index.ts';
import { owner, spaceOf } from '../../support/search-spaces.ts';

test('looks no further than the first valid combination', async () => {
  let looks = 0;
  const third = owner(() => ++looks < 3);

  await requireValidCombination(third, spaceOf({ short: { min: 1, max: 1000 }, long: { min: 1, max: 1000 } }));

  expect(looks).toBe(3);
});

test('looks at every combination where none is valid, and others have their turns meanwhile', async () => {
  let looks = 0;
  const none = owner(() => ++looks > 0);
  const grid = spaceOf({ short: { min: 1, max: 100 }, long: { min: 1, max: 100 } });
  const refusals: unknown[] = [];

  const refused = requireValidCombination(none, grid).catch((error: unknown) => refusals.push(error));
  const atTurns = [0, looks];
  while (refusals.length === 0) {
    await turn();
    atTurns.push(looks);
  }
  await refused;

  expect(refusals[0]).toMatchObject({
    code: 'VALIDATION',
    fields: [{ path: ['paramGrid'], message: 'No combination of toy is valid (10000 in all): short must suit long.' }],
  });
  expect(looks).toBe(10_000 + 1); // The first once more, for the message.
  expect(Math.max(...atTurns.map((at, place) => at - (atTurns[place - 1] ?? 0)))).toBeLessThanOrEqual(1_000);
});
